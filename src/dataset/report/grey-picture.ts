import { percentileWindow } from "../../image/display-window.ts";
import type { Picture } from "../../image/picture.ts";
import type { GreyImage } from "../formats/tiff.ts";

/** A picture in greys from 0 (black) to 1 (white). */
export interface GreyPicture {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly values: Float32Array;
}

/** Of a PNG: 8 or 16 bits, colours by their luma (Rec. 709), transparency passed over. */
export function greyOfPicture({ widthPx, heightPx, channels, pixels }: Picture): GreyPicture {
  const factor = 1 / (pixels instanceof Uint16Array ? 65535 : 255);
  const values = new Float32Array(widthPx * heightPx);
  for (let n = 0, at = 0; n < values.length; n++, at += channels)
    values[n] =
      factor *
      (channels === 1 ? pixels[at] : 0.2126 * pixels[at] + 0.7152 * pixels[at + 1] + 0.0722 * pixels[at + 2]);
  return { widthPx, heightPx, values };
}

/** Of a TIFF: whole numbers by their range, floats between their percentiles 0.5 and 99.7, as a log image is shown. */
export function greyOfTiff({ widthPx, heightPx, pixels }: GreyImage): GreyPicture {
  const { black, white } =
    pixels instanceof Float32Array
      ? percentileWindow(pixels, { black: 0.5, white: 99.7 })
      : { black: 0, white: 256 ** pixels.BYTES_PER_ELEMENT - 1 };
  const factor = 1 / (white - black);
  return {
    widthPx,
    heightPx,
    values: Float32Array.from(pixels, (value) => Math.min(Math.max((value - black) * factor, 0), 1)),
  };
}
