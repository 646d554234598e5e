import { z } from "zod";
import { drawsOf } from "../../augmentation/draws.ts";
import type { BeamFilter } from "../../beam/filter.ts";
import { type DetectorModel, pixelResponse } from "../../detector/detector-model.ts";
import { detectorModelOfDevice } from "../../detector/detector-presets.ts";
import { type Camera, cameraFromMatrix } from "../../geometry/camera.ts";
import { deviceById } from "../../geometry/device.ts";
import type { PhiloxKey } from "../../random/philox.ts";
import { checkedBy } from "../../scene/document.ts";
import { collimationSchema } from "../../scene/collimation-schema.ts";
import type { ExposureVariation } from "./exposure-variation.ts";

const finite = z.number();

/** What is needed of the scene that a record of area densities carries. */
const recordedScene = z.object({
  device: z.string().default("cios-fusion"),
  sourceToDetectorMm: finite.positive().optional(),
  pixelFromLps: z.array(z.array(finite).length(4)).length(3).optional(),
  widthPx: z.int().min(1).optional(),
  heightPx: z.int().min(1).optional(),
  collimation: collimationSchema.optional(),
  beam: z.object({
    kv: finite.min(40).max(150),
    anodeAngleDeg: finite.min(5).max(30).default(12),
    detectorKermaMicroGy: finite.positive().default(1),
    focalSpotMm: finite.min(0).optional(),
    filters: z
      .array(z.object({ material: z.string(), thicknessMm: finite.min(0) }))
      .default([{ material: "Al", thicknessMm: 3 }]),
  }),
});
export type RecordedScene = z.output<typeof recordedScene>;

/** @throws InputError `area-density-scene-invalid` where a record does not say how it was exposed */
export function readRecordedScene(sample: unknown, name: string): RecordedScene {
  return checkedBy(recordedScene, sample, {
    kind: "area-density-scene",
    remedy:
      "area densities of synthex generate carry their scene; train on the images of this data set instead",
    placeOf: (field) => `${name} does not say how it was exposed: ${field.join(".") || "scene"}`,
  });
}

/** The camera that a record was exposed with; one in front of its panel where the scene gives no matrix. */
export function recordedCamera(scene: RecordedScene, size: { widthPx: number; heightPx: number }): Camera {
  const { widthPx = size.widthPx, heightPx = size.heightPx } = scene;
  const device = deviceById(scene.device);
  const sourceToDetectorMm = scene.sourceToDetectorMm ?? device.sourceToDetectorMm;
  const focalPx = sourceToDetectorMm / ((device.widthPx * device.pixelPitchMm) / widthPx);
  return cameraFromMatrix({
    pixelFromLps: (
      scene.pixelFromLps ?? [
        [focalPx, 0, (widthPx - 1) / 2, 0],
        [0, focalPx, (heightPx - 1) / 2, 0],
        [0, 0, 1, 0],
      ]
    ).flat(),
    widthPx,
    heightPx,
    sourceToDetectorMm,
  });
}

/** What was drawn for one exposure; undefined parts do not happen. */
export interface DrawnExposure {
  readonly kv: number;
  readonly anodeAngleDeg: number;
  readonly filters: readonly BeamFilter[];
  readonly detector: DetectorModel;
  readonly detectorKermaMicroGy: number;
  readonly electronicNoiseKeV: number;
  /** Absorbed energy that fills a pixel of the panel. */
  readonly fullWellKeV: number;
  readonly scatter: { readonly toPrimary: number; readonly widthMm: number } | undefined;
  readonly blurSigmaPx: number;
  readonly noiseBlurSigmaPx: number;
  readonly saturationOverMedian: number | undefined;
}

/** Draws an exposure. Every part has random numbers of its own, so that changing one of them leaves the others as they are. */
export function drawExposure(
  scene: RecordedScene,
  variation: ExposureVariation,
  { key, pitchMm }: { key: PhiloxKey; pitchMm: number },
): DrawnExposure {
  const { beam } = scene;
  const tube = drawsOf(key, "tube voltage");
  const kv = variation.kv === "recorded" ? beam.kv : tube.uniformIn(...variation.kv);
  const aluminium = drawsOf(key, "aluminium");
  const copper = drawsOf(key, "copper");
  const hasCopper = copper.chance(variation.copper.probability);
  const dose = drawsOf(key, "dose");
  const scatter = drawsOf(key, "scatter");
  const blur = drawsOf(key, "blur");
  const noiseBlur = drawsOf(key, "noise blur");
  const saturation = drawsOf(key, "saturation");
  const electronic = drawsOf(key, "electronic noise");
  const detector = detectorModelOfDevice(scene.device);
  const response = pixelResponse(detector, [pitchMm, pitchMm]);
  return {
    // As on a console, and so that spectra can be kept.
    kv: Math.min(Math.max(Math.round(kv), 40), 150),
    anodeAngleDeg: beam.anodeAngleDeg,
    filters: [
      ...(variation.aluminiumMm === "recorded"
        ? beam.filters
        : [{ material: "Al", thicknessMm: aluminium.uniformIn(...variation.aluminiumMm) }]),
      ...(hasCopper ? [{ material: "Cu", thicknessMm: copper.uniformIn(...variation.copper.mm) }] : []),
    ],
    detector,
    detectorKermaMicroGy:
      variation.detectorKermaMicroGy === "recorded"
        ? beam.detectorKermaMicroGy
        : dose.logUniformIn(...variation.detectorKermaMicroGy),
    electronicNoiseKeV: response.electronicNoiseKeV * factorIn(electronic, variation.electronicNoise.factor),
    fullWellKeV: response.fullWellKeV,
    scatter: scatter.chance(variation.scatter.probability)
      ? {
          toPrimary: scatter.uniformIn(...variation.scatter.toPrimary),
          widthMm: scatter.uniformIn(...variation.scatter.widthMm),
        }
      : undefined,
    blurSigmaPx: blur.chance(variation.blur.probability) ? blur.uniformIn(...variation.blur.sigmaPx) : 0,
    noiseBlurSigmaPx: noiseBlur.chance(variation.noiseBlur.probability)
      ? noiseBlur.uniformIn(...variation.noiseBlur.sigmaPx)
      : 0,
    saturationOverMedian: saturation.chance(variation.saturation.probability)
      ? saturation.logUniformIn(...variation.saturation.overMedian)
      : undefined,
  };
}

/** Uniform in the logarithm, but for a range that begins at nothing. */
function factorIn(
  draws: {
    logUniformIn: (low: number, high: number) => number;
    uniformIn: (low: number, high: number) => number;
  },
  [low, high]: readonly [number, number],
): number {
  return low > 0 ? draws.logUniformIn(low, high) : draws.uniformIn(low, high);
}
