import { readFileSync } from "node:fs";
import { plainLowering } from "../../src/network/lowering/plain-convolution.ts";
import { readModel } from "../../src/network/onnx/read-model.ts";
import { writeModel } from "../../src/network/onnx/write-model.ts";
import { add } from "../../src/network/operators/elementwise.ts";
import { TensorGraph } from "../../src/network/tensor-graph.ts";
import { readNpz } from "../../src/network/weights/npz.ts";
import { mutateBytes, pick } from "./mutate.ts";
import { type FuzzTarget, must } from "./target.ts";

function smallModel(): Uint8Array {
  const graph = new TensorGraph(plainLowering);
  const x = graph.input("x", "float32", [2, 3]);
  graph.output("y", add(x, graph.constant(Float32Array.of(1, 2, 3), [1, 3], "shift")));
  return writeModel(graph, { synthex: '{"format":1}' });
}

const model = smallModel();

const onnxTarget: FuzzTarget = {
  name: "onnx",
  make: (random) => ({
    files: [{ name: "model.onnx", bytes: Uint8Array.from(mutateBytes(model, random, model)) }],
  }),
  take: async ({ files: [{ bytes, name }] }) => {
    let held = 0;
    for (const [weight, { shape, data }] of readModel(bytes, name).weights) {
      must(data.length === shape.reduce((a, b) => a * b, 1), `${weight}: ${data.length} values`);
      held += data.byteLength;
    }
    return held;
  },
};

const archives = ["stored.npz", "vision-transformer.npz"].map((name) =>
  readFileSync(new URL(`../../test/network/fixtures/${name}`, import.meta.url)),
);

const npzTarget: FuzzTarget = {
  name: "npz",
  make: (random) => {
    const archive = pick(archives, random);
    return {
      files: [{ name: "weights.npz", bytes: Uint8Array.from(mutateBytes(archive, random, archive)) }],
    };
  },
  take: async ({ files: [{ bytes, name }] }) => {
    let held = 0;
    for (const [array, { shape, data }] of await readNpz(bytes, name)) {
      must(data.length === shape.reduce((a, b) => a * b, 1), `${array}: ${data.length} values`);
      held += data.byteLength;
    }
    return held;
  },
};

/** Models and weights that somebody else may have made. */
export const networkTargets: readonly FuzzTarget[] = [onnxTarget, npzTarget];
