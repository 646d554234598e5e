import { expect, test } from "vitest";
import { readModel } from "../../../src/network/onnx/read-model.ts";
import { onnxRuntime } from "../../../src/node/onnx-runtime.ts";
import type { ExampleRequest } from "../../../src/node/training/example-request.ts";
import { modelThresholds } from "../../../src/node/training/model-thresholds.ts";
import type { TrainingSource } from "../../../src/node/training/training-source.ts";
import { METADATA_KEY, readModelMetadata } from "../../../src/prediction/model-metadata.ts";
import { predict } from "../../../src/prediction/predict.ts";
import { takenApart } from "../../../src/prediction/taken-apart.ts";
import { tinyModel } from "../../prediction/tiny-model.ts";

const AREA = 32 * 32;
const bytes = tinyModel();
const metadata = readModelMetadata(readModel(bytes, "model").metadata.get(METADATA_KEY), "model");
const model = { metadata, session: await (await onnxRuntime({ provider: "cpu", threads: 1 })).open(bytes) };
const pixelsOf = (example: number): Float32Array =>
  Float32Array.from({ length: AREA }, (_, n) => Math.sin(n / (5 + example)) + n / 500);
const found = await Promise.all(
  [0, 1, 2].map((example) => predict([model], { widthPx: 32, heightPx: 32, pixels: pixelsOf(example) })),
);

/** Three examples to validate on in batches of two, filled up from the beginning; landmarks that are visible are where they are found. */
function source(isVisible: (example: number, landmark: number) => boolean, asked: ExampleRequest[] = []) {
  const batch: TrainingSource["batch"] = async (request) => {
    asked.push(request);
    const first = request.kind === "step" ? 0 : request.first;
    const examples = [first % 3, (first + 1) % 3];
    return {
      size: 2,
      pixels: Float32Array.from(examples.flatMap((example) => [...pixelsOf(example)])),
      targets: new Uint8Array(2 * AREA),
      points: Float32Array.from(
        examples.flatMap((example) => found[example].landmarks.flatMap((at) => [at?.x ?? 0, at?.y ?? 0])),
      ),
      visible: Float32Array.from(
        examples.flatMap((example) => [0, 1].map((landmark) => (isVisible(example, landmark) ? 1 : 0))),
      ),
    };
  };
  const task = { ...metadata, widthPx: 32, heightPx: 32 };
  return { task, validationExamples: 3, batch } as unknown as TrainingSource;
}

test("a model and its landmarks are judged on randomized validation pictures, each of them once", async () => {
  const asked: ExampleRequest[] = [];
  const all = found.flatMap(({ landmarks }) => landmarks.map((at) => at?.ncc ?? Number.NaN));
  const { landmarkThreshold, confidenceThreshold } = await modelThresholds({
    model: bytes,
    source: source(() => true, asked),
    batch: 2,
    threads: 1,
  });
  expect(asked).toEqual([
    { kind: "calibration", first: 0 },
    { kind: "calibration", first: 2 },
  ]);
  // All are right: the least sure of them is believed.
  expect(landmarkThreshold).toBe(Math.min(...all));
  const apart = await Promise.all(
    [0, 1, 2].map((example) =>
      predict([model], takenApart({ widthPx: 32, heightPx: 32, pixels: pixelsOf(example) })),
    ),
  );
  const [known, other] = [found, apart].map(
    (predictions) => predictions.map(({ confidence }) => confidence).toSorted((a, b) => a - b)[1],
  );
  expect(confidenceThreshold).toBe(known > other ? (known + other) / 2 : undefined);
});

test("there is no threshold for landmarks where none is ever right, and none at all without validation", async () => {
  const wrong = source(() => false);
  const options = { model: bytes, batch: 2, threads: 1 };
  expect(await modelThresholds({ ...options, source: wrong })).not.toHaveProperty("landmarkThreshold");
  expect(await modelThresholds({ ...options, source: { ...wrong, validationExamples: 0 } })).toEqual({});
});
