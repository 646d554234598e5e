import type { SpreadComponent } from "./detector-model.ts";

/** A symmetric kernel: `taps[0]` is the centre, `taps[k]` stands at ±k pixels. All taps of both sides add up to 1. */
export type SymmetricKernel = Float32Array;

const FREQUENCIES = 512;
const FOLDS = 12;
const SMALLEST_TAP = 5e-5;

/**
 * What one Gaussian of the light spread and the pixel's aperture do to the signal along one axis of the pixel grid:
 * a discrete Gaussian of variance  σ² + p²/12  (p pixel pitch; p²/12 is the variance of the aperture).
 *
 * Rays are points at the pixel centres, so the aperture is part of this kernel. Right to second order in frequency,
 * never negative: shadows do not ring. Within 2 % of the presampled MTF up to a quarter of the sampling frequency at
 * native pitch, within 6 % at three times that pitch; above, it blurs less, where point-sampled rays alias anyway.
 */
export const signalKernel = (sigmaMm: number, pitchMm: number): SymmetricKernel =>
  discreteGaussian(Math.sqrt((sigmaMm / pitchMm) ** 2 + 1 / 12));

/**
 * What one Gaussian of the light spread makes of white quantum noise along one axis of the pixel grid.
 *
 *   |G(f)|² = Σₖ [exp(−2π²σ²(f + k/p)²) · sinc(p f + k)]²            p pixel pitch, f up to 1/(2p)
 *
 * This is the squared presampled MTF with everything beyond the Nyquist frequency folded back, which is what a panel
 * samples of its quantum noise: white for σ ≪ p, MTF² for σ ≫ p, right at every pixel size.
 */
export function quantumNoiseKernel(sigmaMm: number, pitchMm: number): SymmetricKernel {
  const sigmaPx = sigmaMm / pitchMm;
  return kernelOfTransfer((cyclesPerPx) => {
    let power = 0;
    for (let k = -FOLDS; k <= FOLDS; k++) power += transfer(sigmaPx, cyclesPerPx + k) ** 2;
    // Only next to no spread reaches further; its terms sin²(πf) / (π(f + k))² are summed as an integral.
    const beyond = Math.exp(-((2 * Math.PI * sigmaPx * (FOLDS + 0.5)) ** 2));
    const tail = 1 / (FOLDS + 0.5 - cyclesPerPx) + 1 / (FOLDS + 0.5 + cyclesPerPx);
    return Math.sqrt(power + beyond * tail * (Math.sin(Math.PI * cyclesPerPx) / Math.PI) ** 2);
  });
}

/**
 * The discrete Gaussian  e^(−σ²) Iₙ(σ²): variance exactly σ² px² however small σ is, no tap negative.
 * Source: Lindeberg, "Scale-space for discrete signals", 1990. Transfer: exp(σ² (cos 2πf − 1)).
 */
export const discreteGaussian = (sigmaPx: number): SymmetricKernel =>
  kernelOfTransfer((cyclesPerPx) => Math.exp(sigmaPx ** 2 * (Math.cos(2 * Math.PI * cyclesPerPx) - 1)));

/** Presampled MTF of light spread and pixel aperture along an axis at f in cycles per mm. */
export function presampledMtf(
  spread: readonly SpreadComponent[],
  pitchMm: number,
  cyclesPerMm: number,
): number {
  return spread.reduce(
    (sum, { weight, sigmaMm }) => sum + weight * transfer(sigmaMm / pitchMm, cyclesPerMm * pitchMm),
    0,
  );
}

/** What a symmetric kernel makes of a sine of `cyclesPerPx`. */
export function kernelTransfer(kernel: SymmetricKernel, cyclesPerPx: number): number {
  let sum = kernel[0];
  for (let n = 1; n < kernel.length; n++) sum += 2 * kernel[n] * Math.cos(2 * Math.PI * n * cyclesPerPx);
  return sum;
}

const sinc = (x: number): number => (Math.abs(x) < 1e-9 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const transfer = (sigmaPx: number, cyclesPerPx: number): number =>
  Math.exp(-2 * (Math.PI * sigmaPx * cyclesPerPx) ** 2) * sinc(cyclesPerPx);

function kernelOfTransfer(transferAt: (cyclesPerPx: number) => number): SymmetricKernel {
  const values = Float64Array.from({ length: FREQUENCIES }, (_, i) =>
    transferAt((i + 0.5) / (2 * FREQUENCIES)),
  );
  const taps: number[] = [];
  for (let n = 0; n < FREQUENCIES; n++) {
    let sum = 0;
    for (let i = 0; i < FREQUENCIES; i++)
      sum += values[i] * Math.cos((Math.PI * n * (i + 0.5)) / FREQUENCIES);
    taps.push(sum / FREQUENCIES);
    // Decay is fast and smooth: two small taps in a row end the kernel.
    if (n > 0 && Math.abs(taps[n]) < SMALLEST_TAP && Math.abs(taps[n - 1]) < SMALLEST_TAP) break;
  }
  const total = taps.reduce((sum, tap, n) => sum + (n === 0 ? tap : 2 * tap), 0);
  // float32, so that engines that differ in the last bit of cos and exp make the same picture.
  return Float32Array.from(taps, (tap) => tap / total);
}
