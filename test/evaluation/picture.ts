import type { LandmarkScore } from "../../src/evaluation/score-case.ts";

/** A landmark that is in the picture and was compared: error in pixels and mm alike unless told otherwise. */
export const compared = (
  error: number,
  ncc: number,
  options: { mm?: number | undefined; peak?: number } = {},
): LandmarkScore => ({
  kind: "compared",
  truth: { x: 50, y: 50 },
  candidate: { x: 50 + error, y: 50, peak: options.peak ?? ncc, ncc },
  errorPx: error,
  errorMm: "mm" in options ? options.mm : error,
  demagnifiedMm: undefined,
});

export const missed: LandmarkScore = { kind: "missed", truth: { x: 50, y: 50 }, candidate: undefined };

/** A square of `side` pixels of class `value` at (left, top) on top of what is there. */
export function square(
  classes: Uint8Array,
  widthPx: number,
  { left, top, side, value }: { left: number; top: number; side: number; value: number },
): void {
  for (let v = top; v < top + side; v++) classes.fill(value, v * widthPx + left, v * widthPx + left + side);
}
