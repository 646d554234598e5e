import { gaussianBlurred } from "../augmentation/sharpness/gaussian-blur.ts";
import { normalField } from "../augmentation/random-field.ts";
import { sampleKey } from "../random/sample-key.ts";
import type { Picture } from "./predict.ts";

/** Ways to spoil a picture, for asking how much a model minds. */
export const degradationNames = ["noise", "blur", "rim", "gamma", "inverted"] as const;
export type Degradation = (typeof degradationNames)[number];

const NOISE_SD = 0.1;
const GAMMA = 2;
/** Of a picture of 90 pixels 1.5 and 8 pixels, as the figures that this is compared with. */
const BLUR_SHARE = 1.5 / 90;
const RIM_SHARE = 8 / 90;

/**
 * - `noise`: white noise, standard deviation 0.1 of the picture's range
 * - `blur`: Gaussian, standard deviation 1.7 % of the shorter side
 * - `rim`: the darkest value along all four edges, 9 % of the shorter side
 * - `gamma`: the range brought to 0 to 1, squared
 * - `inverted`: the negative
 *
 * @param picture number of the picture, which decides the noise
 */
export function degradedPicture(picture: Picture, kind: Degradation, index: number): Picture {
  const { widthPx, heightPx, pixels } = picture;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of pixels) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const range = high - low || 1;
  const side = Math.min(widthPx, heightPx);
  const changed = (of: (value: number, pixel: number) => number): Picture => ({
    widthPx,
    heightPx,
    pixels: Float32Array.from(pixels, of),
  });
  switch (kind) {
    case "noise": {
      const normal = normalField(sampleKey(0, index, "degraded by noise"), pixels.length);
      return changed((value, pixel) => value + NOISE_SD * range * normal[pixel]);
    }
    case "blur":
      return { widthPx, heightPx, pixels: gaussianBlurred(pixels, widthPx, heightPx, BLUR_SHARE * side) };
    case "rim": {
      const rim = Math.round(RIM_SHARE * side);
      return changed((value, pixel) => {
        const [u, v] = [pixel % widthPx, Math.floor(pixel / widthPx)];
        return Math.min(u, v, widthPx - 1 - u, heightPx - 1 - v) < rim ? low : value;
      });
    }
    case "gamma":
      return changed((value) => low + range * ((value - low) / range) ** GAMMA);
    case "inverted":
      return changed((value) => low + high - value);
  }
}
