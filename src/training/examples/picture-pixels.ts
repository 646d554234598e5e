import type { Picture } from "../../image/picture.ts";

/**
 * Values of a grey picture. With the window that a generated one was written with they are those of the simulation, as far as the window
 * reaches: black + pixel / largest · (white − black). Colours count by their luma (Rec. 709); transparency is passed over.
 */
export function picturePixels(
  { channels, pixels }: Picture,
  window: { readonly black: number; readonly white: number } = { black: 0, white: 1 },
): Float32Array {
  const count = pixels.length / channels;
  const values = new Float32Array(count);
  const factor = (window.white - window.black) / (pixels instanceof Uint16Array ? 65535 : 255);
  if (channels === 1) for (let n = 0; n < count; n++) values[n] = window.black + factor * pixels[n];
  else
    for (let n = 0, at = 0; n < count; n++, at += channels) {
      const luma = 0.2126 * pixels[at] + 0.7152 * pixels[at + 1] + 0.0722 * pixels[at + 2];
      values[n] = window.black + factor * luma;
    }
  return values;
}
