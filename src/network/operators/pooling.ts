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

export function averagePool(x: Tensor, size = 2): Tensor {
  return x.graph.node("AveragePool", [x], x.type, pooledShape(x, size), {
    attributes: { kernel_shape: [size, size], strides: [size, size] },
  });
}

function pooledShape(x: Tensor, size: number): number[] {
  const [batch, channels, height, width] = x.shape;
  if (height % size !== 0 || width % size !== 0)
    throw new RangeError(`${height} × ${width} pixels are no multiple of ${size}`);
  return [batch, channels, height / size, width / size];
}
