import { applyToPoint } from "../../geometry/transform.ts";
import { voxelVolumeMm3 } from "../../geometry/grid.ts";
import type { Finding } from "../finding.ts";
import type { Volume } from "../volume.ts";
import type { HuHistogram } from "./histogram.ts";

/** Denser than any bone or tooth; at the edge of what a 12-bit CT can say (3071). */
const METAL_HU = 2600;
const METAL_ML = 0.1;

/** Are these Hounsfield units of a whole patient? */
export function hounsfieldFindings(ct: Volume, histogram: HuHistogram): Finding[] {
  const { min, max } = histogram;
  const findings: Finding[] = [];
  const add = (code: string, severity: Finding["severity"], message: string) =>
    findings.push({ code, severity, message });
  if (min === max) add("hu-constant", "error", `every voxel is ${min}: this is not a CT`);
  else if (min >= 0 && max <= 255)
    add(
      "hu-eight-bit",
      "error",
      "values run from 0 to 255 at most: these are 8-bit grey values, not Hounsfield units; export the original CT",
    );
  else if (min >= -50 && histogram.share(900, 1200) > 0.05)
    add(
      "hu-intercept-missing",
      "error",
      "air lies near 0 and soft tissue near 1000: the rescale intercept (usually −1024) was lost; subtract 1024 or export the CT again",
    );
  else if (hasZeroBackground(histogram))
    add(
      "hu-background-zero",
      "error",
      `${percent(histogram.share(0, 1))} of the voxels are exactly 0, which is water: the background was masked with 0; set it to −1000 (air)`,
    );
  else if (max < 0 || histogram.share(-200, 200) < 1e-4)
    add(
      "hu-no-tissue",
      "warning",
      "hardly a voxel has the CT number of soft tissue (−200 to 200): are these Hounsfield units?",
    );
  else if (histogram.percentile(1) > -500 && min > -800)
    add(
      "hu-no-air",
      "warning",
      `no air around or in the patient (lowest value ${min}): is the volume cropped, or not in Hounsfield units?`,
    );
  if (isBoneOnly(histogram))
    add(
      "hu-bone-only",
      "warning",
      "nearly everything that is not air is bone: soft tissue was masked away, so radiographs will show bones in air; use a whole CT where contrast matters",
    );
  if (min < -1100 && histogram.share(-4096, -1100) > 0.001)
    add(
      "hu-padding",
      "info",
      `${percent(histogram.share(-4096, -1100))} of the voxels lie below −1100 (lowest ${min}): padding outside the scan circle, taken as air`,
    );
  if (max === 3071 || max === 4095 || max === 1023)
    add(
      "hu-clipped",
      "info",
      `the highest value is ${max}, the end of the scanner's range: dense bone and metal may be clipped`,
    );
  const metal = metalOf(ct);
  if (metal)
    add(
      "metal",
      "warning",
      `${metal.volumeMl.toFixed(1)} ml at ${METAL_HU} HU or more, around LPS (${metal.centreLps.map((x) => x.toFixed(0)).join(", ")}) mm: an implant, or undiluted contrast medium; it is simulated as metal, with the streaks of the CT`,
    );
  return findings;
}

/** Masked volumes often carry 0 outside the mask. */
export const hasZeroBackground = (histogram: HuHistogram): boolean => histogram.share(0, 1) > 0.4;

function isBoneOnly(histogram: HuHistogram): boolean {
  const body = 1 - histogram.share(-4096, -300);
  return (
    body > 0 &&
    histogram.share(-150, 120) < 0.35 * body &&
    histogram.share(-900, -300) < 0.1 * body &&
    histogram.share(150, 32767) > 0.4 * body
  );
}

function metalOf({ grid, values }: Volume): { volumeMl: number; centreLps: readonly number[] } | undefined {
  const [ni, nj] = grid.shape;
  let [count, si, sj, sk] = [0, 0, 0, 0];
  for (let n = 0; n < values.length; n++)
    if (values[n] >= METAL_HU) {
      count++;
      si += n % ni;
      sj += Math.floor(n / ni) % nj;
      sk += Math.floor(n / (ni * nj));
    }
  const volumeMl = (count * voxelVolumeMm3(grid)) / 1000;
  if (volumeMl < METAL_ML) return undefined;
  return { volumeMl, centreLps: applyToPoint(grid.lpsFromVoxel, [si / count, sj / count, sk / count]) };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
