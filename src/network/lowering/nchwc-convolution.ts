import { add } from "../operators/elementwise.ts";
import { pad, reshape, slice, transpose } from "../operators/shape.ts";
import type { ConvolutionGeometry, Lowering, Tensor } from "../tensor.ts";
import { canTurn, convolvedSize, plainLowering, turned, turnedGeometry } from "./plain-convolution.ts";

/**
 * Convolutions through onnxruntime's own blocked kernels (domain com.microsoft.nchwc), which are meant for weights that are known when a model
 * is loaded and are used here with weights that are made in the graph. They are internal to its CPU provider and depend on the machine:
 * `chooseLowering` tries them before they are used.
 *
 * A blocked tensor holds channels in blocks of B, innermost: [N, C / B, H, W, B].
 */
export interface BlockedOptions {
  /** B: 16 with AVX-512, 8 with AVX2. */
  readonly block: number;
  /** Whether a product is made by blocked kernels; where not, it is made plainly. */
  readonly uses: (product: Product, size: ProductSize) => boolean;
  /** Most pictures in one blocked product for the weights; less than the block. */
  readonly pictures?: number;
}

export type Product = "result" | "by-picture" | "by-weight";

export interface ProductSize {
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly rows: number;
  readonly height: number;
  readonly width: number;
}

const DOMAIN = "com.microsoft.nchwc";

export function blockedLowering({ block, uses, pictures = block / 2 }: BlockedOptions): Lowering {
  return {
    name: "nchwc",
    convolve(x, weight, geometry) {
      const fits = isSimple(geometry) && uses("result", sizeOf(x, weight.shape));
      return fits ? convolveBlocked(x, weight, geometry, block) : plainLowering.convolve(x, weight, geometry);
    },
    spread(y, weight, shape, geometry) {
      const fits =
        isSimple(geometry) && canTurn(weight, geometry) && uses("by-picture", sizeOf(y, weight.shape));
      if (!fits) return plainLowering.spread(y, weight, shape, geometry);
      return convolveBlocked(y, turned(weight, 1), turnedGeometry(weight, geometry), block);
    },
    weightDerivative(x, y, shape, geometry) {
      const fits =
        isSimple(geometry) &&
        geometry.stride.every((step) => step === 1) &&
        uses("by-weight", sizeOf(x, shape));
      return fits
        ? weightDerivativeBlocked(x, y, shape, geometry, block, pictures)
        : plainLowering.weightDerivative(x, y, shape, geometry);
    },
  };
}

const isSimple = ({ groups, dilation }: ConvolutionGeometry): boolean =>
  groups === 1 && dilation[0] === 1 && dilation[1] === 1;

const sizeOf = (x: Tensor, [outputs, inputs, rows]: readonly number[]): ProductSize => ({
  batch: x.shape[0],
  inputs,
  outputs,
  rows,
  height: x.shape[2],
  width: x.shape[3],
});

const roundedUp = (count: number, block: number): number => Math.ceil(count / block) * block;

/** Zeros behind along one axis, up to a multiple of the block. */
function filledUp(x: Tensor, axis: number, block: number): Tensor {
  const missing = roundedUp(x.shape[axis], block) - x.shape[axis];
  const none = x.shape.map(() => 0);
  return pad(
    x,
    none,
    none.map((_, at) => (at === axis ? missing : 0)),
  );
}

/** Below so many pixels of all pictures together, bringing weights into blocks takes longer than blocks save. */
const FEWEST_PIXELS: Readonly<Record<Product, number>> = { result: 400, "by-picture": 400, "by-weight": 144 };

/**
 * Where blocked kernels were measured to be faster (AVX-512, 6 to 96 pixels, 16 to 768 channels): for weights nearly always, else where filling
 * channels up to whole blocks adds less than a quarter (a tenth for the derivative by the picture); and where there are enough pixels.
 */
export function paysBlocked(
  product: Product,
  { batch, inputs, outputs, rows, height, width }: ProductSize,
  block: number,
): boolean {
  if (rows === 1 || batch * height * width < FEWEST_PIXELS[product]) return false;
  if (product === "by-weight") return true;
  const [from, to] = product === "result" ? [inputs, outputs] : [outputs, inputs];
  const filled = (from < block ? from : roundedUp(from, block)) * roundedUp(to, block);
  return filled < (product === "result" ? 1.25 : 1.1) * from * to;
}

/** The node takes multiples of 4 channels, and fills up to blocks by itself. */
const REORDER_STEP = 4;

/** [N, C, H, W] in blocks of channels, filled up with zeros. */
function reorderedInput(x: Tensor, channels: number): Tensor {
  const [batch, , height, width] = x.shape;
  const wide = filledUp(x, 1, REORDER_STEP);
  return x.graph.node("ReorderInput", [wide], "float32", [batch, channels, height, width], {
    domain: DOMAIN,
    attributes: { channels_last: 0 },
  });
}

function convolveBlocked(x: Tensor, weight: Tensor, geometry: ConvolutionGeometry, block: number): Tensor {
  const { graph } = x;
  const [batch, channels, height, width] = x.shape;
  const [outputs, , rows, columns] = weight.shape;
  const wide = filledUp(weight, 0, block);
  const blocks = wide.shape[0] / block;
  const isThin = channels < block;
  let picture = x;
  let filter: Tensor;
  if (isThin) {
    const parts = reshape(wide, [blocks, block, channels, rows, columns]);
    filter = reshape(transpose(parts, [0, 2, 3, 4, 1]), wide.shape);
  } else {
    const full = filledUp(wide, 1, block);
    const deep = full.shape[1] / block;
    const parts = reshape(full, [blocks, block, deep, block, rows, columns]);
    filter = reshape(transpose(parts, [0, 2, 4, 5, 3, 1]), full.shape);
    picture = reorderedInput(x, deep * block);
  }
  const size = convolvedSize([height, width], [rows, columns], geometry);
  const made = graph.node("Conv", [picture, filter], "float32", [batch, blocks * block, ...size], {
    domain: DOMAIN,
    attributes: {
      kernel_shape: [rows, columns],
      strides: geometry.stride,
      dilations: geometry.dilation,
      pads: geometry.padding,
      group: 1,
    },
  });
  return graph.node("ReorderOutput", [made], "float32", [batch, outputs, ...size], {
    domain: DOMAIN,
    attributes: { channels: outputs, channels_last: 0 },
  });
}

/**
 * The derivative by the weights is a convolution of the picture with the derivative of the result as a very large filter, batch and channels
 * having changed places: [C, N, H + 2p, W + 2p] with [O, N, H, W] makes [C, O, rows, columns].
 */
function weightDerivativeBlocked(
  x: Tensor,
  y: Tensor,
  shape: readonly number[],
  { padding: [top, left, bottom, right] }: ConvolutionGeometry,
  block: number,
  pictures: number,
): Tensor {
  const { graph } = x;
  const [outputs, inputs, rows, columns] = shape;
  const [batch, , height, width] = y.shape;
  const around = pad(transpose(x, [1, 0, 2, 3]), [0, 0, top, left], [0, 0, bottom, right]);
  const blocks = roundedUp(outputs, block) / block;
  const blocked = reorderedInput(y, blocks * block);
  const filters = transpose(reshape(blocked, [batch, blocks, height, width, block]), [1, 0, 2, 3, 4]);
  let sum: Tensor | undefined;
  for (let from = 0; from < batch; from += pictures) {
    const to = Math.min(batch, from + pictures);
    const part = slice(around, [{ axis: 1, from, to }]);
    const filter = reshape(slice(filters, [{ axis: 1, from, to }]), [
      blocks * block,
      to - from,
      height,
      width,
    ]);
    const made = graph.node("Conv", [part, filter], "float32", [inputs, blocks * block, rows, columns], {
      domain: DOMAIN,
      attributes: {
        kernel_shape: [height, width],
        strides: [1, 1],
        dilations: [1, 1],
        pads: [0, 0, 0, 0],
        group: 1,
      },
    });
    sum = sum ? add(sum, made) : made;
  }
  const parts = reshape(sum as Tensor, [inputs, blocks, rows, columns, block]);
  const ordered = reshape(transpose(parts, [1, 4, 0, 2, 3]), [blocks * block, inputs, rows, columns]);
  return slice(ordered, [{ axis: 0, from: 0, to: outputs }]);
}
