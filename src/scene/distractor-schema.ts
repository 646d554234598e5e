import { z } from "zod";

const finite = z.number();
const millimetres = finite.min(-5000).max(5000);
const point = z.tuple([millimetres, millimetres, millimetres]);
const radius = finite.positive().max(200);

const sweptPart = z.strictObject({
  material: z.string().min(1).describe("of `synthex attenuation`, e.g. copper, pvc, lead@11.3"),
  radiusMm: radius,
  boreRadiusMm: radius.optional().describe("a tube: nothing within this of its middle"),
  lines: z
    .array(z.array(point).min(1).max(500))
    .min(1)
    .max(200)
    .describe("polylines that are swept by a ball; one point is a ball"),
  smooth: z.boolean().default(false).describe("a curve through the points instead of straight lines"),
  ends: z.enum(["round", "flat"]).default("round").describe("flat: lines of two points are discs or rods"),
});

const textPart = z.strictObject({
  material: z.string().min(1),
  radiusMm: radius.describe("half the thickness of the strokes"),
  text: z.string().min(1).max(40),
  heightMm: finite.positive().max(200).describe("of a capital"),
  at: z.tuple([millimetres, millimetres]).describe("middle of the text on the panel"),
  angleDeg: finite.min(-360).max(360).default(0).describe("turn, clockwise in the picture"),
});

/**
 * Something in the beam that is not the patient: leads, tubes, markers. It casts its shadow on the image and is labelled apart from the
 * anatomy. Places are LPS mm, or with `frame: panel` mm on the panel from its centre: right, down, and from the panel
 * towards the source.
 */
export const distractorSchema = z
  .strictObject({
    name: z.string().min(1).max(60),
    frame: z.enum(["lps", "panel"]).default("lps"),
    parts: z
      .array(
        z.union(
          [sweptPart, textPart],
          "must have lines (material, radiusMm, lines), or text (material, radiusMm, text, heightMm, at)",
        ),
      )
      .min(1)
      .max(50),
  })
  .refine(({ frame, parts }) => frame === "panel" || parts.every((part) => "lines" in part), {
    message: "text stands on the panel: give frame: panel",
  })
  .refine(
    ({ parts }) =>
      parts.every(
        (part) =>
          !("lines" in part) || part.ends === "round" || part.lines.every(({ length }) => length === 2),
      ),
    { message: "flat ends are for lines of two points" },
  )
  .refine(
    ({ parts }) => parts.every((part) => !("lines" in part) || (part.boreRadiusMm ?? 0) < part.radiusMm),
    { message: "a bore must be narrower than its tube" },
  );
export type Distractor = z.output<typeof distractorSchema>;
