import { divide } from "../operators/elementwise.ts";
import { matMul } from "../operators/matrix.ts";
import { interpolationMatrix } from "../operators/resize.ts";
import { expand, reshape } from "../operators/shape.ts";
import type { ConvolutionGeometry, Operation } from "../tensor.ts";
import { type GradientRule, input, single } from "./rule.ts";

const geometryOf = ({ attributes }: Operation): ConvolutionGeometry => ({
  stride: attributes.strides as [number, number],
  dilation: attributes.dilations as [number, number],
  padding: attributes.pads as [number, number, number, number],
  groups: attributes.group as number,
});

export const spatialRules: Readonly<Record<string, GradientRule>> = {
  Convolution: single((op, d, needs) => {
    const [x, weight] = [input(op, 0), input(op, 1)];
    const { lowering } = d.graph;
    return [
      needs[0] ? lowering.spread(d, weight, x.shape, geometryOf(op)) : undefined,
      needs[1] ? lowering.weightDerivative(x, d, weight.shape, geometryOf(op)) : undefined,
    ];
  }),
  /** The same three products with the parts of picture and result exchanged. */
  TransposedConvolution: single((op, d, needs) => {
    const [x, weight] = [input(op, 0), input(op, 1)];
    const { lowering } = d.graph;
    return [
      needs[0] ? lowering.convolve(d, weight, geometryOf(op)) : undefined,
      needs[1] ? lowering.weightDerivative(d, x, weight.shape, geometryOf(op)) : undefined,
    ];
  }),
  MaximumPooling: single((op, d) => {
    const { shape } = input(op, 0);
    const size = op.attributes.size as number;
    return [
      d.graph.node("MaxUnpool", [d, op.saved[0], d.graph.indices(shape)], "float32", shape, {
        attributes: { kernel_shape: [size, size], strides: [size, size] },
      }),
    ];
  }),
  AveragePool: single((op, d) => {
    const { shape } = input(op, 0);
    const [size] = op.attributes.kernel_shape as readonly number[];
    const [batch, channels, height, width] = d.shape;
    const share = reshape(divide(d, size * size), [batch, channels, height, 1, width, 1]);
    return [reshape(expand(share, [batch, channels, height, size, width, size]), shape)];
  }),
  /** Aᵀ d B with the interpolation y = A x Bᵀ: exact at the edges, too. */
  Resize: single((op, d) => {
    const { shape } = input(op, 0);
    const [fromHeight, fromWidth] = shape.slice(2);
    const [height, width] = d.shape.slice(2);
    const { graph } = d;
    const alignment = op.attributes.coordinate_transformation_mode === "half_pixel" ? "edges" : "centres";
    const columns = graph.constant(interpolationMatrix(fromWidth, width, alignment), [width, fromWidth]);
    const rowsMade = transposed(interpolationMatrix(fromHeight, height, alignment), height, fromHeight);
    const rows = graph.constant(rowsMade, [fromHeight, height]);
    const narrow = matMul(d, columns);
    return [matMul(rows, narrow)];
  }),
};

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(matrix, (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]);
}
