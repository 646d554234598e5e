import type { Polyline } from "../../image/stroke.ts";
import type { Draws } from "../draws.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { applyCoverage, strokeCoverage } from "./stroke-coverage.ts";

/** Pieces of a curve. */
const PIECES = 14;

/** One to four cables, guide wires or seams that run across the picture: smooth curves that add to the attenuation. */
export function withWires(image: LabelledImage, draws: Draws): LabelledImage {
  const pixels = image.pixels.slice();
  const side = Math.min(image.widthPx, image.heightPx);
  const count = 1 + draws.integerBelow(4);
  for (let n = 0; n < count; n++) {
    const radiusPx = draws.logUniformIn(0.0025, 0.009) * side;
    const coverage = strokeCoverage(image, [randomCurve(image, draws)], radiusPx);
    applyCoverage(pixels, image.widthPx, coverage, { add: draws.logUniformIn(0.06, 0.6) });
  }
  return { ...image, pixels };
}

/** One or two tubes: their walls attenuate where the beam runs along them, at both edges, and a line may mark them for X-rays. */
export function withTubes(image: LabelledImage, draws: Draws): LabelledImage {
  const pixels = image.pixels.slice();
  const side = Math.min(image.widthPx, image.heightPx);
  const count = 1 + draws.integerBelow(2);
  for (let n = 0; n < count; n++) {
    const radiusPx = draws.uniformIn(0.01, 0.03) * side;
    const add = draws.logUniformIn(0.05, 0.25);
    const curve = randomCurve(image, draws);
    const outer = strokeCoverage(image, [curve], radiusPx);
    const bore = strokeCoverage(image, [curve], radiusPx * 0.62);
    applyCoverage(pixels, image.widthPx, outer, { add });
    applyCoverage(pixels, image.widthPx, bore, { add: -0.6 * add });
    if (draws.chance(0.4))
      applyCoverage(pixels, image.widthPx, strokeCoverage(image, [curve], 0.35), { add: 2 * add });
  }
  return { ...image, pixels };
}

/** A cubic Bézier curve with its ends anywhere about the picture, possibly outside. */
function randomCurve({ widthPx, heightPx }: LabelledImage, draws: Draws): Polyline {
  const point = (spread: number): [number, number] => [
    widthPx * (0.5 + spread * (draws.uniform() - 0.5)),
    heightPx * (0.5 + spread * (draws.uniform() - 0.5)),
  ];
  const corners = [point(1.6), point(1.2), point(1.2), point(1.6)];
  return Array.from({ length: PIECES + 1 }, (_, n) => {
    const t = n / PIECES;
    const r = 1 - t;
    const weights = [r * r * r, 3 * r * r * t, 3 * r * t * t, t * t * t];
    return [0, 1].map((axis) =>
      weights.reduce((sum, weight, corner) => sum + weight * corners[corner][axis], 0),
    ) as unknown as [number, number];
  });
}
