import type { DisplayPicture } from "./picture.ts";

/** For every target sample: the first source sample it draws from, and the weights of that and the next ones. */
export interface ResamplingTaps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `widest` numbers for each target sample. */
  readonly weights: Float64Array;
  readonly widest: number;
}

/**
 * Weights along one axis that make `target` samples out of `source` over the same extent: the average of what a
 * target sample covers when shrinking, linear interpolation between pixel centres when enlarging.
 */
export function resamplingTaps(source: number, target: number): ResamplingTaps {
  const ratio = source / target;
  const reach = Math.max(ratio, 1);
  const widest = Math.ceil(reach) + 2;
  const taps: ResamplingTaps = {
    first: new Int32Array(target),
    count: new Int32Array(target),
    weights: new Float64Array(target * widest),
    widest,
  };
  for (let n = 0; n < target; n++) {
    const centre = (n + 0.5) * ratio - 0.5;
    const half = ratio > 1 ? ratio / 2 + 0.5 : 1;
    const first = Math.max(Math.ceil(centre - half), 0);
    const last = Math.min(Math.floor(centre + half), source - 1);
    let sum = 0;
    for (let m = first; m <= last; m++) {
      const distance = Math.abs(m - centre);
      // Overlap of the source sample with the target's extent, or the linear tent.
      const weight = ratio > 1 ? Math.min(1, half - distance) : 1 - distance;
      taps.weights[n * widest + m - first] = weight;
      sum += weight;
    }
    taps.first[n] = first;
    taps.count[n] = last - first + 1;
    for (let m = first; m <= last; m++) taps.weights[n * widest + m - first] /= sum;
  }
  return taps;
}

/** A picture of another size; both sides may change by different factors. */
export function resizedPicture(picture: DisplayPicture, widthPx: number, heightPx: number): DisplayPicture {
  const { channels } = picture;
  if (widthPx === picture.widthPx && heightPx === picture.heightPx) return picture;
  const across = resamplingTaps(picture.widthPx, widthPx);
  const down = resamplingTaps(picture.heightPx, heightPx);
  const narrow = new Float32Array(widthPx * picture.heightPx * channels);
  for (let v = 0; v < picture.heightPx; v++)
    for (let u = 0; u < widthPx; u++)
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let m = 0; m < across.count[u]; m++)
          sum +=
            across.weights[u * across.widest + m] *
            picture.pixels[(v * picture.widthPx + across.first[u] + m) * channels + c];
        narrow[(v * widthPx + u) * channels + c] = sum;
      }
  const pixels = new Uint8ClampedArray(widthPx * heightPx * channels);
  const row = widthPx * channels;
  for (let v = 0; v < heightPx; v++)
    for (let n = 0; n < row; n++) {
      let sum = 0;
      for (let m = 0; m < down.count[v]; m++)
        sum += down.weights[v * down.widest + m] * narrow[(down.first[v] + m) * row + n];
      pixels[v * row + n] = sum;
    }
  return { widthPx, heightPx, channels, pixels };
}
