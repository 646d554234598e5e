/** Bytes that are read a piece at a time: a file on a disk, a range request, or memory. */
export interface ByteSource {
  /** What error messages call it. */
  readonly name: string;
  readonly byteLength: number;
  /** Exactly `length` bytes from `offset` on; never asked for beyond `byteLength`. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
}

export const memorySource = (bytes: Uint8Array, name: string): ByteSource => ({
  name,
  byteLength: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
});
