import { z } from "zod";

const finite = z.number();
const millimetres = finite.positive().max(1000);
const triple = z.tuple([finite, finite, finite]);
const labels = z
  .array(z.union([z.string().min(1), z.int().positive()]))
  .min(1)
  .describe("names or numbers of labels that make up the structure");

export const anatomicalDirections = [
  "left",
  "right",
  "anterior",
  "posterior",
  "superior",
  "inferior",
] as const;

const direction = z
  .union([z.enum(anatomicalDirections), triple], "must be an anatomical direction or a vector in LPS")
  .describe("left, right, anterior, posterior, superior, inferior, or a vector in LPS of any length");

const region = z.discriminatedUnion("kind", [
  z
    .strictObject({ kind: z.literal("half-space"), pointLps: triple, normal: direction })
    .describe("points x with normal · (x − point) ≥ 0"),
  z
    .strictObject({
      kind: z.literal("fraction"),
      along: direction,
      from: finite.min(0).max(1).default(0),
      to: finite.min(0).max(1).default(1),
    })
    .describe("a part of the structure's extent along a direction, 0 at its start and 1 at its end"),
  z
    .strictObject({ kind: z.literal("near"), labels, withinMm: millimetres })
    .describe("points no further from the surface of another structure than this"),
  z
    .strictObject({
      kind: z.literal("beyond"),
      landmark: z.string().min(1),
      direction,
      byMm: finite.min(-1000).max(1000).default(0),
    })
    .describe("points that lie in this direction from a landmark named earlier in the list"),
]);

const shared = {
  name: z.string().min(1),
  labels,
  within: z.array(region).default([]).describe("only the part of the surface that lies in all of these"),
};

/**
 * How a landmark follows from a label map, as plain data. Rules work on the structure's surface: the points half way between
 * voxels inside and outside. docs/landmarks.md explains each kind.
 */
export const landmarkRuleSchema = z.discriminatedUnion("kind", [
  z
    .strictObject({ kind: z.literal("centroid"), name: shared.name, labels })
    .describe("centre of mass of the voxels"),
  z
    .strictObject({ kind: z.literal("extreme"), ...shared, direction })
    .describe("the point furthest along a direction; of a flat top, its middle"),
  z
    .strictObject({ kind: z.literal("sphere"), ...shared, radiusMm: z.tuple([millimetres, millimetres]) })
    .describe("centre of the sphere that fits the surface; the radius must lie between two bounds"),
  z
    .strictObject({ kind: z.literal("nearest"), ...shared, to: labels })
    .describe("where the structure comes nearest to another one, on its own surface"),
  z
    .strictObject({
      kind: z.literal("contact-end"),
      ...shared,
      with: labels,
      reachMm: millimetres,
      direction,
    })
    .describe("end of the zone in which the structure faces another one, on its own surface"),
  z
    .strictObject({ kind: z.literal("notch"), ...shared, view: direction, opens: direction })
    .describe("deepest point of the largest notch that the outline has on one side, seen along `view`"),
  z
    .strictObject({
      kind: z.literal("foramen"),
      ...shared,
      view: direction,
      searchDeg: finite.min(0).max(60).default(0),
      rim: direction,
    })
    .describe(
      "point of the rim of a hole that lies furthest along `rim`, seen along the direction near `view` in which the hole is widest",
    ),
]);

export type LandmarkRule = z.output<typeof landmarkRuleSchema>;
export type LandmarkRuleInput = z.input<typeof landmarkRuleSchema>;
export type Region = z.output<typeof region>;
export type AnatomicalDirection = z.output<typeof direction>;
export type LabelNames = z.output<typeof labels>;
