import { InputError } from "../error/input-error.ts";
import type { Vector3 } from "../geometry/vector.ts";
import { presetTool } from "../instrument/tool/preset-tools.ts";
import { type PlacedTool, placedTool, type Tool } from "../instrument/tool/tool.ts";
import { frameAlong, poseOfFrame } from "../instrument/tool/tool-pose.ts";
import { type RandomStream, randomStream } from "../random/random-stream.ts";
import { sampleKey } from "../random/sample-key.ts";
import { type Instrument, withFiles } from "../scene/instrument-schema.ts";
import { type SceneFiles, toolOf } from "../scene/placed-instruments.ts";
import type { SceneInput } from "../scene/scene.ts";
import { brokenPlace } from "./check-tool-constraints.ts";
import type { Constraint } from "./constraint-schema.ts";
import { drawScalar } from "./distribution.ts";
import { type InstrumentDistribution, recipeInstrumentNames } from "./instrument-distribution.ts";
import { drawPath, drawPlace, jittered, type PlacedBefore } from "./instrument-frame.ts";
import type { PatientFacts } from "./patient-facts.ts";
import type { Recipe } from "./recipe.ts";
import type { SampleView } from "./sample-view.ts";

export type SceneInstrument = NonNullable<SceneInput["instruments"]>[number];

/** Files that the instruments of a recipe name, by their paths as the recipe writes them. */
export type RecipeMeshes = ReadonlyMap<string, { readonly bytes: Uint8Array; readonly sha256: string }>;

export const bytesOfMeshes = (meshes: RecipeMeshes): SceneFiles =>
  new Map([...meshes].map(([path, { bytes }]) => [path, bytes]));

/** Places tried for a tool in one view before another view is drawn. */
const MOST_PLACES = 100;
/** Sets of parameters that make no tool (a bore wider than its core) are drawn again. */
const MOST_SHAPES = 20;

/** Instruments of a sample as the scene has them, and those that are present, in their places. */
export interface DrawnInstruments {
  readonly instruments: readonly SceneInstrument[];
  readonly placed: readonly PlacedTool[];
}

/**
 * Draws the instruments of a sample for one view that is tried. Which are there and what they are comes from streams of the sample, their
 * parameters and places from streams of (sample, attempt). A place that breaks a constraint on places is drawn again.
 *
 * @returns the index of the constraint that none of a hundred places of a tool satisfied, in place of the instruments
 * @throws InputError as `drawPlace`; `instrument-parameter` where twenty draws in a row make no tool
 */
export function drawInstruments(options: {
  recipe: Pick<Recipe, "constraints" | "seed"> & { instruments: readonly InstrumentDistribution[] };
  id: number;
  attempt: number;
  view: SampleView;
  facts: PatientFacts;
  meshes: RecipeMeshes;
}): DrawnInstruments | number {
  const { recipe, id, attempt, view, facts, meshes } = options;
  const { seed, constraints } = recipe;
  const names = recipeInstrumentNames(recipe.instruments);
  const files = bytesOfMeshes(meshes);
  const streamOf = (what: string): RandomStream => randomStream(sampleKey(seed, id, what));
  const instruments: SceneInstrument[] = [];
  const placed: PlacedTool[] = [];
  const before = new Map<string, PlacedBefore>();
  for (const [index, entry] of recipe.instruments.entries()) {
    const name = names[index];
    const choice = streamOf(`instrument ${index}`);
    const isDrawn = choice.uniform() < entry.probability;
    const { placement } = entry;
    // Beside a tool that is not there is nothing.
    const isPresent = isDrawn && (placement.kind !== "tool" || before.has(placement.of));
    const kind = chosenKind(entry, choice, meshes);
    const shape = streamOf(`instrument ${index} shape ${attempt}`);
    const { instrument, tool } = drawnTool(entry, kind, name, shape, files);
    const own = {
      ...instrument,
      name,
      keypoints: [...labelledKeypoints(entry, files)],
      parts: kind.isOnly,
    };
    if (!isPresent) {
      instruments.push({ ...own, absent: true });
      continue;
    }
    const found = placeTool(
      entry,
      { instrument, tool, files },
      name,
      (n) => streamOf(`instrument ${index} place ${attempt} ${n}`),
      {
        constraints,
        placed,
        before,
        view,
        facts,
      },
    );
    if (typeof found === "number") return found;
    placed.push(found.tool);
    before.set(name, { keypoints: found.tool.keypoints, frame: found.frame });
    const m = Array.from(found.tool.lpsFromTool);
    const row = (n: number) => m.slice(4 * n, 4 * n + 4) as [number, number, number, number];
    instruments.push(
      found.path
        ? { ...own, path: found.path.map(mutable) }
        : { ...own, pose: { lpsFromTool: [row(0), row(1), row(2), row(3)] } },
    );
  }
  return { instruments, placed };
}

function placeTool(
  { placement, jitter }: InstrumentDistribution,
  drawn: DrawnTool & { files: SceneFiles },
  name: string,
  streamOf: (n: number) => RandomStream,
  around: {
    constraints: readonly Constraint[];
    placed: readonly PlacedTool[];
    before: ReadonlyMap<string, PlacedBefore>;
    view: SampleView;
    facts: PatientFacts;
  },
): { tool: PlacedTool; frame: PlacedBefore["frame"]; path?: readonly Vector3[] } | number {
  const { constraints, placed, before, view, facts } = around;
  let refused = -1;
  for (let n = 0; n < MOST_PLACES; n++) {
    const stream = streamOf(n);
    const surroundings = { stream, facts, view, before };
    if (placement.kind === "path") {
      const path = drawPath(placement, surroundings);
      const tool = toolOf({ ...drawn.instrument, path: path.map(mutable) }, name, drawn.files, []);
      const made = placedTool(name, tool, IDENTITY);
      refused = brokenPlace(constraints, made, placed, facts);
      if (refused < 0) return { tool: made, frame: frameAlong(tool.axis, 0), path };
      continue;
    }
    const place = jittered(drawPlace(placement, surroundings), jitter, stream);
    const made = placedTool(name, drawn.tool, poseOfFrame(drawn.tool, place));
    refused = brokenPlace(constraints, made, placed, facts);
    if (refused < 0) return { tool: made, frame: place.frame };
  }
  return refused;
}

const mutable = ([x, y, z]: Vector3): [number, number, number] => [x, y, z];

const IDENTITY = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);

/** What an entry with alternatives is in a sample. */
interface ChosenKind {
  readonly preset?: string;
  readonly mesh?: { path: string; sha256?: string };
  readonly material?: string;
  readonly chain?: Instrument["chain"];
  /** No other was possible: parts are the same in every sample. */
  readonly isOnly: boolean;
}

function chosenKind(entry: InstrumentDistribution, stream: RandomStream, meshes: RecipeMeshes): ChosenKind {
  const one = (items: readonly string[]): string => items[stream.integerBelow(items.length)];
  const [presets, paths, materials] = [entry.preset, entry.mesh, entry.material].map((items) =>
    [items ?? []].flat(),
  );
  const path = paths.length > 0 ? one(paths) : undefined;
  const preset = presets.length > 0 ? one(presets) : undefined;
  const sha256 = path === undefined ? undefined : meshes.get(path)?.sha256;
  return {
    ...(preset === undefined ? {} : { preset }),
    ...(path === undefined ? {} : { mesh: { path, ...(sha256 === undefined ? {} : { sha256 }) } }),
    ...(materials.length > 0 ? { material: one(materials) } : {}),
    ...withFiles({ chain: entry.chain }, (file) => {
      const hash = meshes.get(file.path)?.sha256;
      return hash === undefined ? file : { ...file, sha256: hash };
    }),
    isOnly: presets.length + paths.length <= 1,
  };
}

interface DrawnTool {
  readonly instrument: Omit<Instrument, "pose">;
  readonly tool: Tool;
}

/** Its parameters, and the tool in its own frame. */
function drawnTool(
  entry: InstrumentDistribution,
  { preset, mesh, chain, material }: ChosenKind,
  name: string,
  stream: RandomStream,
  files: SceneFiles,
): DrawnTool {
  const { unit, tipMm, baseMm, turned } = entry;
  for (let attempt = 0; ; attempt++) {
    const drawn = (distributions: InstrumentDistribution["parameters"] = {}): Record<string, number> =>
      Object.fromEntries(
        Object.entries(distributions).map(([key, distribution]) => [key, drawScalar(distribution, stream)]),
      );
    const parameters = drawn(entry.parameters);
    const instrument = {
      ...(preset === undefined ? {} : { preset, parameters }),
      ...(mesh === undefined ? {} : { mesh }),
      ...(chain === undefined ? {} : { chain, joints: drawn(entry.joints) }),
      ...(material === undefined ? {} : { material }),
      ...(unit === undefined ? {} : { unit }),
      ...(tipMm === undefined ? {} : { tipMm }),
      ...(baseMm === undefined ? {} : { baseMm }),
      ...(turned === undefined ? {} : { turned }),
    };
    try {
      return { instrument, tool: toolOf(instrument, name, files, []) };
    } catch (error) {
      const isUnlucky = error instanceof InputError && error.code === "instrument-parameter";
      if (!isUnlucky || attempt + 1 >= MOST_SHAPES) throw error;
    }
  }
}

const knownKeypoints = new WeakMap<InstrumentDistribution, readonly string[]>();

/**
 * The keypoints that are labelled in every sample: those of the recipe, else those that all alternatives have whatever their parameters. Numbered
 * ones (`hole 3`) are as many as a parameter says, so that they are among them only where no parameter is drawn.
 */
function labelledKeypoints(entry: InstrumentDistribution, files: SceneFiles): readonly string[] {
  const found = knownKeypoints.get(entry);
  if (found) return found;
  const make = (): readonly string[] => {
    if (entry.keypoints) return entry.keypoints;
    const presets = [entry.preset ?? []].flat();
    if (presets.length === 0 && !entry.chain) return ["tip", "base"];
    const stream = randomStream(sampleKey(0, 0, "keypoints"));
    if (entry.chain) {
      const kind = { chain: entry.chain, isOnly: true };
      return drawnTool(entry, kind, "chain", stream, files).tool.keypoints.map(({ name }) => name);
    }
    const isDrawn = Object.values(entry.parameters ?? {}).some((value) => typeof value !== "number");
    const [first, ...others] = presets.map((preset) => {
      const { instrument } = drawnTool(entry, { preset, isOnly: true }, preset, stream, files);
      const { keypoints } = presetTool(preset, instrument.parameters ?? {});
      return keypoints.map(({ name }) => name).filter((name) => !isDrawn || !/\d$/.test(name));
    });
    return first.filter((name) => others.every((names) => names.includes(name)));
  };
  const made = make();
  knownKeypoints.set(entry, made);
  return made;
}
