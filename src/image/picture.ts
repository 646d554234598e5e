/** Pixels row by row, channels interleaved (grey, RGB or RGBA): (v · widthPx + u) · channels + channel. */
export interface Picture<Pixels extends PixelArray = PixelArray> {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: 1 | 3 | 4;
  readonly pixels: Pixels;
}

/** 8 or 16 bits a sample. */
export type PixelArray = Uint8Array | Uint8ClampedArray | Uint16Array;

/** A picture for the screen. */
export type DisplayPicture = Picture<Uint8Array | Uint8ClampedArray>;

/** An 8-bit grey picture, 255 where the mask is set. */
export function maskPicture(mask: Uint8Array, widthPx: number, heightPx: number): DisplayPicture {
  const pixels = new Uint8Array(mask.length);
  for (let n = 0; n < mask.length; n++) pixels[n] = mask[n] === 0 ? 0 : 255;
  return { widthPx, heightPx, channels: 1, pixels };
}
