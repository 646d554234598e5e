import { applyToPoint } from "../../geometry/transform.ts";
import { voxelVolumeMm3 } from "../../geometry/grid.ts";
import type { Finding } from "../finding.ts";
import type { Volume } from "../volume.ts";
import { type HuHistogram, huHistogram } from "./histogram.ts";

/** Denser than any bone or tooth; at the edge of what a 12-bit CT can say (3071). */
const METAL_HU = 2600;
const METAL_ML = 0.1;

/** The ends of the histogram. */
const [LOWEST, HIGHEST] = [-4096, 32_768];

/** Are these Hounsfield units of a whole patient? An error among the findings says that they are not. */
export function hounsfieldFindings(ct: Volume, histogram: HuHistogram): Finding[] {
  const scale = scaleFinding(histogram);
  // Shifted by the intercept, all tissue has numbers of bone.
  const bones = scale?.code === "hu-intercept-missing" ? [] : boneOnlyFinding(histogram);
  if (scale?.severity === "error") return [scale, ...bones];
  return [...(scale ? [scale] : []), ...bones, ...rangeFindings(histogram), ...metalFinding(ct)];
}

/** The error that says that the numbers are not Hounsfield units, if there is one; the whole report is `inspect`'s. */
export function hounsfieldScaleError(ct: Volume): Finding | undefined {
  const finding = scaleFinding(huHistogram(ct.values));
  return finding?.severity === "error" ? finding : undefined;
}

/** The first thing that shows that the numbers are on another scale than a CT's. */
function scaleFinding(histogram: HuHistogram): Finding | undefined {
  const { min, max } = histogram;
  const error = (code: string, message: string): Finding => ({ code, severity: "error", message });
  const warning = (code: string, message: string): Finding => ({ code, severity: "warning", message });
  if (min === max) return error("hu-constant", `every voxel is ${min}: this is not a CT`);
  if (min >= 0 && max <= 255)
    return error(
      "hu-eight-bit",
      "values run from 0 to 255 at most: these are 8-bit grey values, not Hounsfield units; export the original CT",
    );
  if (isWithoutIntercept(histogram))
    return error(
      "hu-intercept-missing",
      "air lies near 0 and soft tissue near 1000: the rescale intercept (usually −1024) was lost; subtract 1024 or export the CT again",
    );
  if (hasZeroBackground(histogram))
    return error(
      "hu-background-zero",
      `${percent(histogram.share(0, 1))} of the voxels are exactly 0, which is water: the background was masked with 0; set it to −1000 (air)`,
    );
  if (min > -900 && min < 0 && pileUp(histogram, min) === "below")
    return error(
      "hu-clipped-low",
      `${percent(histogram.share(min, min + 1))} of the voxels are exactly ${min}: air was cut off at the end of a display window; export the CT with its full range`,
    );
  if (max < 0 || histogram.share(-200, 200) < 1e-4)
    return warning(
      "hu-no-tissue",
      "hardly a voxel has the CT number of soft tissue (−200 to 200): are these Hounsfield units?",
    );
  if (histogram.percentile(1) > -500 && min > -800)
    return warning(
      "hu-no-air",
      `no air around or in the patient (lowest value ${min}): is the volume cropped, or not in Hounsfield units?`,
    );
  return undefined;
}

/** Air near 0 and soft tissue near 1000, apart from padding at the lowest number; noise and streaks may take a few voxels below. */
function isWithoutIntercept(histogram: HuHistogram): boolean {
  const { min } = histogram;
  const padding = min < -300 ? histogram.share(min, min + 1) : 0;
  const measured = 1 - padding;
  return (
    histogram.share(LOWEST, -300) - padding < 1e-3 * measured &&
    histogram.share(LOWEST, -200) - padding < 0.01 * measured &&
    histogram.share(900, 1200) > 0.05 * measured &&
    // Where soft tissue was masked away, what is left is bone, most of it softer than 900 HU.
    histogram.share(900, 1200) > histogram.share(300, 850)
  );
}

function boneOnlyFinding(histogram: HuHistogram): Finding[] {
  // Zeros are background where they fill the volume.
  const background = hasZeroBackground(histogram) ? histogram.share(0, 1) : 0;
  const body = 1 - histogram.share(LOWEST, -300) - background;
  const isBoneOnly =
    body > 1e-4 &&
    histogram.share(-150, 120) - background < 0.35 * body &&
    histogram.share(-900, -300) < 0.1 * body &&
    histogram.share(150, HIGHEST) > 0.4 * body;
  if (!isBoneOnly) return [];
  return [
    {
      code: "hu-bone-only",
      severity: "warning",
      message:
        "nearly everything that is not air is bone: soft tissue was masked away, so radiographs will show bones in air; use a whole CT where contrast matters",
    },
  ];
}

/** Ends of the scale: padding below, a limit above. */
function rangeFindings(histogram: HuHistogram): Finding[] {
  const { min, max } = histogram;
  const findings: Finding[] = [];
  const padding = histogram.share(LOWEST, -1100);
  if (min < -1100 && padding > 0.001)
    findings.push({
      code: "hu-padding",
      severity: "info",
      message: `${percent(padding)} of the voxels lie below −1100 (lowest ${min}): padding outside the scan circle, taken as air`,
    });
  if (pileUp(histogram, max) === "above" && max < SCANNER_LIMITS_HU[0])
    findings.push({
      code: "hu-clipped",
      severity: "warning",
      message: `${percent(histogram.share(max, max + 1))} of the voxels are exactly ${max}, and none is more: bone was cut off at the end of a display window; export the CT with its full range`,
    });
  else if (SCANNER_LIMITS_HU.includes(max))
    findings.push({
      code: "hu-clipped",
      severity: "info",
      message: `the highest value is ${max}, the end of the scanner's range: dense bone and metal may be clipped`,
    });
  return findings;
}

/** The largest numbers of 12 bits, with and without the intercept of −1024. */
const SCANNER_LIMITS_HU = [3071, 4095];

/** On which side values were cut off at `end`: far more voxels there than on each of the 50 numbers before. */
function pileUp(histogram: HuHistogram, end: number): "above" | "below" | undefined {
  const at = histogram.share(end, end + 1) * histogram.voxels;
  const beside = (low: number, high: number) => (histogram.share(low, high) * histogram.voxels) / 50;
  if (at < 50) return undefined;
  if (end === histogram.max && at > 10 * beside(end - 50, end)) return "above";
  if (end === histogram.min && at > 10 * beside(end + 1, end + 51)) return "below";
  return undefined;
}

/** Masked volumes often carry 0 outside the mask; in a whole CT one voxel in fifty is exactly 0. */
const hasZeroBackground = (histogram: HuHistogram): boolean => histogram.share(0, 1) > 0.2;

function metalFinding(ct: Volume): Finding[] {
  const metal = metalOf(ct);
  if (!metal) return [];
  const place = metal.centreLps.map((mm) => mm.toFixed(0)).join(", ");
  return [
    {
      code: "metal",
      severity: "warning",
      message: `${metal.volumeMl.toFixed(1)} ml at ${METAL_HU} HU or more, around LPS (${place}) mm: an implant, or undiluted contrast medium; it is simulated as metal, with the streaks of the CT`,
    },
  ];
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
