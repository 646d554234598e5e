import { describe, expect, test } from "vitest";
import { calibratedThreshold } from "../../src/evaluation/calibrated-threshold.ts";
import { InputError } from "../../src/error/input-error.ts";
import { readModel } from "../../src/network/onnx/read-model.ts";
import { onnxRuntime } from "../../src/node/onnx-runtime.ts";
import { calibrateLandmarks } from "../../src/prediction/calibrate-landmarks.ts";
import { METADATA_KEY, type ModelMetadata, readModelMetadata } from "../../src/prediction/model-metadata.ts";
import { type Model, type Picture, predict } from "../../src/prediction/predict.ts";
import { tinyModel } from "./tiny-model.ts";

const runtime = await onnxRuntime({ provider: "cpu", threads: 1 });

async function opened(seed: number, metadata: Partial<ModelMetadata> = {}): Promise<Model> {
  const bytes = tinyModel({ seed, metadata });
  return {
    metadata: readModelMetadata(readModel(bytes, "model").metadata.get(METADATA_KEY), "model"),
    session: await runtime.open(bytes),
  };
}

/** As large as the models' square, so that nothing is resized. */
const picture: Picture = {
  widthPx: 32,
  heightPx: 32,
  pixels: Float32Array.from({ length: 32 * 32 }, (_, n) => Math.sin(n / 7) + n / 500),
};

describe("landmarks of a model", () => {
  test("are believed from the least correlation of those that are where the truth is", async () => {
    const model = await opened(1);
    const shifted = (by: number): Picture => ({
      ...picture,
      pixels: picture.pixels.map((v, n) => v + ((n * by) % 5)),
    });
    const pictures = [picture, shifted(1), shifted(3)];
    const found = await Promise.all(pictures.map((one) => predict([model], one)));
    // The first landmark is right in every picture, the second is in none of them.
    async function* known() {
      for (const [n, one] of pictures.entries()) yield { ...one, points: [found[n].landmarks[0], undefined] };
    }
    const judged = found.flatMap(({ landmarks }) =>
      landmarks.flatMap((landmark, n) => (landmark ? [{ confidence: landmark.ncc, isRight: n === 0 }] : [])),
    );
    const threshold = await calibrateLandmarks(model, known(), 0.01);
    expect(threshold).toBe(calibratedThreshold(judged));
    expect(judged.filter(({ isRight }) => isRight).map((one) => one.confidence)).toContain(threshold);
  });
});

describe("an ensemble", () => {
  test("averages the probabilities of its models", async () => {
    const models = [await opened(1), await opened(2)];
    const probabilitiesOf = async (members: readonly Model[]): Promise<Float32Array> =>
      (await predict(members, picture)).probabilities ?? new Float32Array();
    const [one, other] = [await probabilitiesOf([models[0]]), await probabilitiesOf([models[1]])];
    const together = await probabilitiesOf(models);
    expect(together).toHaveLength(3 * 32 * 32);
    // Probabilities are float32: their mean is off by less than 2⁻²³.
    for (const [at, value] of together.entries()) expect(value).toBeCloseTo((one[at] + other[at]) / 2, 6);
  });

  test("takes folds whose heat-map widths differ in the last digit", async () => {
    const widths = [0.6685236768802229, 0.668523676880223];
    const models = await Promise.all(widths.map((heatMapSigmaPx, n) => opened(n, { heatMapSigmaPx })));
    await expect(predict(models, picture)).resolves.toMatchObject({ wasInverted: expect.any(Boolean) });
  });

  test.each([{ heatMapSigmaPx: 3 }, { landmarks: ["FH-r", "FH-l"] }])(
    "is refused where models say something else: %j",
    async (changes) => {
      const models = [await opened(1), await opened(2), await opened(3, changes)];
      await expect(predict(models, picture)).rejects.toThrow(InputError);
      await expect(predict(models, picture)).rejects.toThrow(
        `model 1 (tiny) and model 3 (tiny) differ in ${Object.keys(changes)[0]}`,
      );
    },
  );
});
