/** Two samples that look alike, and how much. */
export interface AlikePair {
  readonly ids: readonly [number, number];
  readonly correlation: number;
}

export interface NearDuplicates {
  /** Pictures compared, each with each. */
  readonly compared: number;
  /** Samples that have another one at or above the threshold. */
  readonly samples: number;
  /** The pairs that are most alike, at most six, most alike first. */
  readonly pairs: readonly AlikePair[];
  /** The correlation of every picture with the one that is most like it, ascending. */
  readonly nearest: readonly number[];
}

/** Above it two pictures are of one patient with about a degree between them, or less (measured, see fingerprint.ts). */
export const DUPLICATE_CORRELATION = 0.98;
const MOST_PAIRS = 6;

/** Compares every fingerprint with every other: n²/2 products of 1024 numbers. */
export function nearDuplicates(
  pictures: readonly { readonly id: number; readonly fingerprint: Float32Array }[],
): NearDuplicates {
  const nearest = pictures.map(() => -1);
  const partner = pictures.map(() => -1);
  for (const [a, { fingerprint: first }] of pictures.entries())
    for (let b = a + 1; b < pictures.length; b++) {
      const second = pictures[b].fingerprint;
      let product = 0;
      for (let n = 0; n < first.length; n++) product += first[n] * second[n];
      if (product > nearest[a]) [nearest[a], partner[a]] = [product, b];
      if (product > nearest[b]) [nearest[b], partner[b]] = [product, a];
    }
  const pairs = new Map<string, AlikePair>();
  for (const [a, b] of partner.entries())
    if (b >= 0) {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      pairs.set(`${low} ${high}`, {
        ids: [pictures[low].id, pictures[high].id],
        correlation: Math.min(nearest[a], 1),
      });
    }
  return {
    compared: pictures.length,
    samples: nearest.filter((correlation) => correlation >= DUPLICATE_CORRELATION).length,
    pairs: [...pairs.values()].toSorted((a, b) => b.correlation - a.correlation).slice(0, MOST_PAIRS),
    nearest: pictures.length > 1 ? nearest.toSorted((a, b) => a - b) : [],
  };
}
