import type { PhiloxKey } from "../random/philox.ts";
import { drawsOf } from "./draws.ts";
import { aboutCentre, composed, IDENTITY } from "./geometry/affine.ts";
import type { Displacement } from "./geometry/displacement.ts";
import { resample } from "./geometry/resample.ts";
import { quantilesOf } from "./intensity-range.ts";
import type { LabelledImage } from "./labelled-image.ts";
import type { AugmentationProfile } from "./profile.ts";
import type { Step } from "./transform.ts";
import { mapPixels } from "./with-pixels.ts";

/**
 * The picture after what a profile draws for this key. The same key makes the same picture whatever was made before; each transform has
 * random numbers of its own.
 *
 * @param options.key of the picture, e.g. `augmentationKey({ seed, epoch, sample })`
 * @param options.strength 0 to 1 (default), multiplies the probability of everything on the highest level of the profile, so that the share
 *   of pictures with any one transform is proportional to it. What happens at some strength happens at every higher one, too.
 */
export function augment(
  image: LabelledImage,
  profile: AugmentationProfile,
  options: { key: PhiloxKey; strength?: number },
): LabelledImage {
  const { key, strength = 1 } = options;
  if (!(strength >= 0 && strength <= 1))
    throw new RangeError(`the strength of an augmentation lies within 0 and 1, got ${strength}`);
  return profile.steps.reduce((picture, step) => carriedOut(step, picture, key, strength), image);
}

function carriedOut(step: Step, image: LabelledImage, key: PhiloxKey, strength: number): LabelledImage {
  if (step.kind === "unit-range") return inUnitRange(step.steps, image, key, strength);
  if (step.kind === "geometry") return geometryOf(step, image, key, strength);
  const draws = drawsOf(key, step.name);
  if (step.kind === "some-of") {
    const count = step.least + draws.integerBelow(step.most - step.least + 1);
    const order = step.steps
      .map((member) => ({ member, at: draws.uniform() }))
      .toSorted((a, b) => a.at - b.at);
    return order
      .slice(0, count)
      .reduce((picture, { member }) => carriedOut(member, picture, key, strength), image);
  }
  if (!draws.chance(step.probability * strength)) return image;
  if (step.kind === "transform") return step.apply(image, draws);
  if (step.kind === "one-of") return carriedOut(draws.oneOf(step.steps), image, key, 1);
  return step.steps.reduce((picture, member) => carriedOut(member, picture, key, 1), image);
}

/** All parts that occur composed to one map, and the picture sampled once. */
function geometryOf(
  step: Step & { kind: "geometry" },
  image: LabelledImage,
  key: PhiloxKey,
  strength: number,
): LabelledImage {
  let sourceFromTarget = IDENTITY;
  let displacement: Displacement | undefined;
  let occurs = false;
  for (const part of step.parts) {
    const draws = drawsOf(key, part.name);
    if (!draws.chance(part.probability * strength)) continue;
    occurs = true;
    if ("affine" in part)
      sourceFromTarget = composed(sourceFromTarget, aboutCentre(part.affine(image, draws), image));
    else displacement = part.displacement(image, draws);
  }
  if (!occurs) return image;
  return resample(image, sourceFromTarget, {
    displacement,
    beyond: step.beyond(image, drawsOf(key, step.name)),
  });
}

/** Shares of the pixels that may lie beyond black and white: metal and the air beside a patient do not set the scale. */
const DARK_SHARE = 0.005;
const BRIGHT_SHARE = 0.995;

function inUnitRange(
  steps: readonly Step[],
  image: LabelledImage,
  key: PhiloxKey,
  strength: number,
): LabelledImage {
  if (strength === 0) return image;
  const [low, high] = quantilesOf(image.pixels, [DARK_SHARE, BRIGHT_SHARE]);
  const width = high - low;
  if (!(width > 0)) return image;
  const unit = mapPixels(image, (value) => (value - low) / width);
  const changed = steps.reduce((picture, step) => carriedOut(step, picture, key, strength), unit);
  if (changed === unit) return image;
  return changed.pixels === unit.pixels
    ? { ...changed, pixels: image.pixels }
    : mapPixels(changed, (value) => low + width * value);
}
