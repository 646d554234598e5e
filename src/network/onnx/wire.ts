/**
 * Protobuf's wire format: the fields of messages as bytes.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];
  #small: number[] = [];

  /** A whole number, negative ones as 64-bit two's complement. */
  integer(field: number, value: number | bigint): this {
    this.#varint(BigInt(field * 8));
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  float(field: number, value: number): this {
    this.#varint(BigInt(field * 8 + 5));
    this.#small.push(...new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  double(field: number, value: number): this {
    this.#varint(BigInt(field * 8 + 1));
    this.#small.push(...new Uint8Array(Float64Array.of(value).buffer));
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** Kept, not copied, until `finish`. */
  bytes(field: number, value: Uint8Array): this {
    this.#varint(BigInt(field * 8 + 2));
    this.#varint(BigInt(value.length));
    this.#flush();
    this.#parts.push(value);
    return this;
  }

  message(field: number, write: (inner: MessageWriter) => void): this {
    const inner = new MessageWriter();
    write(inner);
    return this.bytes(field, inner.finish());
  }

  packedIntegers(field: number, values: readonly number[]): this {
    const inner = new MessageWriter();
    for (const value of values) inner.#varint(BigInt.asUintN(64, BigInt(value)));
    return this.bytes(field, inner.finish());
  }

  finish(): Uint8Array {
    this.#flush();
    const bytes = new Uint8Array(this.#parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  #varint(value: bigint): void {
    let rest = value;
    while (rest > 127n) {
      this.#small.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.#small.push(Number(rest));
  }

  #flush(): void {
    if (this.#small.length > 0) this.#parts.push(Uint8Array.from(this.#small));
    this.#small = [];
  }
}

/** One field of a message: a number for wire types 0, 1 and 5, bytes for 2 (a view, not a copy). */
export interface MessageField {
  readonly field: number;
  readonly wireType: number;
  /** Of wire type 0; fixed-width numbers are left as bytes. */
  readonly integer: bigint;
  readonly bytes: Uint8Array;
}

/**
 * The fields of a message in the order of its bytes.
 * @throws RangeError where the bytes are no message
 */
export function* messageFields(message: Uint8Array): Generator<MessageField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= message.length) break;
      const byte = message[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new RangeError(`a number at byte ${at} does not end`);
  };
  const none = message.subarray(0, 0);
  while (at < message.length) {
    const tag = Number(varint());
    const wireType = tag % 8;
    const field = Math.floor(tag / 8);
    if (wireType === 0) {
      yield { field, wireType, integer: varint(), bytes: none };
      continue;
    }
    const length = wireType === 1 ? 8 : wireType === 5 ? 4 : wireType === 2 ? Number(varint()) : Number.NaN;
    if (!(at + length <= message.length))
      throw new RangeError(`field ${field} at byte ${at} runs past the end of its message`);
    yield { field, wireType, integer: 0n, bytes: message.subarray(at, at + length) };
    at += length;
  }
}

/** Packed whole numbers, as signed 64-bit. */
export function packedIntegers(bytes: Uint8Array): bigint[] {
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte >= 128) continue;
    values.push(BigInt.asIntN(64, value));
    value = 0n;
    shift = 0n;
  }
  return values;
}
