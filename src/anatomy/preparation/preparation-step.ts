import { z } from "zod";
import { fragmentLabels } from "./composite-bones.ts";

const names = z.array(z.string().min(1)).min(1);
const share = z.number().min(0).max(1);
const lps = z.tuple([z.number(), z.number(), z.number()]);
const labelNumbers = z.array(z.int().min(1).max(65_535)).min(1);

const mirror = z
  .strictObject({
    kind: z.literal("mirror"),
    replace: z.enum(["left", "right"]).describe("the side that becomes the mirror image of the other"),
  })
  .describe("one side of the patient becomes the mirror image of the other");

const removeMetal = z
  .strictObject({
    kind: z.literal("remove-metal"),
    thresholdHu: z.number().min(1000).max(30_000).default(2500).describe("metal is brighter than this"),
    fill: z
      .enum(["smooth", "mirror"])
      .default("smooth")
      .describe("bone under metal: by depth below its surface, or as the other side has it"),
  })
  .describe("metal and its streaks become tissue; labels stay");

const removeContrast = z
  .strictObject({ kind: z.literal("remove-contrast") })
  .describe("heart, vessels, kidneys and spleen lose an injected contrast medium; labels stay");

const extend = z
  .strictObject({
    kind: z.literal("extend"),
    end: z
      .enum(["inferior", "superior"])
      .default("inferior")
      .describe(
        "towards the feet femoral shafts, ischia and thighs, or a trunk that goes on where there is no femur; towards the head a trunk that goes on, above the second thoracic vertebra a neck",
      ),
    lengthMm: z.number().positive().max(400),
  })
  .describe("slices are added to a scan that ends too early; what was scanned stays bit by bit");

const composite = z
  .strictObject({
    kind: z.literal("composite"),
    bones: z
      .strictObject({ ct: z.string().min(1), labels: z.string().min(1) })
      .describe("CT and labels of a pelvis without soft tissue; this anatomy is the template"),
    parts: z
      .strictObject({ hip_left: labelNumbers, hip_right: labelNumbers, sacrum: labelNumbers })
      .prefault({
        hip_left: [...fragmentLabels.hip_left],
        hip_right: [...fragmentLabels.hip_right],
        sacrum: [...fragmentLabels.sacrum],
      })
      .describe("label numbers of the fragments; default as FracSegNet and PENGWIN number them"),
    spacingMm: z.number().min(0.5).max(5).default(1.5),
  })
  .describe("a CT that shows bones only becomes a whole patient by surface registration");

const cropLabels = z
  .strictObject({
    kind: z.literal("crop-labels"),
    labels: names,
    keep: z.enum(["left", "right", "anterior", "posterior", "superior", "inferior"]),
    plane: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("point"), lpsMm: lps }),
      z.strictObject({ kind: z.literal("structure"), labels: names, share }),
      z.strictObject({
        kind: z.literal("contact"),
        labels: names,
        with: names,
        withinMm: z.number().positive().max(50),
        share,
      }),
    ]),
    rest: z.string().min(1).optional().describe("name for what is cut off; background without one"),
  })
  .describe("labels are cut at a plane across one of the patient's axes");

const preLabel = z
  .strictObject({ kind: z.literal("pre-label") })
  .describe("body, lungs and bone by thresholds and connectivity; replaces the label map");

/** One step of preparing a patient, as plain data. None of them draws random numbers. */
export const preparationStepSchema = z.discriminatedUnion("kind", [
  mirror,
  removeMetal,
  removeContrast,
  extend,
  composite,
  cropLabels,
  preLabel,
]);

export type PreparationStep = z.output<typeof preparationStepSchema>;
/** As written in a recipe, with defaults left out. */
export type PreparationStepInput = z.input<typeof preparationStepSchema>;
