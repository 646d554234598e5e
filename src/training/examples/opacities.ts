import { drawsOf, type Draws } from "../../augmentation/draws.ts";
import { gaussianBlurred } from "../../augmentation/sharpness/gaussian-blur.ts";
import type { ExposureVariation } from "./exposure-variation.ts";
import { smoothFactor } from "./smooth-factor.ts";

/** Softness of an opacity's edge at the edge of its structure, in pixels. */
const EDGE_PX = 1;

/**
 * Soft tissue that is added within structures, in g/cm² a pixel; undefined where nothing is. Each structure is drawn by itself: an amount,
 * and a smooth field that says where of it there is how much, from nothing to everywhere.
 *
 * @param regions 1 where a structure is seen, by its name
 */
export function opacities(
  regions: ReadonlyMap<string, Uint8Array>,
  picture: { readonly widthPx: number; readonly heightPx: number; readonly pitchMm: number },
  variation: ExposureVariation["opacities"],
  draws: Draws,
): Float32Array | undefined {
  let added: Float32Array | undefined;
  for (const name of variation.structures) {
    const region = regions.get(name);
    const own = drawsOf(draws.key, name);
    if (!region || !own.chance(variation.probability)) continue;
    const amount = own.logUniformIn(...variation.gPerCm2);
    const widthMm = own.logUniformIn(...variation.widthMm);
    const level = own.uniformIn(-0.6, 0.9);
    // The logarithm of the factor lies within −1 and 1, zero in the middle.
    const field = smoothFactor(picture, { factor: [Math.exp(-1), Math.E], widthMm }, own);
    const mask = gaussianBlurred(Float32Array.from(region), picture.widthPx, picture.heightPx, EDGE_PX);
    added ??= new Float32Array(region.length);
    for (let n = 0; n < added.length; n++) {
      const share = Math.min(1, Math.max(0, 0.5 + 1.2 * (Math.log(field[n]) + level)));
      added[n] += amount * share * mask[n] * region[n];
    }
  }
  return added;
}
