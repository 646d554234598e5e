import { z } from "zod";
import type { PatientVariationInput } from "../anatomy/variation/patient-variation.ts";
import type { RandomStream } from "../random/random-stream.ts";
import { drawScalar, scalarWithin } from "./distribution.ts";

/** How far patients differ from the subject they come from (docs/patient-variation.md): every number is a distribution. */
export const variationSchema = z.strictObject({
  variants: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(
      "how many different patients a subject becomes; without it every block of images shows a new one",
    ),
  scale: scalarWithin(0.5, 2).default(1).describe("factor of all lengths"),
  scaleAlong: z
    .strictObject({
      leftRight: scalarWithin(0.5, 2).default(1),
      frontBack: scalarWithin(0.5, 2).default(1),
      footHead: scalarWithin(0.5, 2).default(1),
    })
    .prefault({})
    .describe("further factors along the axes of the body"),
  shearDeg: z
    .strictObject({
      xByY: scalarWithin(-60, 60).default(0),
      xByZ: scalarWithin(-60, 60).default(0),
      yByZ: scalarWithin(-60, 60).default(0),
    })
    .prefault({}),
  deformation: z
    .strictObject({
      sdMm: scalarWithin(0, 20),
      spacingMm: z.number().min(20).max(500).default(70),
      boneStiffness: z.number().min(0).max(1).default(0.7),
    })
    .optional()
    .describe("smooth random deformation without folds"),
  hips: z
    .strictObject({
      flexionDeg: scalarWithin(-40, 40).default(0),
      abductionDeg: scalarWithin(-30, 30).default(0),
      internalRotationDeg: scalarWithin(-45, 45).default(0),
    })
    .optional()
    .describe("femurs turned in their sockets, each side drawn by itself"),
  lumbar: z
    .strictObject({
      flexionDeg: scalarWithin(-20, 20).default(0),
      leftBendDeg: scalarWithin(-15, 15).default(0),
      leftTurnDeg: scalarWithin(-10, 10).default(0),
    })
    .optional()
    .describe("the spine turned on the sacrum"),
  bodyThickness: scalarWithin(0.5, 2).default(1),
  softTissueDensity: scalarWithin(0.85, 1.15).default(1),
  boneDensity: scalarWithin(0.3, 2).default(1),
});
export type VariationDistributions = z.output<typeof variationSchema>;

/** Draws one patient's variation. */
export function drawVariation(
  variation: VariationDistributions,
  stream: RandomStream,
): PatientVariationInput {
  const draw = (distribution: Parameters<typeof drawScalar>[0]): number => drawScalar(distribution, stream);
  const scale = draw(variation.scale);
  const { leftRight, frontBack, footHead } = variation.scaleAlong;
  const { deformation, shearDeg, hips, lumbar } = variation;
  const hip = (of: NonNullable<typeof hips>) => ({
    flexionDeg: draw(of.flexionDeg),
    abductionDeg: draw(of.abductionDeg),
    internalRotationDeg: draw(of.internalRotationDeg),
  });
  return {
    scale: [scale * draw(leftRight), scale * draw(frontBack), scale * draw(footHead)],
    shearDeg: { xByY: draw(shearDeg.xByY), xByZ: draw(shearDeg.xByZ), yByZ: draw(shearDeg.yByZ) },
    ...(deformation
      ? {
          deformation: {
            sdMm: draw(deformation.sdMm),
            spacingMm: deformation.spacingMm,
            boneStiffness: deformation.boneStiffness,
            seed: stream.integerBelow(2 ** 32),
          },
        }
      : {}),
    bodyThickness: draw(variation.bodyThickness),
    softTissueDensity: draw(variation.softTissueDensity),
    boneDensity: draw(variation.boneDensity),
    ...(hips ? { hips: { left: hip(hips), right: hip(hips) } } : {}),
    ...(lumbar
      ? {
          lumbar: {
            flexionDeg: draw(lumbar.flexionDeg),
            leftBendDeg: draw(lumbar.leftBendDeg),
            leftTurnDeg: draw(lumbar.leftTurnDeg),
          },
        }
      : {}),
  };
}
