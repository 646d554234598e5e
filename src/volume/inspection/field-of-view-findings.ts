import type { Finding } from "../finding.ts";
import { sideWord } from "../orientation.ts";
import type { Volume } from "../volume.ts";
import { BODY_HU, isThickBody, type PatientAxis, patientAxes } from "./body.ts";

/** Above this share of body voxels on a face of the volume the body is cut there. */
const CUT_SHARE = 0.02;

/** Where the body reaches the faces of the volume, or the edge of the scan circle. */
export function fieldOfViewFindings(ct: Volume): Finding[] {
  const { grid } = ct;
  const { lateral, sagittal, vertical } = patientAxes(grid);
  const cutSides = [lateral, sagittal].flatMap((side) =>
    (["start", "end"] as const).flatMap((end) => {
      const share = bodyShareOfFace(ct, side, end);
      return share > CUT_SHARE
        ? [`${sideWord(grid, side.axis, end)} (${(100 * share).toFixed(0)} % of the face)`]
        : [];
    }),
  );
  const circle = slicesCutByCircle(ct);
  if (circle > 0) cutSides.push(`edge of the scan circle (in ${circle} of ${vertical.count} slices)`);
  const cutEnds = (["start", "end"] as const)
    .filter((end) => bodyShareOfFace(ct, vertical, end) > CUT_SHARE)
    .map((end) => sideWord(grid, vertical.axis, end));
  const findings: Finding[] = [];
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
  return findings;
}

/** Share of a face that is body; what is thin from front to back, like a couch, does not count. */
function bodyShareOfFace(ct: Volume, side: PatientAxis, end: "start" | "end"): number {
  const { lateral, sagittal, vertical } = patientAxes(ct.grid);
  const [b, c] = [lateral, sagittal, vertical].filter(({ axis }) => axis !== side.axis);
  const face = end === "start" ? 0 : (side.count - 1) * side.stride;
  let body = 0;
  for (let q = 0; q < c.count; q++)
    for (let p = 0; p < b.count; p++)
      if (isThickBody(ct, face + p * b.stride + q * c.stride, sagittal)) body++;
  return body / (b.count * c.count);
}

/** Soft tissue and more. */
const TISSUE_HU = -100;
/** Above this share of edges without a gradient a slice is cut; whole CTs stay below 0.6 %. */
const CUT_EDGES = 0.02;
/** Above this share of all edges the air was masked, which cuts nothing. */
const MASKED_EDGES = 0.9;

/**
 * Slices in which tissue lies right beside the lowest number of the volume. Between skin and air there are voxels of both; only
 * where a scan ends at its circle does tissue meet the number that fills the corners.
 */
function slicesCutByCircle({ grid, values }: Volume): number {
  const { lateral, sagittal, vertical } = patientAxes(grid);
  let lowest = Number.POSITIVE_INFINITY;
  for (const value of values) if (value < lowest) lowest = value;
  let [cut, allEdges, allSharp] = [0, 0, 0];
  for (let k = 0; k < vertical.count; k++) {
    let [edges, sharp] = [0, 0];
    for (let j = 0; j < sagittal.count; j++) {
      let n = k * vertical.stride + j * sagittal.stride;
      let before = values[n];
      for (let i = 1; i < lateral.count; i++) {
        n += lateral.stride;
        const value = values[n];
        if (value > BODY_HU !== before > BODY_HU) {
          edges++;
          if (Math.min(value, before) === lowest && Math.max(value, before) > TISSUE_HU) sharp++;
        }
        before = value;
      }
    }
    if (sharp > CUT_EDGES * edges) cut++;
    allEdges += edges;
    allSharp += sharp;
  }
  return allSharp > MASKED_EDGES * allEdges ? 0 : cut;
}
