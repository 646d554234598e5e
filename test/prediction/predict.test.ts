import { describe, expect, test } from "vitest";
import { calibratedThreshold } from "../../src/evaluation/calibrated-threshold.ts";
import { InputError } from "../../src/error/input-error.ts";
import { readModel } from "../../src/network/onnx/read-model.ts";
import { onnxRuntime } from "../../src/node/onnx-runtime.ts";
import { calibrateModel } from "../../src/prediction/calibrate-model.ts";
import { METADATA_KEY, type ModelMetadata, readModelMetadata } from "../../src/prediction/model-metadata.ts";
import { type Model, type Picture, predict } from "../../src/prediction/predict.ts";
import { takenApart } from "../../src/prediction/taken-apart.ts";
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
    const { landmarkThreshold: threshold } = await calibrateModel(model, known(), 0.01);
    expect(threshold).toBe(calibratedThreshold(judged));
    expect(judged.filter(({ isRight }) => isRight).map((one) => one.confidence)).toContain(threshold);
  });
});

describe("the confidence in a picture", () => {
  test("is the mean probability of the pixels that are not background", async () => {
    const { probabilities, classes, confidence } = await predict([await opened(1)], picture);
    const found = [...(classes ?? [])].flatMap((value, pixel) =>
      value === 0 ? [] : [probabilities?.[value * 32 * 32 + pixel] ?? Number.NaN],
    );
    expect(found.length).toBeGreaterThan(0);
    expect(confidence).toBeCloseTo(found.reduce((sum, value) => sum + value, 0) / found.length, 12);
  });

  test("that is to be believed lies half-way from a picture taken apart to the whole one, where that is surer", async () => {
    const model = await opened(1);
    async function* only(one: Picture) {
      yield { ...one, points: [] };
    }
    const confidenceIn = async (one: Picture): Promise<number> => (await predict([model], one)).confidence;
    let surer = 0;
    for (const one of [picture, takenApart(picture)]) {
      const [whole, tiles] = [await confidenceIn(one), await confidenceIn(takenApart(one))];
      const { confidenceThreshold } = await calibrateModel(model, only(one), 1);
      expect(confidenceThreshold).toBe(whole > tiles ? (whole + tiles) / 2 : undefined);
      if (whole > tiles) surer++;
    }
    expect(surer).toBeGreaterThan(0);
  });
});

describe("a picture taken apart", () => {
  test("has the same pixels, every tile of 16 in another place", () => {
    const counted: Picture = {
      widthPx: 8,
      heightPx: 8,
      pixels: Float32Array.from({ length: 64 }, (_, n) => n),
    };
    const { pixels } = takenApart(counted);
    expect(pixels.toSorted()).toEqual(counted.pixels);
    expect([...pixels].filter((value, n) => value === n)).toEqual([]);
    // Tile 0 gets tile 3, the last of the first row, which begins at column 6.
    expect([pixels[0], pixels[1], pixels[8], pixels[9]]).toEqual([6, 7, 14, 15]);
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
