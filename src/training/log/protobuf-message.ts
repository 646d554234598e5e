/**
 * Fields of a protobuf message, as bytes. Only what event files of TensorBoard need.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export const field = {
  /** int32, int64, enumerations, bool: not negative. */
  varint: (number: number, value: number): Uint8Array => joined([varint(number * 8), varint(value)]),
  double: (number: number, value: number): Uint8Array => joined([varint(number * 8 + 1), float64(value)]),
  float: (number: number, value: number): Uint8Array => joined([varint(number * 8 + 5), float32(value)]),
  bytes: (number: number, value: Uint8Array): Uint8Array =>
    joined([varint(number * 8 + 2), varint(value.length), value]),
  text: (number: number, value: string): Uint8Array => field.bytes(number, new TextEncoder().encode(value)),
  message: (number: number, fields: readonly Uint8Array[]): Uint8Array => field.bytes(number, joined(fields)),
};

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The number in a varint field at the top of a message; undefined where the message has none, or is no message. */
export function varintField(message: Uint8Array, wanted: number): number | undefined {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let place = 1; at < message.length; place *= 128) {
      const byte = message[at++];
      value += (byte & 127) * place;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  while (at < view.byteLength) {
    const tag = readVarint();
    const wireType = tag % 8;
    if (wireType === 0) {
      const value = readVarint();
      if (Math.floor(tag / 8) === wanted) return value;
    } else if (wireType === 1) at += 8;
    else if (wireType === 2) at += readVarint();
    else if (wireType === 5) at += 4;
    else return undefined;
  }
  return undefined;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return Uint8Array.from(bytes);
}

function float64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return bytes;
}

function float32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return bytes;
}
