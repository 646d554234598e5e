import { InputError } from "../../error/input-error.ts";
import { type MessageField, messageFields, packedIntegers } from "./wire.ts";

/** What stands in an ONNX file, as far as we use it. */
export interface ModelContent {
  /** Texts that the file keeps, by key. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Arrays of float32 that the file keeps (weights), by name. */
  readonly weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/**
 * Reads metadata and weights of an ONNX model, of ours or another.
 *
 * @param file for messages
 * @throws InputError `onnx-unreadable`
 */
export function readModel(bytes: Uint8Array, file: string): ModelContent {
  const metadata = new Map<string, string>();
  const weights = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  try {
    let hasGraph = false;
    for (const entry of messageFields(bytes)) {
      if (entry.field === 14 && entry.wireType === 2) {
        const parts = new Map([...messageFields(entry.bytes)].map((part) => [part.field, part.bytes]));
        metadata.set(text(parts.get(1) ?? new Uint8Array()), text(parts.get(2) ?? new Uint8Array()));
      }
      if (entry.field !== 7 || entry.wireType !== 2) continue;
      hasGraph = true;
      for (const part of messageFields(entry.bytes))
        if (part.field === 5 && part.wireType === 2) addWeights(weights, part.bytes);
    }
    if (!hasGraph) throw new RangeError("it has no graph");
  } catch (cause) {
    throw new InputError("onnx-unreadable", `${file} is no readable ONNX file: ${(cause as Error).message}`, {
      cause,
    });
  }
  return { metadata, weights };
}

function addWeights(
  weights: Map<string, { shape: readonly number[]; data: Float32Array }>,
  tensor: Uint8Array,
): void {
  const shape: number[] = [];
  let [type, name] = [0n, ""];
  let values: Float32Array | undefined;
  const single: number[] = [];
  for (const field of messageFields(tensor)) {
    if (field.field === 1) shape.push(...integersOf(field));
    else if (field.field === 2) type = field.integer;
    else if (field.field === 8) name = text(field.bytes);
    else if (field.field === 9 || (field.field === 4 && field.wireType === 2)) values = floats(field.bytes);
    else if (field.field === 4) single.push(floats(field.bytes)[0]);
  }
  if (type !== 1n) return;
  const data = values ?? Float32Array.from(single);
  if (data.length !== shape.reduce((product, side) => product * side, 1))
    throw new RangeError(`the array "${name}" of (${shape.join(", ")}) has ${data.length} numbers`);
  weights.set(name, { shape, data });
}

const integersOf = ({ wireType, integer, bytes }: MessageField): number[] =>
  wireType === 0 ? [Number(integer)] : packedIntegers(bytes).map(Number);

function floats(bytes: Uint8Array): Float32Array {
  if (bytes.length % 4 !== 0) throw new RangeError(`${bytes.length} bytes are no float32 numbers`);
  // A copy of its own: Node's Buffer.slice would be a view of the whole file.
  return new Float32Array(new Uint8Array(bytes).buffer);
}
