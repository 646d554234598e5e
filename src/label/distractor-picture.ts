import type { StructureLabel } from "./labels.ts";

/** Distractors as a picture of 8 bits: 0 for none, else the class value of the last that covers the pixel. */
export function distractorPicture(
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
  distractors: readonly StructureLabel[],
): { widthPx: number; heightPx: number; channels: 1; pixels: Uint8Array } {
  const pixels = new Uint8Array(widthPx * heightPx);
  for (const [index, { mask }] of distractors.entries())
    for (let n = 0; n < pixels.length; n++) if (mask[n]) pixels[n] = index + 1;
  return { widthPx, heightPx, channels: 1, pixels };
}
