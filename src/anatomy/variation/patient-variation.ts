import { z } from "zod";

const factor = (least: number, most: number) => z.number().min(least).max(most).default(1);
const angle = z.number().min(-60).max(60).default(0);

const turn = (most: number) => z.number().min(-most).max(most).default(0);
const hip = z.strictObject({
  flexionDeg: turn(40).describe("thigh forwards"),
  abductionDeg: turn(30).describe("thigh outwards"),
  internalRotationDeg: turn(45).describe("front of the thigh inwards"),
});

/**
 * How one patient is changed into another, as numbers already drawn. The defaults change nothing. docs/patient-variation.md has
 * pictures and sensible ranges.
 */
export const patientVariationSchema = z.strictObject({
  scale: z
    .tuple([z.number().min(0.5).max(2), z.number().min(0.5).max(2), z.number().min(0.5).max(2)])
    .default([1, 1, 1])
    .describe("factors of length along left-right, front-back and foot-head"),
  shearDeg: z
    .strictObject({ xByY: angle, xByZ: angle, yByZ: angle })
    .prefault({})
    .describe("lean of the first axis (LPS) per length of the second, as an angle; applied after the scale"),
  deformation: z
    .strictObject({
      sdMm: z.number().min(0).max(20).describe("standard deviation of each component of the displacement"),
      spacingMm: z.number().min(20).max(500).default(70).describe("distance of control points"),
      boneStiffness: z
        .number()
        .min(0)
        .max(1)
        .default(0.7)
        .describe(
          "0: bones bend like soft tissue; 1: they follow only what is smooth over several control points",
        ),
      seed: z.int().min(0).describe("which deformation"),
    })
    .optional()
    .describe("smooth random deformation without folds"),
  hips: z
    .strictObject({ left: hip.optional(), right: hip.optional() })
    .prefault({})
    .describe("femurs turned in their sockets; needs labels femur_left, hip_left …"),
  lumbar: z
    .strictObject({
      flexionDeg: turn(20).describe("trunk forwards"),
      leftBendDeg: turn(15).describe("trunk to the patient's left"),
      leftTurnDeg: turn(10).describe("front of the trunk to the patient's left"),
    })
    .optional()
    .describe("the spine turned on the sacrum; needs labels vertebrae_L5 and sacrum"),
  bodyThickness: factor(0.5, 2).describe(
    "factor of the soft tissue outside the bones, sideways and front to back",
  ),
  softTissueDensity: factor(0.85, 1.15).describe("factor of the density of everything lighter than bone"),
  boneDensity: factor(0.3, 2).describe("factor of what bone exceeds soft tissue by, in HU"),
});

export type PatientVariation = z.output<typeof patientVariationSchema>;
export type PatientVariationInput = z.input<typeof patientVariationSchema>;
