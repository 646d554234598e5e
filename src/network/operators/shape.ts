import { axisOf, elementCount, sameShape, type Tensor } from "../tensor.ts";

/** The same numbers in the same order under another shape; one side may be −1, "what is left". */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const known = elementCount(shape.filter((side) => side !== -1));
  const sides = shape.map((side) => (side === -1 ? elementCount(x.shape) / known : side));
  if (elementCount(sides) !== elementCount(x.shape))
    throw new RangeError(`${x.name} of (${x.shape.join(", ")}) cannot become (${shape.join(", ")})`);
  if (sameShape(sides, x.shape)) return x;
  return x.graph.node("Reshape", [x, x.graph.indices(sides)], x.type, sides);
}

/** Axis i of the result is axis order[i] of x. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  if (
    order.toSorted((a, b) => a - b).some((axis, index) => axis !== index) ||
    order.length !== x.shape.length
  )
    throw new RangeError(`(${order.join(", ")}) is no order of the axes of ${x.name}`);
  const shape = order.map((axis) => x.shape[axis]);
  return x.graph.node("Transpose", [x], x.type, shape, { attributes: { perm: order } });
}

export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts;
  if (parts.length === 1) return first;
  const along = axisOf(first, axis);
  const shape = [...first.shape];
  for (const part of parts.slice(1)) {
    if (part.shape.length !== shape.length || part.shape.some((side, i) => i !== along && side !== shape[i]))
      throw new RangeError(
        `(${part.shape.join(", ")}) does not fit beside (${shape.join(", ")}) along axis ${along}`,
      );
    shape[along] += part.shape[along];
  }
  return first.graph.node("Concat", parts, first.type, shape, { attributes: { axis: along } });
}

export interface SliceRange {
  readonly axis: number;
  readonly from: number;
  /** Not included. */
  readonly to: number;
  readonly step?: number;
}

/** Places from, from + step, … below `to`, along each named axis. */
export function slice(x: Tensor, ranges: readonly SliceRange[]): Tensor {
  const shape = [...x.shape];
  for (const { axis, from, to, step = 1 } of ranges) {
    if (!(from >= 0 && from < to && to <= x.shape[axis] && step >= 1))
      throw new RangeError(`places ${from} to ${to} along axis ${axis} are not in (${x.shape.join(", ")})`);
    shape[axis] = Math.ceil((to - from) / step);
  }
  if (sameShape(shape, x.shape)) return x;
  const { graph } = x;
  const of = (value: (range: SliceRange) => number): Tensor => graph.indices(ranges.map(value));
  return graph.node(
    "Slice",
    [x, of(({ from }) => from), of(({ to }) => to), of(({ axis }) => axis), of(({ step = 1 }) => step)],
    x.type,
    shape,
  );
}

/** Places along an axis in any order: place n of the result is place places[n] of x. */
export function gather(x: Tensor, axis: number, places: readonly number[]): Tensor {
  if (places.some((place) => !(Number.isInteger(place) && place >= 0 && place < x.shape[axis])))
    throw new RangeError(`places ${places.join(", ")} along axis ${axis} are not in (${x.shape.join(", ")})`);
  if (places.length === x.shape[axis] && places.every((place, index) => place === index)) return x;
  const shape = x.shape.map((side, index) => (index === axis ? places.length : side));
  return x.graph.node("Gather", [x, x.graph.indices(places)], x.type, shape, { attributes: { axis } });
}

/** Zeros before and after, for every axis. */
export function pad(x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
  if ([...before, ...after].every((count) => count === 0)) return x;
  const shape = x.shape.map((side, axis) => before[axis] + side + after[axis]);
  return x.graph.node("Pad", [x, x.graph.indices([...before, ...after])], x.type, shape);
}

/** Repeats sides of 1 until the shape is reached. */
export function expand(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const fits =
    x.shape.length <= shape.length &&
    x.shape.every((side, axis) => side === 1 || side === shape[axis + shape.length - x.shape.length]);
  if (!fits) throw new RangeError(`(${x.shape.join(", ")}) cannot be repeated to (${shape.join(", ")})`);
  return x.graph.node("Expand", [x, x.graph.indices(shape)], x.type, shape);
}
