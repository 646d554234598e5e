import type { Finding } from "../finding.ts";
import { orientationCode } from "../orientation.ts";
import type { Volume } from "../volume.ts";
import { BODY_HU } from "./body.ts";

/**
 * Two slices that differ this many times more than the pairs before and behind them have lost some between them. Whole CTs of chest
 * and pelvis stay below 1.15 (2.5 to 3 mm) and bones alone, too; three slices taken out make 1.8 to 2.5, a single one nothing.
 */
const JUMP = 1.7;
const FEWEST_SLICES = 8;

/** Gaps in the stack of slices: empty ones, repeated ones, and places where some are missing. */
export function sliceFindings(ct: Volume): Finding[] {
  const vertical = Array.from(orientationCode(ct.grid)).findIndex(
    (letter) => letter === "S" || letter === "I",
  );
  const { differences, empty, body } = comparedSlices(ct, vertical);
  const count = differences.length + 1;
  const name = (slice: number): string => `${"ijk"[vertical]} = ${slice}`;
  const findings: Finding[] = [];
  const first = empty.indexOf(false);
  const last = empty.lastIndexOf(false);
  // Above the last of one bone and below the first of another there may be nothing in a CT of bones alone.
  const holes = Array.from(empty.keys()).filter(
    (slice) =>
      empty[slice] &&
      slice > first &&
      slice < last &&
      body[empty.lastIndexOf(false, slice)] > FILLED_SHARE &&
      body[empty.indexOf(false, slice)] > FILLED_SHARE,
  );
  if (holes.length > 0)
    findings.push({
      code: "slices-empty",
      severity: "error",
      message: `${holes.length} slices inside the scan hold one value only (${holes.slice(0, 5).map(name).join(", ")}): data are missing there; export the CT again`,
    });
  const repeated = differences.flatMap((difference, slice) =>
    difference === 0 && !empty[slice] ? [slice] : [],
  );
  if (repeated.length > 0)
    findings.push({
      code: "slices-repeated",
      severity: "warning",
      message: `${repeated.length} slices are the same as the next one (${repeated.slice(0, 5).map(name).join(", ")}): were missing slices filled with copies?`,
    });
  if (count < FEWEST_SLICES) return findings;
  const usual = differences.toSorted((a, b) => a - b)[differences.length >> 1];
  const jumps = differences.flatMap((difference, slice) => {
    const around = [differences[slice - 1] ?? usual, differences[slice + 1] ?? usual];
    // Where a body begins all at once (phantoms do) its area jumps as well.
    const [less, more] = [body[slice], body[slice + 1]].toSorted((a, b) => a - b);
    return less > FILLED_SHARE &&
      more < LARGEST_GROWTH * less &&
      difference > JUMP * Math.max(usual, ...around)
      ? [slice]
      : [];
  });
  if (jumps.length > 0)
    findings.push({
      code: "slices-missing",
      severity: "warning",
      message: `neighbouring slices differ far more than others behind ${jumps.slice(0, 5).map(name).join(", ")}: slices seem to be missing there, and the picture will be too short`,
    });
  return findings;
}

/** A slice that is filled holds more body than this. */
const FILLED_SHARE = 0.01;

/** From one slice to the next the area of a body grows by less. */
const LARGEST_GROWTH = 1.5;

/** Mean absolute difference of each slice to the next; whether it holds one value only; share of its voxels that are body. */
function comparedSlices(
  { grid, values }: Volume,
  axis: number,
): { differences: number[]; empty: boolean[]; body: number[] } {
  const strides = [1, grid.shape[0], grid.shape[0] * grid.shape[1]];
  const [b, c] = [0, 1, 2].filter((other) => other !== axis);
  const count = grid.shape[axis];
  const sums = new Float64Array(count);
  const empty = new Array<boolean>(count).fill(true);
  const matter = new Float64Array(count);
  for (let slice = 0; slice < count; slice++) {
    const start = slice * strides[axis];
    const step = slice + 1 < count ? strides[axis] : 0;
    for (let q = 0; q < grid.shape[c]; q++)
      for (let p = 0; p < grid.shape[b]; p++) {
        const n = start + p * strides[b] + q * strides[c];
        sums[slice] += Math.abs(values[n + step] - values[n]);
        if (values[n] > BODY_HU) matter[slice]++;
        if (values[n] !== values[start]) empty[slice] = false;
      }
  }
  const voxels = grid.shape[b] * grid.shape[c];
  const share = (sum: number): number => sum / voxels;
  return {
    differences: Array.from(sums.subarray(0, count - 1), share),
    empty,
    body: Array.from(matter, share),
  };
}
