import type { DecodeFrame } from "./frame-codec.ts";
import type { Slice } from "./slice.ts";

/** What words need to be read. */
export type StoredPicture = Pick<Slice, "name" | "pixels" | "rows" | "columns" | "layout" | "syntax">;

/** The stored words of a slice as whole numbers: decompressed, in machine order, foreign bits gone, sign carried. */
export function storedWords(slice: StoredPicture, decode: DecodeFrame | undefined): Int32Array {
  const { rows, columns, layout, syntax } = slice;
  const bytes = syntax.coding === "native" ? slice.pixels : decompressed(slice, syntax.coding, decode);
  const littleEndian = !syntax.bigEndian;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = new Int32Array(rows * columns);
  if (layout.bitsAllocated === 8) for (let n = 0; n < words.length; n++) words[n] = bytes[n];
  else if (layout.bitsAllocated === 16)
    for (let n = 0; n < words.length; n++) words[n] = view.getUint16(2 * n, littleEndian);
  else for (let n = 0; n < words.length; n++) words[n] = view.getInt32(4 * n, littleEndian);
  // The word ends at the high bit; moved to the top and back, it loses what lies around it and spreads its sign.
  const up = 31 - layout.highBit;
  const down = 32 - layout.bitsStored;
  if (layout.signed) for (let n = 0; n < words.length; n++) words[n] = (words[n] << up) >> down;
  else for (let n = 0; n < words.length; n++) words[n] = (words[n] << up) >>> down;
  return words;
}

function decompressed(
  { name, pixels, rows, columns, layout }: StoredPicture,
  coding: Exclude<Slice["syntax"]["coding"], "native">,
  decode: DecodeFrame | undefined,
): Uint8Array {
  if (!decode) throw new TypeError("compressed slices need a decoder");
  return decode({ name, bytes: pixels, coding, columns, rows, ...layout });
}
