import { InputError } from "../../error/input-error.ts";

/**
 * A binary mask as COCO keeps it: lengths of runs, column after column, beginning with a run of zeros that may be empty.
 * Runs take turns: zeros, ones, zeros …
 *
 * @see https://cocodataset.org/#format-data
 */
export interface RunLengths {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly counts: readonly number[];
}

/** Runs of a mask that is stored row by row; anything but 0 counts as set. */
export function runLengths(mask: Uint8Array, widthPx: number, heightPx: number): RunLengths {
  if (mask.length !== widthPx * heightPx)
    throw new RangeError(`a mask of ${widthPx} × ${heightPx} has not ${mask.length} pixels`);
  const counts: number[] = [];
  let isSet = false;
  let run = 0;
  for (let u = 0; u < widthPx; u++)
    for (let at = u; at < mask.length; at += widthPx) {
      if ((mask[at] !== 0) !== isSet) {
        counts.push(run);
        run = 0;
        isSet = !isSet;
      }
      run++;
    }
  counts.push(run);
  return { widthPx, heightPx, counts };
}

/** The mask row by row, 1 where set. */
export function maskFromRunLengths({ widthPx, heightPx, counts }: RunLengths): Uint8Array {
  const mask = new Uint8Array(widthPx * heightPx);
  let [u, v] = [0, 0];
  for (const [index, count] of counts.entries())
    for (let left = count; left > 0; left--) {
      if (index % 2 === 1) mask[v * widthPx + u] = 1;
      if (++v === heightPx) [u, v] = [u + 1, 0];
    }
  return mask;
}

export const areaOfRuns = ({ counts }: RunLengths): number =>
  counts.reduce((area, count, index) => area + (index % 2) * count, 0);

/**
 * Counts as the text of COCO's compressed form: each as its difference from the count before the last (from the
 * fourth on), in groups of five bits, lowest first, 32 added where more follow, as characters from "0" on.
 */
export function runText(counts: readonly number[]): string {
  let text = "";
  for (let n = 0; n < counts.length; n++) {
    let rest = n > 2 ? counts[n] - counts[n - 2] : counts[n];
    for (let hasMore = true; hasMore; ) {
      let group = rest & 0x1f;
      rest >>= 5;
      // The highest bit of the last group is the sign.
      hasMore = group & 0x10 ? rest !== -1 : rest !== 0;
      if (hasMore) group |= 0x20;
      text += String.fromCharCode(group + 48);
    }
  }
  return text;
}

/**
 * Reads COCO's compressed form.
 *
 * @throws InputError `rle-damaged` for other characters, an unfinished number, a negative run, or runs that do not fill the picture
 */
export function parseRunText(text: string, widthPx: number, heightPx: number): RunLengths {
  const damaged = (what: string): InputError => new InputError("rle-damaged", `a run-length mask ${what}`);
  const isSide = (side: number): boolean => Number.isInteger(side) && side >= 1 && side <= 16384;
  if (!isSide(widthPx) || !isSide(heightPx)) throw damaged(`claims ${widthPx} × ${heightPx} pixels`);
  const counts: number[] = [];
  let total = 0;
  for (let at = 0; at < text.length; ) {
    let count = 0;
    for (let shift = 0; ; shift += 5) {
      const group = text.charCodeAt(at++) - 48;
      if (!(group >= 0 && group < 64)) throw damaged(`holds an unknown or missing character at ${at - 1}`);
      // 2²⁸ pixels at most, so a sixth group carries all that is left.
      if (shift > 25) throw damaged(`holds a number of too many digits at ${at - 1}`);
      count |= (group & 0x1f) << shift;
      if (group & 0x20) continue;
      if (group & 0x10) count |= -1 << (shift + 5);
      break;
    }
    if (counts.length > 2) count += counts[counts.length - 2];
    if (count < 0) throw damaged(`holds a run of ${count} pixels`);
    counts.push(count);
    total += count;
  }
  if (total !== widthPx * heightPx)
    throw damaged(`of ${widthPx} × ${heightPx} pixels describes ${total} pixels`);
  return { widthPx, heightPx, counts };
}
