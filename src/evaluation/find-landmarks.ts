import { InputError } from "../error/input-error.ts";
import type { DetectedLandmark, Prediction } from "./prediction.ts";
import { refinedPeak } from "./refined-peak.ts";
import { windowCorrelation, windowSidePx } from "./window-correlation.ts";

export interface FindLandmarksOptions {
  /** σ of the heat-maps that the network learnt, in pixels. */
  readonly sigmaPx: number;
  /** The structure (0 the first) on which each landmark lies; undefined: anywhere. Left out: all anywhere. */
  readonly structures?: readonly (number | undefined)[];
  /** Side of the window that is compared with the ideal heat-map; default ten σ. */
  readonly windowSidePx?: number;
  /** Positions between pixels, from the neighbours of the highest one (default: the pixel itself, as published). */
  readonly isRefined?: boolean;
  /** Correlation as the published code divides it. */
  readonly published?: boolean;
}

/**
 * Looks for every landmark at the highest pixel of its heat-map among the pixels predicted as its own structure.
 *
 * All candidates are given back with peak and correlation; which of them count is decided by `isActivated`. undefined: no pixel of
 * its structure was predicted. The first of equal pixels wins.
 *
 * @throws InputError `heat-map-size`, `heat-map-not-finite`
 */
export function findLandmarks(
  prediction: Prediction & { readonly heatMaps: Float32Array },
  options: FindLandmarksOptions,
): (DetectedLandmark | undefined)[] {
  const { widthPx, heightPx, heatMaps } = prediction;
  const area = widthPx * heightPx;
  const count = heatMaps.length / area;
  if (!Number.isInteger(count))
    throw new InputError(
      "heat-map-size",
      `heat-maps of ${widthPx} × ${heightPx} pixels cannot have ${heatMaps.length} values`,
    );
  const { sigmaPx, structures, windowSidePx: sidePx = windowSidePx(sigmaPx), published = false } = options;
  return Array.from({ length: count }, (_, landmark) => {
    const values = heatMaps.subarray(landmark * area, (landmark + 1) * area);
    checkFinite(values, landmark);
    const at = highestIn(values, prediction, structures?.[landmark]);
    if (at === undefined) return undefined;
    const [u, v] = [at % widthPx, Math.floor(at / widthPx)];
    const plane = { widthPx, heightPx, values };
    const ncc = windowCorrelation(plane, [u, v], { sidePx, sigmaPx }, published);
    const [x, y] = options.isRefined ? refinedPeak(plane, [u, v]) : [u, v];
    return { x, y, peak: values[at], ncc };
  });
}

function highestIn(
  values: Float32Array,
  { classes, masks }: Prediction,
  structure: number | undefined,
): number | undefined {
  const mask = structure === undefined ? undefined : masks?.[structure];
  let best: number | undefined;
  for (let n = 0; n < values.length; n++) {
    if (structure !== undefined && (mask ? mask[n] === 0 : classes && classes[n] !== structure + 1)) continue;
    if (best === undefined || values[n] > values[best]) best = n;
  }
  return best;
}

function checkFinite(values: Float32Array, landmark: number): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new InputError(
      "heat-map-not-finite",
      `heat-map ${landmark} has the value ${values[bad]} at pixel ${bad}`,
    );
}
