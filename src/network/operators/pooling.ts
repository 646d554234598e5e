import { less, where } from "./elementwise.ts";
import { slice } from "./shape.ts";
import type { Tensor } from "../tensor.ts";

/** The largest of every size × size square; sides must be multiples of the size. Ties: the first in reading order has the derivative. */
export function maxPool(x: Tensor, size = 2): Tensor {
  const shape = pooledShape(x, size);
  const [value, places] = x.graph.nodeWithOutputs(
    "MaxPool",
    [x],
    [
      { type: "float32", shape },
      { type: "int64", shape },
    ],
    { attributes: { kernel_shape: [size, size], strides: [size, size] } },
  );
  return x.graph.composite("MaximumPooling", [x], value, { saved: [places], attributes: { size } });
}

/** The largest of every size × size square, a square beginning every `stride` pixels; squares may overlap, what they do not reach is left out. */
export function maxPoolOverlapping(x: Tensor, size: number, stride: number): Tensor {
  return largestAlong(largestAlong(x, 3, size, stride), 2, size, stride);
}

function largestAlong(x: Tensor, axis: number, size: number, stride: number): Tensor {
  const count = Math.floor((x.shape[axis] - size) / stride) + 1;
  const places = Array.from({ length: size }, (_, from) =>
    slice(x, [{ axis, from, to: from + (count - 1) * stride + 1, step: stride }]),
  );
  return places.reduce((most, next) => where(less(most, next), next, most));
}

export function averagePool(x: Tensor, size = 2): Tensor {
  return x.graph.node("AveragePool", [x], x.type, pooledShape(x, size), {
    attributes: { kernel_shape: [size, size], strides: [size, size] },
  });
}

/**
 * Mean over the square of an odd `size` about each pixel, of what of it lies within the picture. Has no derivative: it is for pictures.
 *
 * What lies within is a rectangle, so the mean of the means of its rows is the same, with 2 · size numbers a pixel instead of size².
 */
export function localMean(x: Tensor, size: number): Tensor {
  return meanAlong(meanAlong(x, size, "row"), size, "column");
}

function meanAlong(x: Tensor, size: number, direction: "row" | "column"): Tensor {
  const reach = (size - 1) / 2;
  const isRow = direction === "row";
  return x.graph.node("AveragePool", [x], x.type, x.shape, {
    attributes: {
      kernel_shape: isRow ? [1, size] : [size, 1],
      strides: [1, 1],
      pads: isRow ? [0, reach, 0, reach] : [reach, 0, reach, 0],
      count_include_pad: 0,
    },
  });
}

function pooledShape(x: Tensor, size: number): number[] {
  const [batch, channels, height, width] = x.shape;
  if (height % size !== 0 || width % size !== 0)
    throw new RangeError(`${height} × ${width} pixels are no multiple of ${size}`);
  return [batch, channels, height / size, width / size];
}
