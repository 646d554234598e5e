import { z } from "zod";

const finite = z.number();
const place = z.tuple([finite.min(-1000).max(1000), finite.min(-1000).max(1000)]);

const size = finite.positive().max(5000);

/** Shapes of a collimated field; lengths in the collimation's `unit`, places from the centre of the picture, right and down. */
const shape = z.discriminatedUnion("kind", [
  z
    .strictObject({
      kind: z.literal("rectangle"),
      width: size,
      height: size,
      centre: place.default([0, 0]),
      angleDeg: finite.min(-180).max(180).default(0).describe("turn, clockwise in the picture"),
    })
    .describe("four blades"),
  z
    .strictObject({ kind: z.literal("circle"), diameter: size, centre: place.default([0, 0]) })
    .describe("an iris"),
  z
    .strictObject({ kind: z.literal("polygon"), corners: z.array(place).min(3).max(24) })
    .describe("shutter blades, one a side: a convex outline"),
]);

/** What limits the field of a scene (docs/variety.md). */
export const collimationSchema = z.strictObject({
  shape,
  unit: z
    .enum(["fraction", "mm"])
    .default("fraction")
    .describe(
      "fraction: of the picture's width (x) and height (y), for circles of the shorter; mm: on the panel",
    ),
  sourceToBladesMm: finite.min(50).max(2000).default(250).describe("with the focal spot: the half shadow"),
  leakage: finite.min(0).max(0.2).default(0.001).describe("part of the beam that goes through the blades"),
  outside: z
    .enum(["exposed", "black", "white"])
    .default("exposed")
    .describe("as it was exposed, or covered by the electronic shutter of the unit"),
});
export type Collimation = z.output<typeof collimationSchema>;
