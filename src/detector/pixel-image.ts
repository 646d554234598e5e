import type { Camera } from "../geometry/camera.ts";

/** One number per pixel, row v, column u at v · widthPx + u. */
export interface PixelImage {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly values: Float32Array;
}

/** An image with the camera whose pixels it shows: what is done to the one is done to the other. */
export interface CameraImage {
  readonly image: PixelImage;
  readonly camera: Camera;
}

/**
 * The camera whose pixel (u′, v′) lies where the old one had (u, v):  u′ = scale · u + offset, v′ the same.
 * Pixels become 1 / |scale| times as large; a negative scale turns the axis round.
 */
export function cameraOfPixels(
  camera: Camera,
  change: {
    widthPx: number;
    heightPx: number;
    scale: readonly [number, number];
    offset: readonly [number, number];
  },
): Camera {
  const p = camera.pixelFromLps;
  const pixelFromLps = Float64Array.from(p, (value, i) => {
    const row = Math.floor(i / 4);
    return row === 2 ? value : change.scale[row] * value + change.offset[row] * p[8 + (i % 4)];
  });
  return {
    ...camera,
    widthPx: change.widthPx,
    heightPx: change.heightPx,
    pixelFromLps,
    pixelPitchMm: [
      camera.pixelPitchMm[0] / Math.abs(change.scale[0]),
      camera.pixelPitchMm[1] / Math.abs(change.scale[1]),
    ],
  };
}
