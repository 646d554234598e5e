import { InputError } from "../error/input-error.ts";
import { type CameraImage, cameraOfPixels } from "./pixel-image.ts";

/** Takes `borderPx` pixels off every side, where collimators and dead columns are; the paper takes 50 of 1536. */
export function cropBorder({ image, camera }: CameraImage, borderPx: number): CameraImage {
  const [widthPx, heightPx] = [image.widthPx - 2 * borderPx, image.heightPx - 2 * borderPx];
  if (!(Number.isInteger(borderPx) && borderPx >= 0 && widthPx > 0 && heightPx > 0))
    throw new InputError(
      "crop-border",
      `a border of ${borderPx} pixels cannot be taken off an image of ${image.widthPx}×${image.heightPx}`,
    );
  const values = new Float32Array(widthPx * heightPx);
  for (let row = 0; row < heightPx; row++) {
    const start = (row + borderPx) * image.widthPx + borderPx;
    values.set(image.values.subarray(start, start + widthPx), row * widthPx);
  }
  return {
    image: { widthPx, heightPx, values },
    camera: cameraOfPixels(camera, { widthPx, heightPx, scale: [1, 1], offset: [-borderPx, -borderPx] }),
  };
}
