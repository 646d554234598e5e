import { InputError } from "../error/input-error.ts";
import type { Picture } from "./picture.ts";

const MAX_SIDE_PX = 16384;
const MAX_PIXELS = 2 ** 27;

const INDEXED = 3;

/** Colour type -> bits a sample, as the format allows them. */
const ALLOWED_DEPTHS: ReadonlyMap<number, readonly number[]> = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [INDEXED, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
]);

/**
 * Reads a PNG of any kind: palettes become RGB(A), grey with alpha becomes RGBA, fewer than 8 bits become 8.
 *
 * @throws InputError `png-unreadable` when the file is not a PNG or is damaged, `png-too-large` over 128 megapixels
 */
export async function decodePng(bytes: Uint8Array): Promise<Picture> {
  if (bytes.length < 33 || bytes[0] !== 0x89 || bytes[1] !== 0x50)
    throw new InputError("png-unreadable", "the file does not begin as a PNG does");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width === 0 || height === 0)
    throw new InputError("png-unreadable", `the PNG claims ${width} × ${height} pixels, which is no picture`);
  if (width > MAX_SIDE_PX || height > MAX_SIDE_PX || width * height > MAX_PIXELS)
    throw new InputError(
      "png-too-large",
      `the PNG claims ${width} × ${height} pixels; the limit is ${MAX_SIDE_PX} a side and 2^27 in all`,
    );
  const [depth, colourType] = [bytes[24], bytes[25]];
  if (!ALLOWED_DEPTHS.get(colourType)?.includes(depth))
    throw new InputError(
      "png-unreadable",
      `the PNG claims ${depth} bits a sample of colour type ${colourType}, which the format does not have`,
    );
  const { convertIndexedToRgb, decode } = await import("fast-png");
  try {
    const png = decode(bytes, { checkCrc: true });
    const size = { widthPx: png.width, heightPx: png.height };
    // A true-colour picture may suggest a palette, too.
    if (colourType === INDEXED && png.palette) {
      const channels = png.palette[0].length === 4 ? 4 : 3;
      return { ...size, channels, pixels: Uint8Array.from(convertIndexedToRgb(png)) };
    }
    if (png.channels === 2) return { ...size, channels: 4, pixels: rgbaFromGreyAlpha(png.data) };
    const channels = png.channels === 4 ? 4 : png.channels === 3 ? 3 : 1;
    const pixels = png.depth < 8 ? unpacked(png.data, png.depth, size) : png.data;
    return { ...size, channels, pixels };
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    // The decoder reads beyond the end of rows that are cut short.
    const reason = said.includes("undefined") ? "its rows of pixels are cut short" : said;
    throw new InputError("png-unreadable", `the PNG is damaged: ${reason}`, { cause });
  }
}

function rgbaFromGreyAlpha(data: Picture["pixels"]): Picture["pixels"] {
  const rgba =
    data instanceof Uint16Array ? new Uint16Array(2 * data.length) : new Uint8Array(2 * data.length);
  for (let n = 0; n < data.length; n += 2) {
    rgba.fill(data[n], 2 * n, 2 * n + 3);
    rgba[2 * n + 3] = data[n + 1];
  }
  return rgba;
}

/** Samples of 1, 2 or 4 bits, packed from the high bit and padded at the end of a row, as 8 bits. */
function unpacked(
  data: Picture["pixels"],
  depth: number,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): Uint8Array {
  const pixels = new Uint8Array(widthPx * heightPx);
  const largest = 2 ** depth - 1;
  const rowBytes = Math.ceil((widthPx * depth) / 8);
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++) {
      const bit = u * depth;
      const shift = 8 - depth - (bit % 8);
      const sample = (data[v * rowBytes + Math.floor(bit / 8)] >> shift) & largest;
      pixels[v * widthPx + u] = Math.round((sample * 255) / largest);
    }
  return pixels;
}
