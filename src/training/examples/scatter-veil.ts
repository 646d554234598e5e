import { gaussianBlurred } from "../../augmentation/sharpness/gaussian-blur.ts";
import { resampled } from "../../augmentation/resized.ts";

/** The veil is smooth: it is made on a grid of about so many pixels a side. */
const COARSE_PX = 24;
const WIDEST_PART = 2;

/**
 * A veil of scattered radiation, per unit of what one pixel absorbs of the primary:
 *
 *   S = c · G ∗ (P · τ),   τ = −ln(P / P₀)
 *
 * with P the primary, P₀ without a patient, G a wide Gaussian, and c such that the ratio S / P has the given median behind the patient.
 * P τ is what scatters once and arrives straight on, but for a constant; nothing else of scattering is in it. It is a randomization with
 * the look of scatter, not an estimate of it.
 */
export function scatterVeil(options: {
  readonly primary: Float32Array;
  readonly openField: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly sigmaPx: number;
  readonly toPrimary: number;
  /** Pixels behind the patient. */
  readonly behindPatient: Uint8Array;
}): Float32Array {
  const { primary, openField, widthPx, heightPx, behindPatient } = options;
  const factor = Math.max(1, Math.max(widthPx, heightPx) / COARSE_PX);
  const [width, height] = [Math.round(widthPx / factor), Math.round(heightPx / factor)].map((side) =>
    Math.max(side, 1),
  );
  const source = primary.map((value) => {
    const part = value / openField;
    return part > 0 && part < 1 ? -value * Math.log(part) : 0;
  });
  const coarse = resampled({ pixels: source, widthPx, heightPx }, width, height);
  // Wider than the picture it is flat; the running sums of the blur reflect no further.
  const sigma = Math.min(options.sigmaPx / factor, Math.min(width, height) / WIDEST_PART);
  const veil = resampled(
    { pixels: gaussianBlurred(coarse, width, height, sigma), widthPx: width, heightPx: height },
    widthPx,
    heightPx,
  );
  const ratios: number[] = [];
  for (let n = 0; n < veil.length; n += 7)
    if (behindPatient[n] && primary[n] > 0) ratios.push(veil[n] / primary[n]);
  if (ratios.length === 0) return new Float32Array(veil.length);
  const median = Float64Array.from(ratios).toSorted()[ratios.length >> 1];
  const scale = median > 0 ? options.toPrimary / median : 0;
  return veil.map((value) => scale * value);
}
