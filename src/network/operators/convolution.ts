import { type ConvolutionGeometry, expectShape, type Tensor } from "../tensor.ts";
import { add } from "./elementwise.ts";
import { reshape } from "./shape.ts";

export interface ConvolutionOptions {
  readonly stride?: number;
  readonly dilation?: number;
  /** Zeros on every side; "same" keeps the size at stride 1. */
  readonly padding?: number | "same" | readonly [number, number, number, number];
  readonly groups?: number;
}

/**
 * Cross-correlation as networks call convolution: y[n,o,v,u] = bias[o] + Σ x[n, c, v·s + j·d − p, u·s + i·d − p] · w[o,c,j,i].
 *
 * @param x [N, C, H, W]
 * @param weight [O, C / groups, rows, columns]
 * @param bias [O]
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  const geometry = geometryOf(weight, options);
  const outputs = weight.shape[0];
  if (x.shape[1] !== weight.shape[1] * geometry.groups || outputs % geometry.groups !== 0)
    throw new RangeError(
      `weights (${weight.shape.join(", ")}) in ${geometry.groups} groups do not fit (${x.shape.join(", ")})`,
    );
  const value = x.graph.lowering.convolve(x, weight, geometry);
  const product = x.graph.composite("Convolution", [x, weight], value, {
    attributes: asAttributes(geometry),
  });
  return withBias(product, bias);
}

/**
 * The transpose of `conv2d`: what its derivative by x is. Doubles the size with 2 × 2 weights and stride 2.
 *
 * @param weight [C, O / groups, rows, columns]
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolutionOptions = {},
): Tensor {
  const geometry = geometryOf(weight, options);
  const [batch, channels, height, width] = x.shape;
  if (channels !== weight.shape[0])
    throw new RangeError(`weights (${weight.shape.join(", ")}) do not fit (${x.shape.join(", ")})`);
  const [rows, columns] = weight.shape.slice(2);
  const { stride, dilation, padding } = geometry;
  const shape = [
    batch,
    weight.shape[1] * geometry.groups,
    (height - 1) * stride[0] + dilation[0] * (rows - 1) + 1 - padding[0] - padding[2],
    (width - 1) * stride[1] + dilation[1] * (columns - 1) + 1 - padding[1] - padding[3],
  ];
  const value = x.graph.lowering.spread(x, weight, shape, geometry);
  const product = x.graph.composite("TransposedConvolution", [x, weight], value, {
    attributes: asAttributes(geometry),
  });
  return withBias(product, bias);
}

function withBias(product: Tensor, bias: Tensor | undefined): Tensor {
  if (!bias) return product;
  expectShape(bias, [product.shape[1]], "a bias");
  return add(product, reshape(bias, [1, product.shape[1], 1, 1]));
}

function geometryOf(weight: Tensor, options: ConvolutionOptions): ConvolutionGeometry {
  const { stride = 1, dilation = 1, padding = 0, groups = 1 } = options;
  const [rows, columns] = weight.shape.slice(2);
  const around = (all: number): [number, number, number, number] => [all, all, all, all];
  const same = (size: number): [number, number] => {
    const total = dilation * (size - 1);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  const [top, bottom] = same(rows);
  const [left, right] = same(columns);
  return {
    stride: [stride, stride],
    dilation: [dilation, dilation],
    padding:
      padding === "same"
        ? [top, left, bottom, right]
        : typeof padding === "number"
          ? around(padding)
          : padding,
    groups,
  };
}

const asAttributes = ({ stride, dilation, padding, groups }: ConvolutionGeometry) => ({
  strides: stride,
  dilations: dilation,
  pads: padding,
  group: groups,
});
