import { expect, test } from "vitest";
import { plainLowering } from "../../src/network/lowering/plain-convolution.ts";
import { writeModel } from "../../src/network/onnx/write-model.ts";
import { localMean } from "../../src/network/operators/pooling.ts";
import { TensorGraph } from "../../src/network/tensor-graph.ts";
import { onnxRuntime } from "../../src/node/onnx-runtime.ts";
import { randomStream } from "../../src/random/random-stream.ts";

const [HEIGHT, WIDTH] = [11, 14];

test.each([3, 5, 9, 27])(
  "the mean about a pixel is that of the part of the %i-sided square that lies in the picture",
  async (size) => {
    const { uniformIn } = randomStream([7, size]);
    const data = Float32Array.from({ length: HEIGHT * WIDTH }, () => uniformIn(-1, 1));
    const graph = new TensorGraph(plainLowering);
    const picture = { type: "float32" as const, shape: [1, 1, HEIGHT, WIDTH] };
    graph.output("mean", localMean(graph.input("picture", picture.type, picture.shape), size));
    const session = await (await onnxRuntime({ provider: "cpu", threads: 1 })).open(writeModel(graph));
    const { mean } = await session.run({ picture: { ...picture, data } });
    await session.release();
    const reach = (size - 1) / 2;
    for (let row = 0; row < HEIGHT; row++)
      for (let column = 0; column < WIDTH; column++) {
        let [sum, count] = [0, 0];
        for (let y = Math.max(0, row - reach); y <= Math.min(HEIGHT - 1, row + reach); y++)
          for (let x = Math.max(0, column - reach); x <= Math.min(WIDTH - 1, column + reach); x++) {
            sum += data[y * WIDTH + x];
            count++;
          }
        // Two sums of at most 14 float32 numbers below 1.
        expect(Math.abs((mean.data as Float32Array)[row * WIDTH + column] - sum / count)).toBeLessThan(2e-6);
      }
  },
);
