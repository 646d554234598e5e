import { InputError } from "../error/input-error.ts";
import { blockedLowering, paysBlocked } from "./lowering/nchwc-convolution.ts";
import { plainLowering } from "./lowering/plain-convolution.ts";
import { writeModel } from "./onnx/write-model.ts";
import type { ConvolutionGeometry, Lowering } from "./tensor.ts";
import { TensorGraph } from "./tensor-graph.ts";
import type { TensorRuntime, TensorValue } from "./tensor-runtime.ts";

export type LoweringName = "auto" | "plain" | "nchwc";

/** Blocks that processors of today have: AVX-512, then AVX2 and others. */
const BLOCKS = [16, 8];
/** Float32 sums of some hundred products differ by less, relative to the largest. */
const TOLERANCE = 1e-4;
const GEOMETRY: ConvolutionGeometry = { stride: [1, 1], dilation: [1, 1], padding: [1, 1, 1, 1], groups: 1 };
/** Sides that are no multiples of anything, so that filling up is tried as well. */
const AWKWARD: TrialSize = { batch: 9, inputs: 22, outputs: 39, side: 13 };
/** As in the upper levels of a U-Net, where most of the time goes. */
const USUAL: TrialSize = { batch: 8, inputs: 32, outputs: 16, side: 64 };

interface TrialSize {
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly side: number;
}

/**
 * The way of making convolutions that this engine on this machine does right and fastest. Blocked kernels are used if all three products of
 * a small trial agree with the plain ones, and, unless asked for by name, if a usual layer takes less time.
 *
 * @throws InputError `lowering-missing` where `nchwc` was asked for and cannot be used
 */
export async function chooseLowering(
  runtime: TensorRuntime,
  wanted: LoweringName = "auto",
): Promise<Lowering> {
  if (wanted === "plain" || (wanted === "auto" && runtime.provider !== "cpu")) return plainLowering;
  const plain = await trial(runtime, plainLowering, AWKWARD);
  for (const block of BLOCKS) {
    const isRight = await trial(runtime, blockedLowering({ block, uses: () => true }), AWKWARD).then(
      ({ values }) => agree(plain.values, values),
      () => false,
    );
    if (!isRight) continue;
    const blocked = blockedLowering({ block, uses: (product, size) => paysBlocked(product, size, block) });
    if (wanted === "nchwc") return blocked;
    const [usual, faster] = [
      await trial(runtime, plainLowering, USUAL),
      await trial(runtime, blocked, USUAL),
    ];
    return faster.milliseconds < usual.milliseconds ? blocked : plainLowering;
  }
  if (wanted === "auto") return plainLowering;
  throw new InputError(
    "lowering-missing",
    "the blocked kernels of onnxruntime are not usable on this machine",
    {
      remedy: "use the lowering plain",
    },
  );
}

interface Trial {
  readonly values: readonly Float32Array[];
  readonly milliseconds: number;
}

async function trial(runtime: TensorRuntime, lowering: Lowering, size: TrialSize): Promise<Trial> {
  const { batch, inputs, outputs, side } = size;
  const graph = new TensorGraph(lowering);
  const shapes = {
    x: [batch, inputs, side, side],
    y: [batch, outputs, side, side],
    weight: [outputs, inputs, 3, 3],
  };
  const x = graph.input("x", "float32", shapes.x);
  const y = graph.input("y", "float32", shapes.y);
  const weight = graph.input("weight", "float32", shapes.weight);
  const names = ["result", "byPicture", "byWeight"];
  graph.output("result", lowering.convolve(x, weight, GEOMETRY));
  graph.output("byPicture", lowering.spread(y, weight, shapes.x, GEOMETRY));
  graph.output("byWeight", lowering.weightDerivative(x, y, shapes.weight, GEOMETRY));
  const session = await runtime.open(writeModel(graph), { isTrial: true });
  const feeds: Record<string, TensorValue> = Object.fromEntries(
    Object.entries(shapes).map(([name, shape], index) => [name, wave(shape, 0.37 + 0.11 * index)]),
  );
  try {
    const made = await session.run(feeds);
    let milliseconds = Number.POSITIVE_INFINITY;
    for (let repetition = 0; repetition < 3; repetition++) {
      const start = performance.now();
      await session.run(feeds);
      milliseconds = Math.min(milliseconds, performance.now() - start);
    }
    return { values: names.map((name) => made[name].data as Float32Array), milliseconds };
  } finally {
    await session.release();
  }
}

function wave(shape: readonly number[], frequency: number): TensorValue {
  const count = shape.reduce((product, side) => product * side, 1);
  return {
    type: "float32",
    shape,
    data: Float32Array.from({ length: count }, (_, i) => Math.sin(frequency * i)),
  };
}

function agree(expected: readonly Float32Array[], found: readonly Float32Array[]): boolean {
  return expected.every((values, index) => {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // Not `<=` turned round: what is no number must fail.
    return values.every((value, at) => Math.abs(value - found[index][at]) <= TOLERANCE * largest);
  });
}
