import type { PhiloxKey } from "../../random/philox.ts";
import { IDENTITY } from "../geometry/affine.ts";
import { resample } from "../geometry/resample.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { uniformField } from "../random-field.ts";
import { gaussianBlurred } from "./gaussian-blur.ts";

/**
 * Every pixel taken from a place up to `alphaPx` away: displacements uniform on (−1, 1), smoothed by a Gaussian of `sigmaPx`, times
 * alpha. With a sigma well below a pixel it is a jitter rather than a deformation; labels stay where they are.
 */
export function elastic(
  image: LabelledImage,
  options: { alphaPx: number; sigmaPx: number },
  key: PhiloxKey,
): LabelledImage {
  const { pixels, widthPx, heightPx } = image;
  const uniform = uniformField(key, 2 * pixels.length);
  const component = (from: number): Float32Array =>
    gaussianBlurred(
      uniform.subarray(from, from + pixels.length).map((value) => options.alphaPx * (2 * value - 1)),
      widthPx,
      heightPx,
      options.sigmaPx,
    );
  const displacement = { x: component(0), y: component(pixels.length), at: () => ({ x: 0, y: 0 }) };
  const moved = resample({ widthPx, heightPx, pixels, landmarks: [] }, IDENTITY, {
    displacement,
    beyond: { kind: "mirrored", labels: "mirrored" },
  });
  return { ...image, pixels: moved.pixels };
}
