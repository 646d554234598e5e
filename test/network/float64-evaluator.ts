import { type Alignment, interpolationMatrix } from "../../src/network/operators/resize.ts";
import { elementCount, type Tensor, type TensorNode } from "../../src/network/tensor.ts";
import type { TensorGraph } from "../../src/network/tensor-graph.ts";

/** Numbers of every type as float64, which holds them all exactly. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/**
 * Runs a graph of standard operators in float64, by loops that follow the definitions: slow, for tests. Central differences of its results are
 * right to about 10⁻⁹, where those of float32 would be to 10⁻³.
 */
export function evaluate(
  graph: TensorGraph,
  feeds: Readonly<Record<string, ArrayLike<number>>>,
  wanted: readonly Tensor[],
): Values[] {
  const known = new Map<string, Values>();
  for (const { name, shape } of graph.inputs) {
    const data = Float64Array.from(feeds[name] ?? []);
    if (data.length !== elementCount(shape)) throw new Error(`${name} was fed ${data.length} numbers`);
    known.set(name, { shape, data });
  }
  for (const { tensor, values } of graph.constants)
    known.set(tensor.name, { shape: tensor.shape, data: Float64Array.from(values as Float32Array, Number) });
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => input && known.get(input.name));
    const results = run(node, inputs as Values[]);
    for (const [index, output] of node.outputs.entries()) {
      const data = results[index];
      if (data === undefined) continue;
      if (data.length !== elementCount(output.shape))
        throw new Error(`${node.operator} made ${data.length} numbers for (${output.shape.join(", ")})`);
      known.set(output.name, { shape: output.shape, data });
    }
  }
  return wanted.map(({ name }) => known.get(name) as Values);
}

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  Neg: (x) => -x,
  Exp: Math.exp,
  Log: Math.log,
  Sqrt: Math.sqrt,
  Abs: Math.abs,
  Sign: Math.sign,
  Relu: (x) => Math.max(0, x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Tanh: Math.tanh,
  Erf: erf,
  Not: (x) => 1 - x,
};

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Min: Math.min,
  Greater: (a, b) => Number(a > b),
  Less: (a, b) => Number(a < b),
  Equal: (a, b) => Number(a === b),
};

const REDUCTIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  ReduceSum: (values) => values.reduce((sum, value) => sum + value, 0),
  ReduceMean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  ReduceMax: (values) => Math.max(...values),
  ReduceMin: (values) => Math.min(...values),
};

function run(node: TensorNode, inputs: readonly Values[]): (Float64Array | undefined)[] {
  const { operator, outputs, attributes } = node;
  const { shape } = outputs[0];
  const [a, b, c] = inputs;
  if (UNARY[operator]) return [a.data.map(UNARY[operator])];
  if (BINARY[operator]) {
    const of = BINARY[operator];
    const [left, right] = [repeated(a, shape), repeated(b, shape)];
    return [left.map((value, at) => of(value, right[at]))];
  }
  if (REDUCTIONS[operator]) return [reduced(a, [...b.data], REDUCTIONS[operator])];
  switch (operator) {
    case "Cast":
    case "Reshape":
    case "Identity":
      return [a.data.slice()];
    case "Expand":
      return [repeated(a, shape)];
    case "Where": {
      const [condition, yes, no] = [a, b, c].map((values) => repeated(values, shape));
      return [condition.map((value, at) => (value ? yes[at] : no[at]))];
    }
    case "Transpose": {
      const order = attributes.perm as readonly number[];
      return [gathered(a, shape, (place) => order.reduce((at, axis, i) => withAt(at, axis, place[i]), [0]))];
    }
    case "Concat":
      return [joined(inputs, shape, attributes.axis as number)];
    case "Slice": {
      const [starts, , axes, steps] = inputs.slice(1).map(({ data }) => [...data]);
      return [
        gathered(a, shape, (place) =>
          place.map((at, axis) => {
            const index = axes.indexOf(axis);
            return index < 0 ? at : starts[index] + at * steps[index];
          }),
        ),
      ];
    }
    case "Pad":
      return [gathered(a, shape, (place) => place.map((at, axis) => at - b.data[axis]))];
    case "Gather": {
      const along = attributes.axis as number;
      return [gathered(a, shape, (place) => place.map((at, axis) => (axis === along ? b.data[at] : at)))];
    }
    case "MatMul":
      return [product(a, b, shape)];
    case "Softmax":
      return [softmaxed(a)];
    case "LayerNormalization":
      return normalised(a, (attributes.epsilon as { float: number }).float);
    case "Conv":
      return [convolved(a, b, shape, attributes)];
    case "ConvTranspose":
      return [spread(a, b, shape, attributes)];
    case "MaxPool":
      return pooled(a, shape, attributes.kernel_shape as readonly number[]);
    case "MaxUnpool": {
      const data = new Float64Array(elementCount(shape));
      for (const [at, place] of b.data.entries()) data[place] += a.data[at];
      return [data];
    }
    case "AveragePool": {
      const [size] = attributes.kernel_shape as readonly number[];
      const data = new Float64Array(elementCount(shape));
      forEachPlace(a.shape, (place, at) => {
        data[offset(shape, [place[0], place[1], Math.floor(place[2] / size), Math.floor(place[3] / size)])] +=
          a.data[at] / (size * size);
      });
      return [data];
    }
    case "Resize":
      return [
        resized(a, shape, attributes.coordinate_transformation_mode === "half_pixel" ? "edges" : "centres"),
      ];
    default:
      throw new Error(`the evaluator does not know ${operator}`);
  }
}

function withAt(places: readonly number[], axis: number, value: number): number[] {
  const copy = [...places];
  copy[axis] = value;
  return copy;
}

function offset(shape: readonly number[], place: readonly number[]): number {
  let at = 0;
  for (let axis = 0; axis < shape.length; axis++) at = at * shape[axis] + place[axis];
  return at;
}

function forEachPlace(shape: readonly number[], visit: (place: readonly number[], at: number) => void): void {
  const place = shape.map(() => 0);
  for (let at = 0; at < elementCount(shape); at++) {
    visit(place, at);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++place[axis] < shape[axis]) break;
      place[axis] = 0;
    }
  }
}

/** Values taken from places of another array; 0 from places outside. */
function gathered(
  { shape: from, data }: Values,
  shape: readonly number[],
  source: (place: readonly number[]) => readonly number[],
): Float64Array {
  const result = new Float64Array(elementCount(shape));
  forEachPlace(shape, (place, at) => {
    const place2 = source(place);
    if (place2.every((value, axis) => value >= 0 && value < from[axis]))
      result[at] = data[offset(from, place2)];
  });
  return result;
}

function repeated(values: Values, shape: readonly number[]): Float64Array {
  const extra = shape.length - values.shape.length;
  return gathered(values, shape, (place) =>
    values.shape.map((side, axis) => (side === 1 ? 0 : place[axis + extra])),
  );
}

function reduced(
  values: Values,
  axes: readonly number[],
  of: (values: readonly number[]) => number,
): Float64Array {
  const kept = values.shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
  const lists = Array.from({ length: elementCount(kept) }, (): number[] => []);
  forEachPlace(values.shape, (place, at) => {
    lists[
      offset(
        kept,
        place.map((value, axis) => (axes.includes(axis) ? 0 : value)),
      )
    ].push(values.data[at]);
  });
  return Float64Array.from(lists, of);
}

function joined(parts: readonly Values[], shape: readonly number[], axis: number): Float64Array {
  const data = new Float64Array(elementCount(shape));
  let start = 0;
  for (const part of parts) {
    forEachPlace(part.shape, (place, at) => {
      data[offset(shape, withAt(place, axis, place[axis] + start))] = part.data[at];
    });
    start += part.shape[axis];
  }
  return data;
}

function product(a: Values, b: Values, shape: readonly number[]): Float64Array {
  const rank = shape.length;
  const inner = a.shape.at(-1) as number;
  const batch = shape.slice(0, -2);
  const left = repeated(a, [...batch, shape[rank - 2], inner]);
  const right = repeated(b, [...batch, inner, shape[rank - 1]]);
  const data = new Float64Array(elementCount(shape));
  const [rows, columns] = shape.slice(-2);
  for (let n = 0; n < elementCount(batch); n++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let k = 0; k < inner; k++)
          data[(n * rows + row) * columns + column] +=
            left[(n * rows + row) * inner + k] * right[(n * inner + k) * columns + column];
  return data;
}

function softmaxed({ shape, data }: Values): Float64Array {
  const columns = shape.at(-1) as number;
  const result = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += columns) {
    const row = data.subarray(start, start + columns);
    const most = Math.max(...row);
    const sum = row.reduce((total, value) => total + Math.exp(value - most), 0);
    for (let i = 0; i < columns; i++) result[start + i] = Math.exp(row[i] - most) / sum;
  }
  return result;
}

function normalised({ shape, data }: Values, epsilon: number): Float64Array[] {
  const columns = shape.at(-1) as number;
  const rows = data.length / columns;
  const [result, means, inverse] = [data.length, rows, rows].map((length) => new Float64Array(length));
  for (let row = 0; row < rows; row++) {
    const values = data.subarray(row * columns, (row + 1) * columns);
    const mean = values.reduce((sum, value) => sum + value, 0) / columns;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns;
    means[row] = mean;
    inverse[row] = 1 / Math.sqrt(variance + epsilon);
    for (let i = 0; i < columns; i++) result[row * columns + i] = (values[i] - mean) * inverse[row];
  }
  return [result, means, inverse];
}

/** Calls `visit` with the offsets of result, picture and weight of every product in a convolution. */
function forEachProduct(
  picture: readonly number[],
  weight: readonly number[],
  result: readonly number[],
  attributes: TensorNode["attributes"],
  visit: (result: number, picture: number, weight: number) => void,
): void {
  const strides = attributes.strides as readonly number[];
  const dilations = attributes.dilations as readonly number[];
  const pads = attributes.pads as readonly number[];
  const group = attributes.group as number;
  const [outputs, inputs, rows, columns] = weight;
  forEachPlace(result, (place, at) => {
    const [n, o, v, u] = place;
    const first = Math.floor(o / (outputs / group)) * inputs;
    for (let c = 0; c < inputs; c++)
      for (let j = 0; j < rows; j++)
        for (let i = 0; i < columns; i++) {
          const y = v * strides[0] + j * dilations[0] - pads[0];
          const x = u * strides[1] + i * dilations[1] - pads[1];
          if (y < 0 || y >= picture[2] || x < 0 || x >= picture[3]) continue;
          visit(at, offset(picture, [n, first + c, y, x]), offset(weight, [o, c, j, i]));
        }
  });
}

function convolved(
  x: Values,
  weight: Values,
  shape: readonly number[],
  attributes: TensorNode["attributes"],
): Float64Array {
  const data = new Float64Array(elementCount(shape));
  forEachProduct(x.shape, weight.shape, shape, attributes, (at, from, by) => {
    data[at] += x.data[from] * weight.data[by];
  });
  return data;
}

function spread(
  y: Values,
  weight: Values,
  shape: readonly number[],
  attributes: TensorNode["attributes"],
): Float64Array {
  const data = new Float64Array(elementCount(shape));
  forEachProduct(shape, weight.shape, y.shape, attributes, (from, at, by) => {
    data[at] += y.data[from] * weight.data[by];
  });
  return data;
}

function pooled(x: Values, shape: readonly number[], [size]: readonly number[]): Float64Array[] {
  const data = new Float64Array(elementCount(shape)).fill(Number.NEGATIVE_INFINITY);
  const places = new Float64Array(data.length);
  forEachPlace(x.shape, (place, at) => {
    const to = offset(shape, [place[0], place[1], Math.floor(place[2] / size), Math.floor(place[3] / size)]);
    if (x.data[at] <= data[to]) return;
    data[to] = x.data[at];
    places[to] = at;
  });
  return [data, places];
}

function resized(x: Values, shape: readonly number[], alignment: Alignment): Float64Array {
  const [batch, channels, height, width] = shape;
  const [fromHeight, fromWidth] = x.shape.slice(2);
  const rows = Float64Array.from(interpolationMatrix(fromHeight, height, alignment));
  const columns = Float64Array.from(interpolationMatrix(fromWidth, width, alignment));
  const data = new Float64Array(elementCount(shape));
  for (let plane = 0; plane < batch * channels; plane++)
    for (let v = 0; v < height; v++)
      for (let u = 0; u < width; u++)
        for (let j = 0; j < fromHeight; j++)
          for (let i = 0; i < fromWidth; i++)
            data[(plane * height + v) * width + u] +=
              rows[v * fromHeight + j] *
              columns[u * fromWidth + i] *
              x.data[(plane * fromHeight + j) * fromWidth + i];
  return data;
}

/** By its Taylor series, to rounding for |x| below 3. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
