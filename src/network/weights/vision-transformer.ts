import { InputError } from "../../error/input-error.ts";
import { interpolationMatrix } from "../operators/resize.ts";
import type { ParameterPlace } from "../parameters.ts";
import { elementCount, sameShape } from "../tensor.ts";
import type { NamedArray } from "./npz.ts";

/**
 * The public weights of R50 + ViT-B/16 by the names and in the order of numbers of our TransUNet. Convolutions change from [rows, columns, inputs,
 * outputs] to [outputs, inputs, rows, columns]; attention's heads become one axis; position embeddings are resized to the grid of tokens (the
 * class token is left out), as TransUNet does it: linearly, corners staying in place.
 *
 * @param places of the network's parameters
 * @param grid rows and columns of tokens
 * @throws InputError `vit-weights`, naming the first array that is missing or does not fit
 * @see Dosovitskiy et al., ICLR 2021; names as in the checkpoints of its public code
 */
export function visionTransformerWeights(
  arrays: ReadonlyMap<string, NamedArray>,
  places: readonly ParameterPlace[],
  grid: readonly [number, number],
): Map<string, NamedArray> {
  const result = new Map<string, NamedArray>();
  for (const { name, shape } of places) {
    const source = sourceName(name);
    if (source === undefined) continue;
    const array = arrays.get(source);
    if (!array) throw misfit(`the array ${source} is missing`);
    const data = name.endsWith(".positions")
      ? resizedPositions(array, shape, grid)
      : shape.length === 4
        ? outputsFirst(array)
        : array.data;
    // Vectors may have empty axes before them in the file.
    const wanted = shape.length === 4 ? [2, 3, 1, 0].map((axis) => shape[axis]) : undefined;
    if (data.length !== elementCount(shape) || (wanted && !sameShape(array.shape, wanted)))
      throw misfit(`the array ${source} of (${array.shape.join(", ")}) does not fit (${shape.join(", ")})`);
    result.set(name, { shape, data });
  }
  return result;
}

const misfit = (what: string): InputError =>
  new InputError("vit-weights", `these are no weights of this vision transformer: ${what}`, {
    remedy: "use imagenet21k_R50+ViT-B_16.npz with the full size",
  });

const ATTENTION = "MultiHeadDotProductAttention_1";
const BLOCK_PARTS: readonly (readonly [string, string])[] = [
  ["attention.", `${ATTENTION}/`],
  ["norm1.", "LayerNorm_0/"],
  ["norm2.", "LayerNorm_2/"],
  ["mlp1.", "MlpBlock_3/Dense_0/"],
  ["mlp2.", "MlpBlock_3/Dense_1/"],
];

/** Name of the public array of a parameter; undefined for those of decoder and heads, which it does not have. */
function sourceName(name: string): string | undefined {
  if (name.startsWith("resnet."))
    return name
      .slice("resnet.".length)
      .replace(/^root\.(conv|gn)\./, "$1_root/")
      .replaceAll(".", "/")
      .replace(/weight$/, "kernel")
      .replace(/shift$/, "bias");
  if (!name.startsWith("transformer.")) return undefined;
  const rest = name.slice("transformer.".length);
  if (rest === "positions") return "Transformer/posembed_input/pos_embedding";
  if (rest.startsWith("embedding.")) return rest.replace(".weight", "/kernel").replace(".bias", "/bias");
  if (rest.startsWith("norm.")) return `Transformer/encoder_norm/${rest.slice("norm.".length)}`;
  const [, layer, part] = /^block(\d+)\.(.*)$/.exec(rest) as RegExpExecArray;
  const [ours, theirs] = BLOCK_PARTS.find(([prefix]) => part.startsWith(prefix)) as readonly [string, string];
  return `Transformer/encoderblock_${layer}/${theirs}${part.slice(ours.length).replaceAll(".", "/")}`;
}

function outputsFirst({ shape: [rows, columns, inputs, outputs], data }: NamedArray): Float32Array {
  const result = new Float32Array(data.length);
  let at = 0;
  for (let pixel = 0; pixel < rows * columns; pixel++)
    for (let input = 0; input < inputs; input++)
      for (let output = 0; output < outputs; output++)
        result[(output * inputs + input) * rows * columns + pixel] = data[at++];
  return result;
}

function resizedPositions(
  { shape, data }: NamedArray,
  [, wanted, width]: readonly number[],
  [rows, columns]: readonly [number, number],
): Float32Array {
  const [, tokens, depth] = shape;
  if (depth !== width) throw misfit(`tokens have ${depth} numbers instead of ${width}`);
  if (tokens === wanted) return data;
  // Without the class token, where there is one: then the tokens are a square and one.
  const hasClass = Number.isInteger(Math.sqrt(tokens - 1));
  const side = Math.sqrt(hasClass ? tokens - 1 : tokens);
  if (!Number.isInteger(side)) throw misfit(`${tokens} position embeddings are no square`);
  const from = data.subarray(hasClass ? depth : 0);
  const down = interpolationMatrix(side, rows, "centres");
  const across = interpolationMatrix(side, columns, "centres");
  const result = new Float32Array(rows * columns * depth);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let j = 0; j < side; j++)
        for (let i = 0; i < side; i++) {
          const weight = down[row * side + j] * across[column * side + i];
          if (weight === 0) continue;
          for (let k = 0; k < depth; k++)
            result[(row * columns + column) * depth + k] += weight * from[(j * side + i) * depth + k];
        }
  return result;
}
