import type { DisplayPicture } from "./picture.ts";

/** Values shown as black and as white. `white` below `black` inverts the picture. */
export interface DisplayWindow {
  readonly black: number;
  readonly white: number;
}

const BINS = 8192;

/**
 * The window between two percentiles of the finite values, from a histogram of 8192 bins. A picture of one value
 * only gets a window of width 1 around it.
 */
export function percentileWindow(
  values: ArrayLike<number>,
  percentiles: { black: number; white: number } = { black: 0.5, white: 99.5 },
): DisplayWindow {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let n = 0; n < values.length; n++) {
    const value = values[n];
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (!(most > least)) {
    const middle = Number.isFinite(least) ? least : 0;
    return { black: middle - 0.5, white: middle + 0.5 };
  }
  const counts = new Float64Array(BINS);
  const perValue = (BINS - 1) / (most - least);
  let total = 0;
  for (let n = 0; n < values.length; n++) {
    if (!Number.isFinite(values[n])) continue;
    counts[Math.round((values[n] - least) * perValue)]++;
    total++;
  }
  const at = (percent: number): number => {
    let below = 0;
    const wanted = (percent / 100) * (total - 1);
    for (let bin = 0; bin < BINS; bin++) {
      below += counts[bin];
      if (below > wanted) return least + bin / perValue;
    }
    return most;
  };
  const window = { black: at(percentiles.black), white: at(percentiles.white) };
  return window.black === window.white ? { black: least, white: most } : window;
}

/** Grey values of 8 bits for the screen: linear within the window, cut outside it; what is not a number is black. */
export function windowed(options: {
  values: ArrayLike<number>;
  widthPx: number;
  heightPx: number;
  window?: DisplayWindow;
}): DisplayPicture {
  const { values, widthPx, heightPx } = options;
  const { black, white } = options.window ?? percentileWindow(values);
  // A clamped array rounds, cuts to 0..255 and turns NaN into 0.
  const pixels = new Uint8ClampedArray(values.length);
  const factor = 255 / (white - black);
  for (let n = 0; n < values.length; n++) pixels[n] = (values[n] - black) * factor;
  return { widthPx, heightPx, channels: 1, pixels };
}
