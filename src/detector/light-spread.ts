import type { SpreadComponent } from "./detector-model.ts";
import { nonNegativeLeastSquares } from "./non-negative-least-squares.ts";

/** A symmetric kernel: `taps[0]` is the centre, `taps[k]` stands at ±k pixels. All taps of both sides add up to 1. */
export type SymmetricKernel = Float32Array;

const FREQUENCIES = 512;
/** Frequencies up to Nyquist, and pixels to one side, in the fit of the signal's kernel. */
const FITTED = 100;
const LARGEST_FIT = 40;
const FOLDS = 12;
const SMALLEST_TAP = 5e-5;

/**
 * What one Gaussian of the light spread and the pixel's aperture do to the signal along one axis of the pixel grid.
 *
 *   Σₙ hₙ cos 2πfn  ≈  exp(−2π²σ²f²) · sinc(p f),   hₙ ≥ 0, Σ hₙ = 1        p pixel pitch, f up to 1/(2p)
 *
 * Rays are points at the pixel centres, so the aperture is part of this kernel. Taps come from non-negative least
 * squares with weights 1/f⁴: shadows do not ring, and with the presets the presampled MTF is met within 1.1 % up to 60 %
 * of the Nyquist frequency at every pixel size. At Nyquist it is exceeded by up to two thirds, which only an infinite
 * kernel with negative taps could avoid; point-sampled rays are aliased there anyway.
 */
export function signalKernel(sigmaMm: number, pitchMm: number): SymmetricKernel {
  const sigmaPx = sigmaMm / pitchMm;
  const frequencies = Float64Array.from({ length: FITTED + 1 }, (_, i) => i / (2 * FITTED));
  // The sum of the taps, at frequency 0, counts most and is then made exact.
  const weights = frequencies.map((f) => (f === 0 ? 1e5 : 1 / (f + 0.02) ** 2));
  const reach = Math.min(Math.ceil(5 * sigmaPx) + 2, LARGEST_FIT);
  const columns = Array.from({ length: reach + 1 }, (_, n) =>
    frequencies.map((f, i) => weights[i] * (n === 0 ? 1 : 2 * Math.cos(2 * Math.PI * f * n))),
  );
  const target = frequencies.map((f, i) => weights[i] * transfer(sigmaPx, f));
  const solution = nonNegativeLeastSquares(columns, target, { tolerance: 1e-6, mostColumns: reach + 1 });
  const taps: number[] = columns.map(() => 0);
  solution.columns.forEach((n, i) => {
    taps[n] = solution.values[i];
  });
  return symmetricKernel(taps);
}

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
  return symmetricKernel(taps);
}

/** Taps that add up to 1, without small ones at the end. */
function symmetricKernel(taps: readonly number[]): SymmetricKernel {
  const length = taps.findLastIndex((tap) => Math.abs(tap) > SMALLEST_TAP) + 1;
  const kept = taps.slice(0, length);
  const total = kept.reduce((sum, tap, n) => sum + (n === 0 ? tap : 2 * tap), 0);
  // float32, so that engines that differ in the last bit of cos and exp make the same picture.
  return Float32Array.from(kept, (tap) => tap / total);
}
