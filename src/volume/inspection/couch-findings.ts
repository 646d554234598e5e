import type { Finding } from "../finding.ts";
import type { Volume } from "../volume.ts";
import { BODY_HU, patientAxes, THINNEST_BODY_MM } from "./body.ts";

/** A couch with its layers and its foam is not thicker. */
const THICKEST_COUCH_MM = 80;
const NARROWEST_COUCH_MM = 150;
const SMALLEST_GAP_MM = 4;

export function couchFindings(ct: Volume): Finding[] {
  // Three axial slices, two of which must agree.
  const gaps = [0.25, 0.5, 0.75].flatMap((place) => gapInSliceMm(ct, place) ?? []);
  if (gaps.length < 2) return [];
  const gap = gaps.toSorted((a, b) => a - b)[gaps.length >> 1];
  return [
    {
      code: "couch",
      severity: "info",
      message: `a thin plate lies ${gap.toFixed(0)} mm behind the back of the patient, most likely the couch: it will be in the radiographs; mask it to air if it disturbs`,
    },
  ];
}

/**
 * Looks from the back into one axial slice, column by column: in front of the couch's layers there is air, and then the first layer
 * that is thick enough for a back. Gives the median width of that air, if over 150 mm of columns see the like.
 */
function gapInSliceMm({ grid, values }: Volume, place: number): number | undefined {
  const { lateral, sagittal, vertical } = patientAxes(grid);
  const slice = Math.floor(vertical.count * place) * vertical.stride;
  const gapsMm: number[] = [];
  for (let x = 0; x < lateral.count; x++) {
    const column = slice + x * lateral.stride;
    const runs = layersFromBack((fromBack) => {
      const y = sagittal.growsAsLps ? sagittal.count - 1 - fromBack : fromBack;
      return values[column + y * sagittal.stride] > BODY_HU;
    }, sagittal.count);
    const body = runs.findIndex(({ start, end }) => (end - start) * sagittal.spacingMm >= THINNEST_BODY_MM);
    if (body <= 0) continue;
    const couchMm = (runs[body - 1].end - runs[0].start) * sagittal.spacingMm;
    const gapMm = (runs[body].start - runs[body - 1].end) * sagittal.spacingMm;
    if (couchMm <= THICKEST_COUCH_MM && gapMm > SMALLEST_GAP_MM) gapsMm.push(gapMm);
  }
  if (gapsMm.length * lateral.spacingMm < NARROWEST_COUCH_MM) return undefined;
  return gapsMm.toSorted((a, b) => a - b)[gapsMm.length >> 1];
}

function layersFromBack(
  isMatter: (fromBack: number) => boolean,
  depth: number,
): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (let y = 0; y < depth; y++) {
    if (!isMatter(y)) continue;
    const last = runs.at(-1);
    if (last && last.end === y) last.end++;
    else runs.push({ start: y, end: y + 1 });
  }
  return runs;
}
