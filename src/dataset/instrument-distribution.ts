import { z } from "zod";
import { lengthUnits } from "../instrument/mesh/read-mesh.ts";
import { presetByName, toolPresets } from "../instrument/tool/preset-tools.ts";
import type { ToolPreset } from "../instrument/tool/tool-preset.ts";
import { chainLinkSchema, namedDirections } from "../scene/instrument-schema.ts";
import { instrumentNames } from "../scene/placed-instruments.ts";
import {
  directionDistribution,
  likelyRange,
  type ScalarDistribution,
  scalarDistribution,
} from "./distribution.ts";
import { known, materialName } from "./known-name.ts";

const finite = z.number();
const millimetres = finite.min(-5000).max(5000);
const point = z.tuple([millimetres, millimetres, millimetres]);
const path = z.string().min(1);
const keypoint = z.string().min(1).max(60);
const number = scalarDistribution;

/** A point of the patient. */
export const placeDistribution = z.union(
  [
    z.enum(["isocentre", "centre"]).describe("what the view aims at; the middle of the CT"),
    z.strictObject({ landmark: z.string().min(1) }),
    z.strictObject({ landmarks: z.array(z.string().min(1)).min(1) }).describe("the mean of landmarks"),
    z.strictObject({ label: z.string().min(1) }).describe("the centroid of a label"),
    point.describe("a point in LPS mm"),
  ],
  'must be "isocentre", "centre", {landmark: NAME}, {landmarks: [...]}, {label: NAME} or [x, y, z]',
);
export type PlaceDistribution = z.output<typeof placeDistribution>;

const direction = z.union(
  [
    z.enum(Object.keys(namedDirections) as [keyof typeof namedDirections]),
    z.strictObject({ towards: placeDistribution }).describe("from its place to another one"),
    directionDistribution,
  ],
  `must be one of ${Object.keys(namedDirections).join(", ")}, "sphere", {cap: {axis, halfAngleDeg}}, {towards: PLACE} or [x, y, z]`,
);
export type ToolDirection = z.output<typeof direction>;

const rollDeg = number.default(0).describe("turn about where it points");
const held = (usual: string) => keypoint.default(usual).describe("which of its keypoints stands there");

/** Where a tool is. All numbers are drawn anew with every view that is tried. */
const placement = z.discriminatedUnion("kind", [
  z
    .strictObject({
      kind: z.literal("point"),
      at: placeDistribution.default("isocentre"),
      direction: direction.default("superior").describe("where it points, base to tip"),
      rollDeg,
      keypoint: held("tip"),
    })
    .describe("at a point of the patient"),
  z
    .strictObject({
      kind: z.literal("corridor"),
      from: placeDistribution,
      to: placeDistribution,
      reach: number.default(1).describe("how far it is in: 0 at from, 1 at to"),
      rollDeg,
      keypoint: held("tip"),
    })
    .describe("along the line from one point of the patient to another"),
  z
    .strictObject({
      kind: z.literal("structure"),
      labels: z.array(z.string().min(1)).min(1).describe("names; * stands for anything"),
      where: z.enum(["inside", "surface"]).default("inside"),
      direction: z
        .union(
          [z.enum(["inwards", "outwards", "along"]), direction],
          "must be inwards, outwards, along, or a direction",
        )
        .optional()
        .describe("of a surface inwards unless given, with along lying flat on it; else sphere"),
      depthMm: number.default(0).describe("below the surface"),
      rollDeg,
      keypoint: held("tip"),
    })
    .describe("anywhere in or on a structure"),
  z
    .strictObject({
      kind: z.literal("beam"),
      distanceMm: number
        .optional()
        .describe("from the source along the central ray; default that of the isocentre"),
      rightMm: number.default(0).describe("across the beam, to the right of the picture"),
      downMm: number.default(0).describe("across the beam, down the picture"),
      turnDeg: number.default(0).describe("in the picture, clockwise from pointing up"),
      laoDeg: number
        .default(0)
        .describe("tilt about the vertical of the picture, its right side away from the source"),
      craDeg: number
        .default(0)
        .describe("tilt about the horizontal of the picture, its upper end away from the source"),
      rollDeg,
      keypoint: held("tip"),
    })
    .describe("in the beam, wherever the patient is"),
  z
    .strictObject({
      kind: z.literal("tool"),
      of: z.string().min(1).describe("name of an instrument before it in the list"),
      at: keypoint.default("tip").describe("keypoint of that one"),
      offsetMm: z
        .strictObject({ x: number.default(0), y: number.default(0), z: number.default(0) })
        .prefault({})
        .describe("from there, along that one's axes; z is where it points"),
      direction: z
        .union(
          [z.enum(["same", "opposite"]), directionDistribution],
          "must be same, opposite, or a direction",
        )
        .default("same")
        .describe("in that one's frame"),
      rollDeg,
      keypoint: held("tip"),
    })
    .describe("beside, in or behind another instrument"),
  z
    .strictObject({
      kind: z.literal("path"),
      through: z.array(placeDistribution).min(2).max(50).describe("from its base to its tip"),
      spreadMm: number.default(0).describe("standard deviation of each of these places, to every side"),
      keypoint: held("tip"),
    })
    .describe("along a smooth path, as a wire or a catheter in a vessel"),
]);
export type ToolPlacement = z.output<typeof placement>;

const jitter = z
  .strictObject({
    xMm: number.default(0),
    yMm: number.default(0),
    zMm: number.default(0).describe("along where it points"),
    tiltDeg: number.default(0).describe("to any side, about the keypoint that was placed"),
    rollDeg: number.default(0),
  })
  .describe("departure from the place, in the tool's own axes");

const presetName = known((name) => presetByName(name));
const oneOrMore = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).min(1).max(100)]);

/** A tool in the patient, of which every sample has another one, elsewhere. */
export const instrumentDistribution = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(60)
      .optional()
      .describe("of its labels; default the first preset's or file's"),
    preset: oneOrMore(presetName)
      .optional()
      .describe("of several one is drawn; synthex instruments lists them"),
    mesh: oneOrMore(path).optional().describe("STL, OBJ, PLY or GLB; of several one is drawn"),
    chain: z
      .array(chainLinkSchema)
      .min(2)
      .max(60)
      .optional()
      .describe("rigid links with joints, instead of mesh or preset, as in scenes"),
    joints: z
      .record(z.string(), number)
      .optional()
      .describe("where the joints of a chain stand, by the names of their links: degrees, or mm"),
    unit: z.enum(lengthUnits).optional().describe("of the files' numbers"),
    tipMm: point.optional().describe("the tip in the file, in mm"),
    baseMm: point.optional().describe("the base in the file, in mm"),
    turned: z.boolean().optional().describe("the thicker end of a file is the tip"),
    parameters: z.record(z.string(), number).optional().describe("of the preset"),
    material: oneOrMore(materialName).optional().describe("of several one is drawn"),
    probability: finite
      .min(0)
      .max(1)
      .default(1)
      .describe("of it in a sample; without it its labels are empty"),
    keypoints: z
      .array(keypoint)
      .min(1)
      .max(200)
      .optional()
      .describe("that are labelled; default those that every draw of it has"),
    placement: placement.prefault({ kind: "point" }),
    jitter: jitter.optional(),
  })
  .superRefine((entry, context) => {
    const { preset, mesh, chain, unit, tipMm, baseMm, turned, parameters, placement: place } = entry;
    const complain = (field: string[], message: string): void =>
      context.addIssue({ code: "custom", path: field, message });
    if ([preset, mesh, chain].filter((kind) => kind !== undefined).length !== 1)
      complain([], "give preset, mesh (a file) or chain, one of them");
    if (mesh === undefined && (unit ?? tipMm ?? baseMm ?? turned) !== undefined)
      complain([], "unit, tipMm, baseMm and turned are for files");
    if (preset === undefined && parameters !== undefined) complain(["parameters"], "these are for presets");
    for (const [name, distribution] of Object.entries(entry.joints ?? {})) {
      const problem = jointProblem(chain?.find((link) => link.name === name)?.joint?.limits, distribution);
      if (problem !== undefined) complain(["joints", name], problem);
    }
    // Names that are not known were told already.
    const presets = [preset ?? []]
      .flat()
      .flatMap((name) => toolPresets.find((known) => known.name === name) ?? []);
    const stiff = presets.find(({ buildAlong }) => buildAlong === undefined)?.name;
    if (place.kind === "path" && (preset === undefined || stiff !== undefined))
      complain(
        ["placement", "kind"],
        `${stiff ?? "what is no preset"} does not bend, so it cannot follow a path`,
      );
    if (place.kind === "path" && entry.jitter) complain(["jitter"], "a path has spreadMm instead");
    for (const known of presets)
      for (const [key, distribution] of Object.entries(parameters ?? {})) {
        const problem = parameterProblem(known, key, distribution);
        if (problem !== undefined) complain(["parameters", key], problem);
      }
  });
export type InstrumentDistribution = z.output<typeof instrumentDistribution>;

/** The names of a recipe's instruments, in order: every sample has labels of all of them. */
export const recipeInstrumentNames = (instruments: readonly InstrumentDistribution[]): string[] =>
  instrumentNames(
    instruments.map(({ name, preset, mesh, chain }) => {
      const [firstPreset, firstMesh] = [[preset ?? []].flat()[0], [mesh ?? []].flat()[0]];
      return {
        ...(name === undefined ? {} : { name }),
        ...(firstPreset === undefined ? {} : { preset: firstPreset }),
        ...(firstMesh === undefined ? {} : { mesh: { path: firstMesh } }),
        ...(chain === undefined ? {} : { chain }),
      };
    }),
  );

function jointProblem(
  limits: readonly [number, number] | undefined,
  distribution: ScalarDistribution,
): string | undefined {
  if (!limits) return "the chain has no joint of this name";
  const [low, high] = likelyRange(distribution);
  return low >= limits[0] && high <= limits[1]
    ? undefined
    : `must stay within ${limits.join(" to ")}, and reaches from ${low} to ${high}; truncatedNormal or uniform keep it there`;
}

function parameterProblem(
  kind: ToolPreset,
  key: string,
  distribution: ScalarDistribution,
): string | undefined {
  const { name: preset, parameters } = kind;
  if (!Object.hasOwn(parameters, key))
    return `a ${preset} has none of this name; its parameters: ${Object.keys(parameters).join(", ")}`;
  const { least, most } = parameters[key];
  const [low, high] = likelyRange(distribution);
  return low >= least && high <= most
    ? undefined
    : `of a ${preset} must stay within ${least} to ${most}, and reaches from ${low} to ${high}; truncatedNormal or uniform keep it there`;
}
