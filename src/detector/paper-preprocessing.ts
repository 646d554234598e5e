import type { Camera } from "../geometry/camera.ts";
import { cropBorder } from "./crop-border.ts";
import { downsample } from "./downsample.ts";
import { rotateHalfTurn } from "./rotate-half-turn.ts";
import { standardise } from "./standardise.ts";

/** Part of the image's width that the paper takes off every side: 50 of 1536 pixels. */
const BORDER = 50 / 1536;
const WIDTH_PX = 360;

/**
 * What the paper does to a logarithmic image (see logTransform) before a network sees it: crop the border, turn,
 * smooth and reduce, standardise. Source: Gao et al. 2023, after Grupp et al. 2020 (specification 2.2).
 *
 * Landmarks projected with the returned camera fall where they belong in the returned image; masks are to be projected
 * with it anew rather than resampled. The paper takes the logarithm after cropping; on the logarithm that makes a
 * constant, which standardising removes.
 *
 * @param borderPx default 50 for 1536 pixels, in proportion for others
 * @param widthPx of the result, 180, 360 (default) or 480 in the paper; never more than what cropping leaves
 * @param turned by 180°, for images that come head down; default no
 */
export function paperPreprocessing(options: {
  logImage: Float32Array;
  camera: Camera;
  borderPx?: number;
  widthPx?: number;
  turned?: boolean;
}): { values: Float32Array; camera: Camera } {
  const { logImage, camera } = options;
  const { widthPx, heightPx } = camera;
  const borderPx = options.borderPx ?? Math.round(BORDER * widthPx);
  const cropped = cropBorder({ image: { widthPx, heightPx, values: logImage }, camera }, borderPx);
  const upright = options.turned ? rotateHalfTurn(cropped) : cropped;
  const reduced = downsample(upright, Math.min(options.widthPx ?? WIDTH_PX, upright.image.widthPx));
  return { values: standardise(reduced.image.values), camera: reduced.camera };
}
