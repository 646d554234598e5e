import { cropped } from "../cropped.ts";
import { piecewiseWarp } from "../geometry/piecewise-warp.ts";
import { rangeOf } from "../intensity-range.ts";
import { withBoxCorruption } from "../noise/box-corruption.ts";
import { withCoarseDropout, withDropout } from "../noise/dropout.ts";
import { withGaussianNoise } from "../noise/gaussian-noise.ts";
import { withImpulseNoise } from "../noise/impulse-noise.ts";
import { resized } from "../resized.ts";
import { withAverageBlur } from "../sharpness/average-blur.ts";
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

/**
 * Domain randomization as the paper (Gao et al., Nature Machine Intelligence 2023; arXiv 2206.06127) defines it. Where it gives no range
 * we take that of the published code.
 */
export const paperRegular = (options: { asPublished?: unknown }): Step[] => [
  transform("noise", 1, (image, draws) => {
    const { low, high } = rangeOf(image.pixels);
    return withGaussianNoise(image, draws.uniformIn(0.005, 0.1) * (high - low), draws.key);
  }),
  transform("gamma", 1, (image, draws) => withGamma(image, draws.uniformIn(0.7, 1.3))),
  transform("crop", 1, randomCrop(options.asPublished !== undefined)),
];

/** Nine tenths of each side at a random place; enlarged to the old size again, so that pictures stay alike, unless as published. */
const randomCrop =
  (keepsSmall: boolean): Apply =>
  (image, draws) => {
    const [widthPx, heightPx] = [image.widthPx, image.heightPx].map((side) =>
      Math.max(1, Math.round(0.9 * side)),
    );
    const part = cropped(image, {
      left: draws.integerBelow(image.widthPx - widthPx + 1),
      top: draws.integerBelow(image.heightPx - heightPx + 1),
      widthPx,
      heightPx,
    });
    return keepsSmall ? part : resized(part, image.widthPx, image.heightPx);
  };

const IMPULSE_SHARE = 0.1;

/** The regular transforms, and none, one or two of the strong ones in random order. */
export const paperStrong = (options: { asPublished?: unknown }): Step[] => [
  ...paperRegular(options),
  {
    kind: "some-of",
    name: "strong",
    least: 0,
    most: 2,
    steps: [
      transform("invert", 1, (image) => inverted(image)),
      oneOf("impulse-family", 1, {
        impulse: (image, draws) =>
          withImpulseNoise(image, { share: IMPULSE_SHARE, impulse: "either" }, draws.key),
        pepper: (image, draws) =>
          withImpulseNoise(image, { share: IMPULSE_SHARE, impulse: "pepper" }, draws.key),
        salt: (image, draws) => withImpulseNoise(image, { share: IMPULSE_SHARE, impulse: "salt" }, draws.key),
      }),
      {
        kind: "geometry",
        name: "affine-geometry",
        parts: [{ name: "affine", probability: 1, affine: (_, draws) => publishedAffine(draws) }],
        beyond: () => ({ kind: "mirrored", labels: "mirrored" }),
      },
      oneOf("contrast", 1, {
        "linear-contrast": (image, draws) =>
          withLinearContrast(image, { factor: draws.uniformIn(0.5, 2), centre: 0.5, cut: true }),
        "log-contrast": (image, draws) => withLogContrast(image, draws.uniformIn(0.6, 1.4)),
        "sigmoid-contrast": (image, draws) =>
          withSigmoidContrast(image, { gain: draws.uniformIn(3, 10), cutoff: draws.uniformIn(0.4, 0.6) }),
      }),
      oneOf("blur", 1, {
        "gaussian-blur": (image, draws) => withGaussianBlur(image, draws.uniformIn(0, 3)),
        "average-blur": (image, draws) => withAverageBlur(image, 2 + draws.integerBelow(6)),
      }),
      transform("box-corruption", 1, withBoxCorruption),
      oneOf("dropout", 1, {
        "pixel-dropout": (image, draws) => withDropout(image, draws.uniformIn(0.01, 0.1), draws.key),
        "coarse-dropout": (image, draws) =>
          withCoarseDropout(
            image,
            { share: draws.uniformIn(0.01, 0.1), gridShare: draws.uniformIn(0.02, 0.05) },
            draws.key,
          ),
      }),
      oneOf("convolution", 1, {
        sharpen: (image, draws) =>
          sharpened(image, { alpha: draws.uniformIn(0, 1), lightness: draws.uniformIn(1, 1.5) }),
        emboss: (image, draws) =>
          embossed(image, { alpha: draws.uniformIn(0, 1), strength: draws.uniformIn(1, 2) }),
      }),
      oneOf("pooling", 1, poolings([2, 3, 4])),
      oneOf("multiply", 1, {
        "global-multiply": (image, draws) => multiplied(image, draws.uniformIn(0.5, 1.5)),
        "elementwise-multiply": (image, draws) =>
          multipliedElementwise(image, { low: 0.5, high: 1.5 }, draws.key),
      }),
      {
        kind: "geometry",
        name: "distort-geometry",
        parts: [
          {
            name: "distort",
            probability: 1,
            displacement: (size, draws) =>
              piecewiseWarp(
                size,
                { nodes: 4, sdPx: draws.uniformIn(0.01, 0.03) * Math.min(size.widthPx, size.heightPx) },
                draws,
              ),
          },
        ],
        beyond: () => ({ kind: "mirrored", labels: "mirrored" }),
      },
    ],
  },
];
