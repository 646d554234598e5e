import { blockQuantised } from "../digital/block-quantised.ts";
import { coarser } from "../digital/coarser.ts";
import { quantised } from "../digital/quantised.ts";
import type { Draws } from "../draws.ts";
import { flipped } from "../flipped.ts";
import { rotation, scaling, shear, translation } from "../geometry/affine.ts";
import { type SmoothField, smoothFieldPixels } from "../geometry/smooth-field.ts";
import { smoothWarp } from "../geometry/smooth-warp.ts";
import { quantilesOf, UNIT_RANGE } from "../intensity-range.ts";
import { UNKNOWN_CLASS } from "../labelled-image.ts";
import { withCorrelatedNoise, withGaussianNoise } from "../noise/gaussian-noise.ts";
import { withQuantumNoise } from "../noise/quantum-noise.ts";
import { type BehindBlades, collimated, randomField } from "../overlay/collimator.ts";
import { withBurntText, withLeadLetters } from "../overlay/letters.ts";
import { withMarkers } from "../overlay/markers.ts";
import { withTubes, withWires } from "../overlay/wires.ts";
import { normalField } from "../random-field.ts";
import { withGaussianBlur } from "../sharpness/gaussian-blur.ts";
import { unsharpMasked } from "../sharpness/unsharp.ts";
import type { SideExchange } from "../side-exchange.ts";
import { clipped } from "../tone/clipped.ts";
import { withGamma } from "../tone/gamma.ts";
import { inverted } from "../tone/inverted.ts";
import { withLinearContrast } from "../tone/linear-contrast.ts";
import { withLocalContrast } from "../tone/local-contrast.ts";
import { withSigmoidContrast } from "../tone/sigmoid-contrast.ts";
import { toneCurve, withToneCurve } from "../tone/tone-curve.ts";
import { withVeil } from "../tone/veil.ts";
import { type GeometryPart, type PictureSize, type Step, transform } from "../transform.ts";
import { addField } from "../with-pixels.ts";

const shorterSide = ({ widthPx, heightPx }: PictureSize): number => Math.min(widthPx, heightPx);

/**
 * What tells real radiographs and fluoroscopies from simulated ones, in the order in which it happens to them: where the panel stands, what
 * lies in the beam, scatter, blades, detector, the unit's processing, storage. Lengths are shares of the picture's shorter side, grey values
 * those of a picture from 0 to 1, bone bright.
 *
 * Ranges are wide and probabilities low: a picture gets about two changes of geometry and four of appearance at full strength, as too
 * much at a small budget keeps networks from learning.
 */
export function xray(options: { exchange?: SideExchange; behindBlades?: BehindBlades }): Step[] {
  const behind = options.behindBlades ?? "kept";
  const { exchange } = options;
  return [
    ...(exchange ? [transform("flip", 0.5, (image) => flipped(image, exchange))] : []),
    {
      kind: "geometry",
      name: "geometry",
      parts: GEOMETRY,
      beyond: (image, draws) => {
        if (draws.chance(0.6)) return { kind: "mirrored", labels: "unknown" };
        const [dark, bright] = quantilesOf(image.pixels, [0.005, 0.995]);
        return {
          kind: "border",
          value: dark + bladeValue(draws) * (bright - dark),
          label: behind === "background" ? 0 : UNKNOWN_CLASS,
        };
      },
    },
    {
      kind: "unit-range",
      steps: [...IN_THE_BEAM, blades(behind), ...DETECTOR, ...PROCESSING, shutter(behind), ...STORAGE],
    },
  ];
}

const GEOMETRY: readonly GeometryPart[] = [
  { name: "zoom", probability: 0.5, affine: (_, draws) => even(1 / draws.logUniformIn(0.75, 1.4)) },
  {
    name: "shift",
    probability: 0.4,
    affine: ({ widthPx, heightPx }, draws) =>
      translation(widthPx * draws.uniformIn(-0.12, 0.12), heightPx * draws.uniformIn(-0.12, 0.12)),
  },
  { name: "rotate", probability: 0.4, affine: (_, draws) => rotation(draws.uniformIn(-15, 15)) },
  {
    name: "aspect",
    probability: 0.25,
    affine: (_, draws) => {
      const root = Math.sqrt(draws.logUniformIn(0.88, 1 / 0.88));
      return scaling(root, 1 / root);
    },
  },
  { name: "shear", probability: 0.15, affine: (_, draws) => shear(draws.uniformIn(-6, 6), 0) },
  {
    name: "warp",
    probability: 0.2,
    displacement: (size, draws) =>
      smoothWarp(size, { intervals: 4, sdPx: draws.uniformIn(0.004, 0.016) * shorterSide(size) }, draws),
  },
];

const even = (factor: number) => scaling(factor, factor);

const IN_THE_BEAM: readonly Step[] = [
  transform("markers", 0.08, withMarkers),
  transform("wires", 0.12, withWires),
  transform("tubes", 0.06, withTubes),
  transform("lead-letters", 0.12, withLeadLetters),
  transform("veil", 0.25, (image, draws) =>
    withVeil(image, {
      logRange: draws.uniformIn(3, 5.5),
      share: draws.logUniformIn(0.005, 0.08),
      field: smoothFieldPixels(smoothRandomField(image, draws, 0.5)).map((value) => 1 + value),
    }),
  ),
  transform("shading", 0.15, (image, draws) =>
    addField(image, smoothFieldPixels(smoothRandomField(image, draws, 1)), draws.uniformIn(0.03, 0.25)),
  ),
];

/** A smooth field of three intervals a side whose control points have a standard deviation of `sd`. */
const smoothRandomField = (size: PictureSize, draws: Draws, sd: number): SmoothField => ({
  widthPx: size.widthPx,
  heightPx: size.heightPx,
  intervals: 3,
  control: normalField(draws.key, 36).map((value) => sd * value),
});

/** Grey value of a border: in three of four pictures black, otherwise as bright as what no radiation reaches. */
const bladeValue = (draws: Draws): number =>
  draws.chance(0.75) ? draws.uniformIn(-0.15, 0.1) : draws.uniformIn(0.9, 1.3);

/** Blades before the detector: soft, grainy, not quite tight. */
const blades = (behind: BehindBlades): Step =>
  transform("blades", 0.1, (image, draws) =>
    collimated(
      image,
      randomField(image, draws),
      {
        value: bladeValue(draws),
        leak: draws.uniformIn(0, 0.25),
        softPx: draws.uniformIn(0.004, 0.03) * shorterSide(image),
        ...(draws.chance(0.3)
          ? {
              rim: {
                add: draws.uniformIn(-0.3, 0.3),
                widthPx: draws.uniformIn(0.008, 0.03) * shorterSide(image),
              },
            }
          : {}),
      },
      behind,
    ),
  );

/** An electronic shutter, after all processing: a flat border with a sharp edge. */
const shutter = (behind: BehindBlades): Step =>
  transform("shutter", 0.08, (image, draws) =>
    collimated(image, randomField(image, draws), { value: bladeValue(draws), leak: 0, softPx: 1 }, behind),
  );

const DETECTOR: readonly Step[] = [
  transform("detector-blur", 0.2, (image, draws) =>
    withGaussianBlur(image, draws.uniformIn(0.003, 0.015) * shorterSide(image)),
  ),
  transform("quantum-noise", 0.25, (image, draws) =>
    withQuantumNoise(
      image,
      { photons: draws.logUniformIn(300, 20_000), logRange: draws.uniformIn(2.5, 4.5) },
      draws.key,
    ),
  ),
  transform("white-noise", 0.18, (image, draws) =>
    withGaussianNoise(image, draws.logUniformIn(0.008, 0.16), draws.key),
  ),
  transform("correlated-noise", 0.12, (image, draws) =>
    withCorrelatedNoise(
      image,
      { sd: draws.logUniformIn(0.006, 0.04), sigmaPx: draws.uniformIn(0.5, 1.4) },
      draws.key,
    ),
  ),
];

const PROCESSING: readonly Step[] = [
  transform("gamma", 0.3, (image, draws) => withGamma(image, draws.logUniformIn(0.55, 2.4), UNIT_RANGE)),
  transform("tone-curve", 0.15, (image, draws) =>
    withToneCurve(image, toneCurve(Array.from({ length: 5 }, () => draws.logUniformIn(0.35, 2.5)))),
  ),
  transform("sigmoid", 0.15, (image, draws) =>
    withSigmoidContrast(image, {
      gain: draws.uniformIn(4, 8),
      cutoff: draws.uniformIn(0.4, 0.65),
      range: UNIT_RANGE,
    }),
  ),
  transform("local-contrast", 0.12, (image, draws) =>
    withLocalContrast(image, {
      sigmaPx: draws.logUniformIn(0.04, 0.2) * shorterSide(image),
      amount: draws.uniformIn(0.2, 0.9),
      floor: draws.uniformIn(0.03, 0.1),
    }),
  ),
  transform("unsharp", 0.2, (image, draws) =>
    unsharpMasked(image, {
      sigmaPx: draws.logUniformIn(0.008, 0.12) * shorterSide(image),
      amount: draws.uniformIn(0.3, 2),
    }),
  ),
  transform("window", 0.15, (image, draws) =>
    withLinearContrast(image, {
      factor: draws.logUniformIn(0.8, 1.6),
      centre: draws.uniformIn(0.35, 0.75),
      cut: true,
      range: UNIT_RANGE,
    }),
  ),
  transform("saturation", 0.12, (image, draws) =>
    clipped(image, { dark: draws.uniformIn(0, 0.2), bright: draws.uniformIn(0, 0.12) }),
  ),
  transform("invert", 0.03, (image) => inverted(image, UNIT_RANGE.high)),
];

const STORAGE: readonly Step[] = [
  transform("burnt-text", 0.08, withBurntText),
  transform("coarser", 0.1, (image, draws) => coarser(image, draws.uniformIn(1.2, 2.5))),
  transform("few-levels", 0.06, (image, draws) => quantised(image, Math.round(draws.logUniformIn(24, 256)))),
  transform("jpeg", 0.08, (image, draws) => blockQuantised(image, draws.uniformIn(15, 75))),
];
