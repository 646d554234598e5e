import { spacingMm } from "../../geometry/grid.ts";
import type { Finding } from "../finding.ts";
import { orientationCode, sideWord } from "../orientation.ts";
import type { Volume } from "../volume.ts";

const BODY_HU = -300;
/** Above this share of body voxels on a lateral face the body is cut there. */
const CUT_SHARE = 0.02;

/** Where the body reaches the faces of the volume, and whether the couch is in it. */
export function fieldOfViewFindings(ct: Volume): Finding[] {
  const { grid } = ct;
  const findings: Finding[] = [];
  const vertical = Array.from(orientationCode(grid)).findIndex((letter) => letter === "S" || letter === "I");
  const cutSides: string[] = [];
  const cutEnds: string[] = [];
  for (const axis of [0, 1, 2] as const)
    for (const end of ["start", "end"] as const) {
      const share = bodyShareOfFace(ct, axis, end === "start" ? 0 : grid.shape[axis] - 1);
      if (axis === vertical) {
        if (share > CUT_SHARE) cutEnds.push(sideWord(grid, axis, end));
      } else if (share > CUT_SHARE)
        cutSides.push(`${sideWord(grid, axis, end)} (${(100 * share).toFixed(0)} % of the face)`);
    }
  if (cutSides.length > 0)
    findings.push({
      code: "field-of-view-truncated",
      severity: "warning",
      message: `the body is cut off at the ${cutSides.join(", ")}: rays through that side miss tissue, so the picture is too bright there`,
    });
  if (cutEnds.length > 0)
    findings.push({
      code: "scan-ends-in-body",
      severity: "info",
      message: `the scan ends inside the body at the ${cutEnds.join(" and ")} end: keep the edge of the volume out of the picture`,
    });
  const couch = couchThicknessMm(ct);
  if (couch !== undefined)
    findings.push({
      code: "couch",
      severity: "info",
      message: `a thin plate lies ${couch.toFixed(0)} mm behind the back of the patient, most likely the couch: it will be in the radiographs; mask it to air if it disturbs`,
    });
  return findings;
}

function bodyShareOfFace({ grid, values }: Volume, axis: 0 | 1 | 2, at: number): number {
  const [ni, nj] = grid.shape;
  const strides = [1, ni, ni * nj];
  const [b, c] = [0, 1, 2].filter((other) => other !== axis);
  let body = 0;
  for (let q = 0; q < grid.shape[c]; q++)
    for (let p = 0; p < grid.shape[b]; p++)
      if (values[at * strides[axis] + p * strides[b] + q * strides[c]] > BODY_HU) body++;
  return body / (grid.shape[b] * grid.shape[c]);
}

/**
 * Looks from the back into the middle axial slice: the couch is a layer thinner than 60 mm, at least 200 mm wide, with air between it
 * and the body over most of its width. Returns the median gap in mm.
 */
function couchThicknessMm({ grid, values }: Volume): number | undefined {
  const code = orientationCode(grid);
  const lateral = Array.from(code).findIndex((letter) => "LR".includes(letter));
  const sagittal = Array.from(code).findIndex((letter) => "AP".includes(letter));
  const vertical = 3 - lateral - sagittal;
  const [ni, nj] = grid.shape;
  const strides = [1, ni, ni * nj];
  const spacing = spacingMm(grid);
  const depth = grid.shape[sagittal];
  const slice = Math.floor(grid.shape[vertical] / 2) * strides[vertical];
  const gapsMm: number[] = [];
  for (let x = 0; x < grid.shape[lateral]; x++) {
    const hu = (fromBack: number): number =>
      values[
        slice +
          x * strides[lateral] +
          (code[sagittal] === "P" ? depth - 1 - fromBack : fromBack) * strides[sagittal]
      ];
    const runs: { start: number; end: number }[] = [];
    for (let y = 0; y < depth; y++) {
      if (!(hu(y) > BODY_HU)) continue;
      const last = runs.at(-1);
      if (last && last.end === y) last.end++;
      else runs.push({ start: y, end: y + 1 });
    }
    // Layers of the plate (shell, foam, shell) until the first gap to something thick.
    const body = runs.findIndex(({ start, end }) => (end - start) * spacing[sagittal] > 60);
    if (body <= 0) continue;
    const plateMm = (runs[body - 1].end - runs[0].start) * spacing[sagittal];
    const gapMm = (runs[body].start - runs[body - 1].end) * spacing[sagittal];
    if (plateMm < 60 && gapMm > 4) gapsMm.push(gapMm);
  }
  if (gapsMm.length * spacing[lateral] < 150) return undefined;
  return gapsMm.toSorted((a, b) => a - b)[gapsMm.length >> 1];
}
