import { readModel } from "../../network/onnx/read-model.ts";
import {
  type CalibrationPicture,
  calibrateModel,
  type ModelThresholds,
} from "../../prediction/calibrate-model.ts";
import { METADATA_KEY, readModelMetadata } from "../../prediction/model-metadata.ts";
import { onnxRuntime } from "../onnx-runtime.ts";
import type { TrainingSource } from "./training-source.ts";

/** A candidate is right within so many standard deviations of a landmark's Gaussian. */
const TOLERANCE_SIGMA = 3;

/**
 * From where an exported model and its landmarks are to be believed, by validation pictures that are randomized as hard as a step ever learns
 * from. The published correlation of 0.9 is that of a network on pictures of its own kind; real ones are not.
 *
 * @returns nothing where there is nothing to validate on
 */
export async function modelThresholds(options: {
  readonly model: Uint8Array;
  readonly source: TrainingSource;
  readonly batch: number;
  readonly threads: number;
}): Promise<ModelThresholds> {
  const { model, source, batch, threads } = options;
  if (source.validationExamples === 0) return {};
  const file = "the exported model";
  const metadata = readModelMetadata(readModel(model, file).metadata.get(METADATA_KEY), file);
  const session = await (await onnxRuntime({ threads })).open(model);
  try {
    return await calibrateModel(
      { metadata, session },
      calibrationPictures(source, batch),
      TOLERANCE_SIGMA * metadata.heatMapSigmaPx,
    );
  } finally {
    await session.release();
  }
}

async function* calibrationPictures(
  source: TrainingSource,
  batchSize: number,
): AsyncGenerator<CalibrationPicture> {
  const { widthPx, heightPx, landmarks } = source.task;
  const area = widthPx * heightPx;
  for (let first = 0; first < source.validationExamples; first += batchSize) {
    const { pixels, points, visible } = await source.batch({ kind: "calibration", first });
    for (let n = 0; n < Math.min(batchSize, source.validationExamples - first); n++)
      yield {
        widthPx,
        heightPx,
        pixels: pixels.slice(n * area, (n + 1) * area),
        points: landmarks.map((_, landmark) => {
          const at = n * landmarks.length + landmark;
          return visible[at] === 0 ? undefined : { x: points[2 * at], y: points[2 * at + 1] };
        }),
      };
  }
}
