import { expect, test } from "vitest";
import { plainLowering } from "../../src/network/lowering/plain-convolution.ts";
import { writeModel } from "../../src/network/onnx/write-model.ts";
import { standardised } from "../../src/network/operators/standardised.ts";
import { TensorGraph } from "../../src/network/tensor-graph.ts";
import { onnxRuntime } from "../../src/node/onnx-runtime.ts";
import { randomStream } from "../../src/random/random-stream.ts";

const [HEIGHT, WIDTH] = [37, 41];
const COUNT = HEIGHT * WIDTH;
const PICTURE = { type: "float32" as const, shape: [1, 1, HEIGHT, WIDTH] };

async function runs(pictures: readonly Float32Array[]): Promise<Float32Array[]> {
  const graph = new TensorGraph(plainLowering);
  graph.output("standardised", standardised(graph.input("picture", PICTURE.type, PICTURE.shape)));
  const session = await (await onnxRuntime({ provider: "cpu", threads: 1 })).open(writeModel(graph));
  const made: Float32Array[] = [];
  for (const data of pictures)
    made.push((await session.run({ picture: { ...PICTURE, data } })).standardised.data as Float32Array);
  await session.release();
  return made;
}

const { uniformIn } = randomStream([3, 1]);
const numbers = Float32Array.from({ length: COUNT }, () => uniformIn(-1, 1) + 3);

test("a picture gets mean 0 and standard deviation 1, whatever its unit and level", async () => {
  const scaled = numbers.map((value) => 40 * value - 900);
  const [plain, other, constant] = await runs([numbers, scaled, new Float32Array(COUNT).fill(7.3)]);
  const mean = plain.reduce((sum, value) => sum + value, 0) / COUNT;
  const variance = plain.reduce((sum, value) => sum + (value - mean) ** 2, 0) / COUNT;
  expect(Math.abs(mean)).toBeLessThan(1e-6);
  expect(Math.abs(variance - 1)).toBeLessThan(1e-5);
  // Values of 800 are rounded by 3e-5, of a standard deviation of 23.
  for (const [n, value] of other.entries()) expect(Math.abs(value - plain[n])).toBeLessThan(1e-5);
  expect(constant.every((value) => value === 0)).toBe(true);
});

test("where in memory a picture lies changes no bit", async () => {
  const places = Array.from(
    { length: 16 },
    (_, n) => new Float32Array(new ArrayBuffer(4 * (COUNT + 16)), 4 * n, COUNT),
  );
  for (const place of places) place.set(numbers);
  const [first, ...others] = await runs(places);
  for (const other of others) expect(other).toEqual(first);
});
