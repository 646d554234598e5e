import { quantised } from "../digital/quantised.ts";
import { aboutCentre, inverse, mapped } from "../geometry/affine.ts";
import { resample } from "../geometry/resample.ts";
import { rangeOf } from "../intensity-range.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { withCoarseDropout, withDropout } from "../noise/dropout.ts";
import { withGaussianNoise } from "../noise/gaussian-noise.ts";
import { withCoarseImpulseNoise, withImpulseNoise } from "../noise/impulse-noise.ts";
import { withAverageBlur } from "../sharpness/average-blur.ts";
import { elastic } from "../sharpness/elastic.ts";
import { embossed } from "../sharpness/embossed.ts";
import { withGaussianBlur } from "../sharpness/gaussian-blur.ts";
import { sharpened } from "../sharpness/sharpened.ts";
import { withGamma } from "../tone/gamma.ts";
import { inverted } from "../tone/inverted.ts";
import { withLinearContrast } from "../tone/linear-contrast.ts";
import { withLogContrast } from "../tone/log-contrast.ts";
import { multiplied, multipliedElementwise } from "../tone/multiplied.ts";
import { withSigmoidContrast } from "../tone/sigmoid-contrast.ts";
import { type Apply, oneOf, type Step, transform } from "../transform.ts";
import { poolings, publishedAffine } from "./strong-transforms.ts";

/** Domain randomization as the published code (arcadelab/SyntheX, imgaug 0.4.0) does it with `--data-aug`. */
export const codeRegular = (): Step[] => [
  {
    kind: "gate",
    name: "regular",
    probability: 0.5,
    steps: [
      transform("noise", 0.5, (image, draws) => {
        const { low, high } = rangeOf(image.pixels);
        return withGaussianNoise(image, draws.uniformIn(0.005, 0.01) * (high - low), draws.key);
      }),
      transform("gamma", 0.5, (image, draws) => withGamma(image, draws.uniformIn(0.7, 1.3))),
    ],
  },
];

/** The same with `--heavy-aug`, which leaves the regular transforms out. */
export const codeStrong = (options: { asPublished?: { readonly classes: number } }): Step[] => [
  {
    kind: "gate",
    name: "strong",
    probability: 0.5,
    steps: [
      transform("invert", 0.5, (image) => inverted(image)),
      oneOf("impulse-family", 0.5, {
        impulse: (image, draws) => withImpulseNoise(image, { share: 0.1, impulse: "arcsine" }, draws.key),
        "salt-and-pepper": (image, draws) =>
          withImpulseNoise(image, { share: 0.1, impulse: "arcsine" }, draws.key),
        "coarse-salt-and-pepper": (image, draws) =>
          withCoarseImpulseNoise(
            image,
            { share: 0.05, gridShare: draws.uniformIn(0.01, 0.1), impulse: "arcsine" },
            draws.key,
          ),
      }),
      oneOf("contrast", 0.5, {
        "linear-contrast": (image, draws) =>
          withLinearContrast(image, { factor: draws.uniformIn(0.5, 2), centre: 0, cut: false }),
        "gamma-contrast": (image, draws) => withGamma(image, draws.uniformIn(0.5, 2)),
        "log-contrast": (image, draws) => withLogContrast(image, draws.uniformIn(0.6, 1.4)),
        "sigmoid-contrast": (image, draws) =>
          withSigmoidContrast(image, { gain: draws.uniformIn(3, 10), cutoff: draws.uniformIn(0.4, 0.6) }),
      }),
      transform("affine", 0.5, affineOfBytes(options.asPublished)),
      { kind: "some-of", name: "heavy", least: 1, most: 2, steps: heavyGroups() },
    ],
  },
];

/** The map of pictures of 8 bits, before and after; as published with the wrong bounds for landmarks. */
function affineOfBytes(asPublished: { readonly classes: number } | undefined): Apply {
  return (image, draws) => {
    const sourceFromTarget = aboutCentre(publishedAffine(draws), image);
    const moved = quantised(
      resample(quantised(image, 256), sourceFromTarget, { beyond: { kind: "mirrored", labels: "mirrored" } }),
      256,
    );
    if (!asPublished) return moved;
    const targetFromSource = inverse(sourceFromTarget);
    return {
      ...moved,
      landmarks: image.landmarks.map(
        (point) => point && publishedBounds(mapped(targetFromSource, point), image, asPublished),
      ),
    };
  };
}

/**
 * The published test of whether a landmark is still in the picture: its row is compared with the number of classes but one instead of 0 and
 * with no lower edge, its column with the height.
 */
function publishedBounds(
  point: { x: number; y: number },
  { heightPx }: LabelledImage,
  { classes }: { readonly classes: number },
): { x: number; y: number } | undefined {
  return point.y < classes - 1 || point.x < 0 || point.x > heightPx - 1 ? undefined : point;
}

const heavyGroups = (): Step[] => [
  oneOf("blur", 0.5, {
    "gaussian-blur": (image, draws) => withGaussianBlur(image, draws.uniformIn(0, 3)),
    "average-blur": (image, draws) => withAverageBlur(image, 4 + draws.integerBelow(3)),
  }),
  oneOf("dropout", 0.5, {
    "pixel-dropout": (image, draws) => withDropout(image, draws.uniformIn(0.1, 0.15), draws.key),
    "coarse-dropout": (image, draws) =>
      withCoarseDropout(
        image,
        { share: draws.uniformIn(0.1, 0.15), gridShare: draws.uniformIn(0.1, 0.15) },
        draws.key,
      ),
  }),
  oneOf("convolution", 0.5, {
    sharpen: (image, draws) =>
      sharpened(image, { alpha: draws.uniformIn(0.5, 1), lightness: draws.uniformIn(1, 1.5) }),
    emboss: (image, draws) =>
      embossed(image, { alpha: draws.uniformIn(0.5, 1), strength: draws.uniformIn(1, 2) }),
  }),
  oneOf("pooling", 0.5, poolings([2, 4])),
  oneOf("multiply", 0.5, {
    "global-multiply": (image, draws) => multiplied(image, draws.uniformIn(0.5, 1.5)),
    "elementwise-multiply": (image, draws) =>
      multipliedElementwise(image, { low: 0.5, high: 1.5 }, draws.key),
  }),
  transform("elastic", 0.5, (image, draws) =>
    elastic(image, { alphaPx: draws.uniformIn(0.5, 3.5), sigmaPx: 0.25 }, draws.key),
  ),
];
