import { InputError } from "../../error/input-error.ts";
import type { Finding } from "../finding.ts";
import type { Slice } from "./slice.ts";

/** The lowest number of the 12-bit CT scale; what lies outside the scan circle is given it, and counts as air. */
const OUTSIDE_HU = -1024;

/** No matter is less than −1000 HU and noise in air stays far above this: lower numbers are marks, not measurements. */
const LOWEST_MEASURED_HU = -1500;

/** Above this a padding value could be tissue. */
const HIGHEST_AIR_HU = -900;

/** Hounsfield units of slices put one upon the other: stored · slope + intercept, each slice with its own. */
export class HounsfieldStack {
  private at = 0;
  private outside = 0;
  private tissuePadding: { name: string; hu: number } | undefined;
  /** 16-bit integers as long as every value is one, float32 from the first on that is not. */
  private numbers: Int16Array | Float32Array;

  constructor(voxels: number) {
    try {
      this.numbers = new Int16Array(voxels);
    } catch (cause) {
      throw new InputError("volume-memory", `there is no memory for a volume of ${voxels} voxels`, {
        remedy: "use fewer or smaller slices",
        cause,
      });
    }
  }

  get values(): Int16Array | Float32Array {
    return this.numbers;
  }

  add(words: Int32Array, { name, slope, intercept, padding }: Slice): void {
    const [low, high] = padding ?? [1, 0];
    if (!(Number.isInteger(slope) && Number.isInteger(intercept))) this.widen();
    const start = this.at;
    for (let n = 0; n < words.length; n++) {
      const word = words[n];
      const hu = word * slope + intercept;
      const padded = word >= low && word <= high;
      if (padded || hu < LOWEST_MEASURED_HU) {
        this.outside++;
        this.numbers[start + n] = OUTSIDE_HU;
        if (padded && hu > HIGHEST_AIR_HU) this.tissuePadding ??= { name, hu };
        continue;
      }
      if (hu > 32767) this.widen();
      this.numbers[start + n] = hu;
    }
    this.at += words.length;
  }

  findings(): Finding[] {
    const findings: Finding[] = [];
    const percent = ((100 * this.outside) / this.numbers.length).toFixed(1);
    if (this.outside > 0)
      findings.push({
        code: "dicom-padding",
        severity: "info",
        message: `${percent} % of the voxels are marked as outside the scan circle and were set to ${OUTSIDE_HU} HU (air)`,
      });
    if (this.tissuePadding)
      findings.push({
        code: "dicom-padding-value",
        severity: "warning",
        message: `the padding value (0028,0120) of ${this.tissuePadding.name} stands for ${this.tissuePadding.hu} HU, which tissue can have: such voxels were taken as air; correct the value if that is wrong`,
      });
    return findings;
  }

  private widen(): void {
    if (this.numbers instanceof Int16Array) this.numbers = Float32Array.from(this.numbers);
  }
}
