import type { Anatomy } from "../anatomy/anatomy.ts";
import { InputError } from "../error/input-error.ts";
import type { Vector3 } from "../geometry/vector.ts";
import type { MendedMesh } from "../instrument/mesh/mesh-doctor.ts";
import { readMesh } from "../instrument/mesh/read-mesh.ts";
import { chainTool } from "../instrument/tool/chain-tool.ts";
import { meshTool } from "../instrument/tool/mesh-tool.ts";
import { type PlacedTool, placedTool, type Tool } from "../instrument/tool/tool.ts";
import { poseOfTip } from "../instrument/tool/tool-pose.ts";
import { presetTool } from "../instrument/tool/preset-tools.ts";
import { materialByName } from "../material/named-materials.ts";
import type { Finding } from "../volume/finding.ts";
import { type Instrument, namedDirections } from "./instrument-schema.ts";
import { namedPoint } from "./named-point.ts";
import type { PlacedCamera } from "./place-camera.ts";

/** Bytes of the files that a scene names, by their paths as the scene writes them. */
export type SceneFiles = ReadonlyMap<string, Uint8Array>;

/** An instrument of a scene, with what is labelled of it. */
export interface PlacedInstrument {
  readonly tool: PlacedTool;
  readonly isPresent: boolean;
  /** Names of keypoints, in the order of their labels; the tool may lack some. */
  readonly keypoints: readonly string[];
  /** Whether its parts have masks of their own. */
  readonly hasParts: boolean;
}

/** The instruments of a scene in the patient's frame, and what was found about their files. */
export function placedInstruments(options: {
  instruments: readonly Instrument[];
  anatomy: Anatomy;
  placed: PlacedCamera;
  files: SceneFiles;
}): { placed: readonly PlacedInstrument[]; findings: readonly Finding[] } {
  const { instruments, anatomy, placed, files } = options;
  const findings: Finding[] = [];
  const names = instrumentNames(instruments);
  const all = instruments.map((instrument, n): PlacedInstrument => {
    const isPresent = instrument.absent !== true;
    const tool = toolOf(instrument, names[n], files, findings);
    const isPosed = isPresent && instrument.path === undefined;
    const pose = isPosed ? poseOf(instrument, tool, anatomy, placed) : IDENTITY;
    return {
      tool: placedTool(names[n], tool, pose),
      isPresent,
      keypoints: instrument.keypoints ?? tool.keypoints.map(({ name }) => name),
      hasParts: (instrument.parts ?? true) && tool.parts.length > 1,
    };
  });
  return { placed: all, findings };
}

const IDENTITY = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);

/** Given names, else those of preset or file; where two would be equal the second gets a number. */
export function instrumentNames(
  instruments: readonly Pick<Instrument, "name" | "preset" | "mesh" | "chain">[],
): string[] {
  const used = new Set<string>();
  return instruments.map(({ name, preset, mesh, chain }) => {
    const wanted =
      name ??
      preset ??
      (chain ? "chain" : undefined) ??
      fileName(mesh?.path ?? "instrument").replace(/\.\w+$/, "");
    let unique = wanted;
    for (let n = 2; used.has(unique); n++) unique = `${wanted} ${n}`;
    used.add(unique);
    return unique;
  });
}

const fileName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

/** Reading a mesh takes longer than casting its shadow: one that was read is kept as long as its bytes are. */
const known = new WeakMap<Uint8Array, Map<string, MendedMesh>>();

function meshOf(bytes: Uint8Array, name: string, unit: Instrument["unit"]): MendedMesh {
  const byUnit = known.get(bytes) ?? new Map<string, MendedMesh>();
  known.set(bytes, byUnit);
  const found = byUnit.get(unit ?? "") ?? readMesh(bytes, name, unit);
  byUnit.set(unit ?? "", found);
  return found;
}

/**
 * The tool of an instrument in its own frame.
 *
 * @param findings what is found about its file is added
 * @throws InputError `instrument-file`, and those of presets and readers of meshes
 */
export function toolOf(
  instrument: Omit<Instrument, "pose"> & { readonly pose?: Instrument["pose"] },
  name: string,
  files: SceneFiles,
  findings: Finding[],
): Tool {
  const { chain, joints = {} } = instrument;
  if (chain)
    return chainTool(
      chain.map((link) => {
        const { name: linkName, parent, at, pivot, direction, rollDeg, joint, ...source } = link;
        const tool = toolOf(source, `${name} ${linkName}`, files, findings);
        return { name: linkName, tool, parent, at, pivot, direction, rollDeg, joint };
      }),
      joints,
    );
  const { mesh: file, preset, parameters, material, unit, tipMm, baseMm, turned } = instrument;
  if (preset !== undefined) return presetTool(preset, parameters ?? {}, material, instrument.path);
  const path = file?.path ?? "";
  const bytes = files.get(path);
  if (!bytes)
    throw new InputError("instrument-file", `the file of instrument "${name}" was not given: ${path}`, {
      remedy: "hand the bytes of every mesh to simulate",
    });
  const mended = meshOf(bytes, fileName(path), unit);
  const made = meshTool({
    mesh: mended.mesh,
    name,
    material: materialByName(material ?? "316l"),
    tipMm,
    baseMm,
    turned,
  });
  const isPointed = instrument.pose !== undefined && "tip" in instrument.pose;
  findings.push(...mended.findings, ...(isPointed ? made.findings : []));
  return made.tool;
}

function poseOf({ pose }: Instrument, tool: Tool, anatomy: Anatomy, placed: PlacedCamera): Float64Array {
  if ("lpsFromTool" in pose) return rigid(pose.lpsFromTool.flat());
  const direction: Vector3 =
    typeof pose.direction === "string" ? namedDirections[pose.direction] : pose.direction;
  return poseOfTip(tool, { tipLps: tipOf(pose.tip, anatomy, placed), direction, rollDeg: pose.rollDeg });
}

function tipOf(tip: Vector3 | string, anatomy: Anatomy, placed: PlacedCamera): Vector3 {
  if (typeof tip !== "string") return tip;
  if (!/^isocent(re|er)$/.test(tip)) return namedPoint(tip, anatomy);
  if (placed.pose) return placed.pose.isocentreLps;
  throw new InputError(
    "instrument-pose",
    "an instrument is at the isocentre, but a camera given as a matrix has none",
    {
      remedy: "give its tip as [x, y, z], label:NAME or landmark:NAME",
    },
  );
}

/** A matrix that stretched or mirrored would make another tool. */
function rigid(matrix: readonly number[]): Float64Array {
  const column = (n: number): Vector3 => [matrix[n], matrix[4 + n], matrix[8 + n]];
  const [x, y, z] = [column(0), column(1), column(2)];
  const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const isOrthonormal = [
    [x, x, 1],
    [y, y, 1],
    [z, z, 1],
    [x, y, 0],
    [y, z, 0],
    [z, x, 0],
  ].every(([a, b, expected]) => Math.abs(dot(a as Vector3, b as Vector3) - (expected as number)) < 1e-4);
  const cross: Vector3 = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]];
  const lastRow = matrix.slice(12).join(" ");
  if (!isOrthonormal || dot(cross, z) < 0 || lastRow !== "0 0 0 1")
    throw new InputError(
      "instrument-pose",
      `lpsFromTool must be a rotation and a shift with the last row 0 0 0 1, got ${matrix.join(" ")}`,
      {
        remedy: "state a scale as the unit of the file instead",
      },
    );
  return Float64Array.from(matrix);
}
