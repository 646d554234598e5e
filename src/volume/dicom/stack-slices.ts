import { InputError } from "../../error/input-error.ts";
import type { Grid } from "../../geometry/grid.ts";
import { cross, dot, norm, normalize, scale, subtract, type Vector3 } from "../../geometry/vector.ts";
import type { Finding } from "../finding.ts";
import { placedGrid } from "../placed-grid.ts";
import type { Slice } from "./slice.ts";

/** Direction cosines may differ by as much as their digits in files do: 0.03° here. */
const AXIS_TOLERANCE = 5e-4;

/** A gap of this many usual steps holds a place for another slice. */
const WIDE_GAP = 1.5;

/** Two slices closer than this lie in the same place. */
const SAME_PLACE_MM = 1e-3;

/** A slice may stray from an even step by this much or this part of the step: what rounding of positions does. */
const STRAY_MM = 0.1;
const STRAY_SHARE = 0.05;

/**
 * Slices in the order of the normal (row × column), and the full affine. Its third column is the step from the first to the last
 * position, divided by their number less one: with a tilted gantry that is not the normal, and the volume is sheared.
 *
 * Refuses, by the name of a slice: another size, spacing, orientation or frame of reference than most have, a gap, an uneven step.
 */
export function stackSlices(
  slices: readonly Slice[],
  samePicture: (a: Slice, b: Slice) => boolean,
): { grid: Grid; slices: Slice[]; findings: Finding[] } {
  checkAgreement(slices);
  const { columnAxis, rowAxis, columnStepMm, rowStepMm, columns, rows } = slices[0];
  const normal = normalize(cross(columnAxis, rowAxis));
  const depth = (slice: Slice): number => dot(slice.positionLps, normal);
  const sorted = slices.toSorted((a, b) => depth(a) - depth(b) || (a.name < b.name ? -1 : 1));
  const { kept, findings } = withoutDuplicates(sorted, depth, samePicture);
  const step = evenStep(kept, depth);
  const [first] = kept;
  const thin = first.thicknessMm;
  const advance = dot(step, normal);
  if (thin !== undefined && thin > 0 && advance > 1.2 * thin)
    findings.push({
      code: "dicom-slice-gaps",
      severity: "warning",
      message: `slices of ${thin} mm lie ${advance.toFixed(2)} mm apart: what is between them was not scanned; use the complete series if there is one`,
    });
  const matrix = [0, 1, 2].flatMap((axis) => [
    columnAxis[axis] * columnStepMm,
    rowAxis[axis] * rowStepMm,
    step[axis],
    first.positionLps[axis],
  ]);
  return { grid: placedGrid(first.name, [columns, rows, kept.length], matrix), slices: kept, findings };
}

/** What all slices of a volume share. The odd one out is named: the first that differs from what most have. */
function checkAgreement(slices: readonly Slice[]): void {
  const axes = ({ columnAxis, rowAxis }: Slice): number[] => [...columnAxis, ...rowAxis];
  const close = (a: readonly number[], b: readonly number[], tolerance: number): boolean =>
    a.every((value, n) => Math.abs(value - b[n]) <= tolerance);
  const check = (
    code: string,
    what: string,
    same: (a: Slice, b: Slice) => boolean,
    text: (slice: Slice) => string,
  ): void => {
    const usual = mostCommon(slices, same);
    const odd = slices.find((slice) => !same(slice, usual));
    if (odd)
      throw new InputError(
        `dicom-inconsistent-${code}`,
        `${odd.name} has ${what} ${text(odd)}, but most slices (${usual.name} for one) have ${text(usual)}`,
        { remedy: "take it out of the folder if it belongs to another series, or export the series again" },
      );
  };
  check(
    "orientation",
    "the orientation",
    (a, b) => close(axes(a), axes(b), AXIS_TOLERANCE),
    (slice) => `(${axes(slice).join(", ")})`,
  );
  check(
    "size",
    "a size of",
    (a, b) => a.rows === b.rows && a.columns === b.columns,
    ({ rows, columns }) => `${columns} × ${rows} pixels`,
  );
  check(
    "spacing",
    "pixels of",
    (a, b) =>
      close(
        [a.columnStepMm, a.rowStepMm],
        [b.columnStepMm, b.rowStepMm],
        1e-4 * Math.min(b.columnStepMm, b.rowStepMm),
      ),
    ({ columnStepMm, rowStepMm }) => `${columnStepMm} × ${rowStepMm} mm`,
  );
  check(
    "frame",
    "the frame of reference",
    (a, b) => a.frameOfReference === b.frameOfReference,
    ({ frameOfReference }) => frameOfReference || "(none)",
  );
}

function mostCommon(slices: readonly Slice[], same: (a: Slice, b: Slice) => boolean): Slice {
  const groups: { first: Slice; count: number }[] = [];
  for (const slice of slices) {
    const group = groups.find(({ first }) => same(first, slice));
    if (group) group.count++;
    else groups.push({ first: slice, count: 1 });
  }
  return groups.reduce((best, group) => (group.count > best.count ? group : best)).first;
}

/** Of slices in the same place the first is kept if their pictures are equal; otherwise two series are mixed. */
function withoutDuplicates(
  sorted: readonly Slice[],
  depth: (slice: Slice) => number,
  samePicture: (a: Slice, b: Slice) => boolean,
): { kept: Slice[]; findings: Finding[] } {
  const kept: Slice[] = [];
  const dropped: string[] = [];
  for (const slice of sorted) {
    const before = kept.at(-1);
    if (!before || depth(slice) - depth(before) > SAME_PLACE_MM) {
      kept.push(slice);
      continue;
    }
    const apart = norm(subtract(slice.positionLps, before.positionLps));
    if (apart > SAME_PLACE_MM)
      throw new InputError(
        "dicom-position",
        `${before.name} and ${slice.name} lie in one plane, ${apart.toFixed(2)} mm apart within it`,
        { remedy: "one of them belongs to another series: take it out of the folder" },
      );
    if (!samePicture(before, slice))
      throw new InputError(
        "dicom-mixed-series",
        `${before.name} and ${slice.name} lie in the same place (${placeText(slice)}) but show different pictures: two reconstructions or phases are mixed`,
        { remedy: "put the files of one of them into a folder of their own and give that" },
      );
    dropped.push(slice.name);
  }
  const more = dropped.length > 4 ? ` and ${dropped.length - 4} more` : "";
  const findings: Finding[] =
    dropped.length === 0
      ? []
      : [
          {
            code: "dicom-duplicate",
            severity: "warning",
            message: `${dropped.length} slice(s) were in the folder twice and were dropped: ${dropped.slice(0, 4).join(", ")}${more}`,
          },
        ];
  return { kept, findings };
}

function evenStep(slices: readonly Slice[], depth: (slice: Slice) => number): Vector3 {
  const [first, last] = [slices[0], slices[slices.length - 1]];
  if (slices.length < 2)
    throw new InputError("dicom-single-slice", `${first.name} is the only slice: one slice is not a volume`, {
      remedy: "give the folder with the whole series",
    });
  const gaps = slices.slice(1).map((slice, n) => depth(slice) - depth(slices[n]));
  const usual = gaps.toSorted((a, b) => a - b)[(gaps.length - 1) >> 1];
  const wide = gaps.findIndex((gap) => gap > WIDE_GAP * usual);
  if (wide >= 0) throw gapError(slices, gaps, { wide, usual });
  const step = scale(subtract(last.positionLps, first.positionLps), 1 / (slices.length - 1));
  const allowedMm = Math.max(STRAY_MM, STRAY_SHARE * usual);
  for (const [n, slice] of slices.entries()) {
    const stray = norm(subtract(subtract(slice.positionLps, first.positionLps), scale(step, n)));
    if (stray > allowedMm)
      throw new InputError(
        "dicom-uneven-slices",
        `${slice.name} (${placeText(slice)}) lies ${stray.toFixed(2)} mm from where an even step from ${first.name} to ${last.name} puts it`,
        { remedy: "resample the series to an even step, or take slices of another series out of the folder" },
      );
  }
  return step;
}

/** One or two wide gaps are missing slices; many are a scan whose step changes. */
function gapError(
  slices: readonly Slice[],
  gaps: readonly number[],
  { wide, usual }: { wide: number; usual: number },
): InputError {
  const [before, after] = [slices[wide], slices[wide + 1]];
  const between = `${before.name} (${placeText(before)}) and ${after.name} (${placeText(after)})`;
  const wideGaps = gaps.filter((gap) => gap > WIDE_GAP * usual).length;
  if (wideGaps >= 3 && wideGaps > gaps.length / 4)
    return new InputError(
      "dicom-uneven-slices",
      `the step between slices changes: ${usual.toFixed(2)} mm in some places, ${gaps[wide].toFixed(2)} mm in ${wideGaps}, first between ${between}`,
      {
        remedy:
          "put the slices of one step into a folder of their own, or resample the series to an even step",
      },
    );
  const missing = Math.max(1, Math.round(gaps[wide] / usual) - 1);
  const what = missing === 1 ? "a slice is" : `${missing} slices are`;
  return new InputError(
    "dicom-missing-slice",
    `${what} missing between ${between}: they lie ${gaps[wide].toFixed(2)} mm apart, most others ${usual.toFixed(2)} mm`,
    { remedy: "copy or export the series again" },
  );
}

const placeText = ({ positionLps }: Slice): string =>
  `at LPS ${positionLps.map((mm) => +mm.toFixed(3)).join(", ")} mm`;
