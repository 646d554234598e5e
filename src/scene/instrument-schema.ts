import { z } from "zod";
import { lengthUnits } from "../instrument/mesh/read-mesh.ts";
import { sourceFile } from "./source-file-schema.ts";

const finite = z.number();
const millimetres = finite.min(-5000).max(5000);
const point = z.tuple([millimetres, millimetres, millimetres]);
const PLACE = 'must be [x, y, z] in LPS mm, "isocentre", "centre", "label:NAME" or "landmark:NAME"';

/** Directions with names, in LPS. */
export const namedDirections = {
  left: [1, 0, 0],
  right: [-1, 0, 0],
  posterior: [0, 1, 0],
  anterior: [0, -1, 0],
  superior: [0, 0, 1],
  inferior: [0, 0, -1],
} as const;

const DIRECTION = `must be [x, y, z] in LPS, or one of ${Object.keys(namedDirections).join(", ")}`;
const matrixRow = z.tuple([finite, finite, finite, finite]);

const pointedPose = z.strictObject({
  tip: z
    .union(
      [point, z.string().regex(/^(isocentre|isocenter|centre|center|label:.+|landmark:.+)$/, PLACE)],
      PLACE,
    )
    .default("isocentre")
    .describe("where the tip is"),
  direction: z
    .union(
      [
        point.refine((direction) => direction.some((x) => x !== 0), DIRECTION),
        z.enum(Object.keys(namedDirections) as [keyof typeof namedDirections]),
      ],
      DIRECTION,
    )
    .default("superior")
    .describe("where the tool points, from its base to its tip"),
  rollDeg: finite.min(-360).max(360).default(0).describe("turn about the direction, right-handed"),
});

const matrixPose = z.strictObject({
  lpsFromTool: z
    .tuple([matrixRow, matrixRow, matrixRow, matrixRow])
    .describe("rigid 4×4, row by row; of a file, its own frame in mm"),
});

const direction = point.refine((given) => given.some((x) => x !== 0), "a direction must not be zero");

/** One rigid body of a chain. */
export const chainLinkSchema = z
  .strictObject({
    name: z.string().min(1).max(40).describe("of its parts and keypoints, and of its joint"),
    mesh: sourceFile.optional().describe("STL, OBJ, PLY or GLB"),
    unit: z.enum(lengthUnits).optional(),
    tipMm: point.optional(),
    baseMm: point.optional(),
    turned: z.boolean().optional(),
    preset: z.string().min(1).max(60).optional(),
    parameters: z.record(z.string(), finite).optional(),
    material: z.string().min(1).optional(),
    parent: z.string().min(1).optional().describe("the link that it hangs on; default the one before it"),
    at: z
      .union([point, z.string().min(1)], "must be a keypoint of the parent, or [x, y, z] in its frame")
      .default("tip")
      .describe("where the joint is: a keypoint of the parent, or a point in its frame"),
    pivot: z.string().min(1).default("base").describe("the keypoint of this link that is there"),
    direction: direction
      .optional()
      .describe("where it points at rest, in the parent's frame; default as that"),
    rollDeg: finite.min(-360).max(360).default(0),
    joint: z
      .strictObject({
        kind: z.enum(["revolute", "prismatic"]),
        axis: direction.describe("in the parent's frame"),
        limits: z
          .tuple([finite, finite])
          .refine(([low, high]) => low <= high, "the first number must not exceed the second")
          .describe("degrees, or mm"),
      })
      .optional()
      .describe("rigid without one"),
  })
  .refine(({ mesh, preset }) => (mesh === undefined) !== (preset === undefined), {
    message: "give mesh (a file) or preset, one of them",
  });

/**
 * A tool in the patient: from a mesh file, or a preset with parameters. It takes the place of the tissue where it is; of
 * several, those listed first take the place of those after them.
 */
export const instrumentSchema = z
  .strictObject({
    name: z.string().min(1).max(60).optional().describe("of its labels; default the preset's or the file's"),
    mesh: sourceFile.optional().describe("STL, OBJ, PLY or GLB"),
    unit: z
      .enum(lengthUnits)
      .optional()
      .describe("of the file's numbers; default mm, or metres where it must be"),
    tipMm: point.optional().describe("the tip in the file, in mm; default the slimmer end"),
    baseMm: point.optional().describe("the base in the file, in mm; default the other end"),
    turned: z.boolean().optional().describe("the thicker end is the tip"),
    preset: z
      .string()
      .min(1)
      .max(60)
      .optional()
      .describe("a tool without a file: synthex instruments lists them"),
    parameters: z.record(z.string(), finite).optional().describe("of the preset"),
    chain: z
      .array(chainLinkSchema)
      .min(2)
      .max(60)
      .optional()
      .describe("rigid links with joints, from its base to its tip, instead of mesh or preset"),
    joints: z
      .record(z.string(), finite)
      .optional()
      .describe("where the joints of a chain stand, by the names of their links: degrees, or mm"),
    path: z
      .array(point)
      .min(2)
      .max(200)
      .optional()
      .describe("places in LPS mm from base to tip that a wire or a catheter follows, instead of a pose"),
    material: z
      .string()
      .min(1)
      .optional()
      .describe("of `synthex attenuation`, e.g. 316l, ti-6al-4v; default the preset's, 316l for files"),
    keypoints: z
      .array(z.string().min(1).max(60))
      .min(1)
      .max(200)
      .optional()
      .describe("which are labelled, in this order; default all that it has"),
    parts: z.boolean().optional().describe("also a mask for each of several parts; default true"),
    absent: z
      .literal(true)
      .optional()
      .describe("it is not there, and its labels are empty: for data sets that have it in some samples only"),
    pose: z
      .union([pointedPose, matrixPose], "must have tip, direction and rollDeg, or lpsFromTool")
      .prefault({}),
  })
  .refine(
    ({ mesh, preset, chain }) => [mesh, preset, chain].filter((kind) => kind !== undefined).length === 1,
    {
      message: "give mesh (a file), preset or chain, one of them",
    },
  )
  .refine(({ chain, joints }) => joints === undefined || chain !== undefined, {
    message: "joints are of a chain",
  })
  .refine(
    ({ mesh, unit, tipMm, baseMm, turned, parameters }) =>
      mesh === undefined
        ? unit === undefined && tipMm === undefined && baseMm === undefined && turned === undefined
        : parameters === undefined,
    { message: "unit, tipMm, baseMm and turned are for files, parameters for presets" },
  )
  .refine(({ path, preset }) => path === undefined || preset !== undefined, {
    message: "a path is for presets",
  });
/** The instrument with its files as `change` makes them. */
export function withFiles<T extends Pick<Instrument, "mesh" | "chain">>(
  instrument: T,
  change: (file: MeshFile) => MeshFile,
): T {
  const { mesh, chain } = instrument;
  return {
    ...instrument,
    ...(mesh ? { mesh: change(mesh) } : {}),
    ...(chain
      ? { chain: chain.map((link) => (link.mesh ? { ...link, mesh: change(link.mesh) } : link)) }
      : {}),
  };
}

/** The files of an instrument. */
export const filesOf = ({ mesh, chain = [] }: Pick<Instrument, "mesh" | "chain">): MeshFile[] =>
  [mesh, ...chain.map((link) => link.mesh)].filter((file) => file !== undefined);

export type MeshFile = NonNullable<Instrument["mesh"]>;
export type Instrument = z.output<typeof instrumentSchema>;
export type InstrumentInput = z.input<typeof instrumentSchema>;
