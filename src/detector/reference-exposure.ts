import { lpsRayFromPixel, wholeImage } from "../geometry/camera.ts";
import { massAttenuationTable } from "../material/attenuation.ts";
import { philox4x32 } from "../random/philox.ts";
import { poissonQuantile } from "../random/poisson-quantile.ts";
import { uniform53 } from "../random/random-stream.ts";
import { absorptionEfficiency, pixelResponse } from "./detector-model.ts";
import type { ExposureOptions } from "./exposure.ts";
import { quantumNoiseKernel, signalKernel, type SymmetricKernel } from "./light-spread.ts";

/**
 * The definition of right for `expose`: every bin of the spectrum, float64, one pixel at a time. Written for reading.
 * Without scatter and focal spot. Where `expose` draws random numbers this draws the same ones.
 */
export function referenceExposure(options: ExposureOptions): {
  meanKeV: Float64Array;
  varianceKeV2: Float64Array;
  energyKeV: Float64Array;
} {
  const { camera, detector, noise } = options;
  const region = options.region ?? wholeImage(camera);
  const { widthPx, heightPx } = region;
  const { electronicNoiseKeV, fullWellKeV } = pixelResponse(detector, camera.pixelPitchMm);
  const { meanKeV, varianceKeV2 } = referenceAbsorption(options);

  const deviation = new Float64Array(meanKeV.length);
  const readOut = new Float64Array(meanKeV.length);
  if (noise)
    for (let v = 0; v < heightPx; v++)
      for (let u = 0; u < widthPx; u++) {
        const pixel = v * widthPx + u;
        const place = (region.row + v) * camera.widthPx + region.column + u;
        const words = philox4x32([place, 0, 0, 0], noise.key);
        deviation[pixel] = absorbedDeviation(meanKeV[pixel], varianceKeV2[pixel], words);
        readOut[pixel] = electronicNoiseKeV * normalPair(words)[1];
      }

  const pitchMm = Math.sqrt(camera.pixelPitchMm[0] * camera.pixelPitchMm[1]);
  const energyKeV = readOut;
  for (const { weight, sigmaMm } of detector.spread) {
    const signal = filtered(meanKeV, signalKernel(sigmaMm, pitchMm), widthPx, heightPx);
    const grain = filtered(deviation, quantumNoiseKernel(sigmaMm, pitchMm), widthPx, heightPx);
    for (let i = 0; i < energyKeV.length; i++) energyKeV[i] += weight * (signal[i] + grain[i]);
  }
  return { meanKeV, varianceKeV2, energyKeV: energyKeV.map((energy) => Math.min(energy, fullWellKeV)) };
}

/** Below this many effective photons the count is Poisson by inversion. */
const NORMAL_FROM = 32;

/** Mean Σ N η E e^(−τ) and variance Σ N η E² e^(−τ) / Swank of the energy that each pixel absorbs. */
function referenceAbsorption(options: ExposureOptions): {
  meanKeV: Float64Array;
  varianceKeV2: Float64Array;
} {
  const { areaDensity, camera, spectrum, detector } = options;
  const { column, row, widthPx, heightPx } = options.region ?? wholeImage(camera);
  const efficiency = absorptionEfficiency(detector, spectrum.energyKeV);
  const tables = options.materials.map((material) => massAttenuationTable(material, spectrum.energyKeV));
  const { areaMm2 } = pixelResponse(detector, camera.pixelPitchMm);
  const ray = lpsRayFromPixel(camera);
  const meanKeV = new Float64Array(widthPx * heightPx);
  const varianceKeV2 = new Float64Array(widthPx * heightPx);
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++) {
      const pixel = v * widthPx + u;
      const [x, y, z] = [0, 3, 6].map((i) => ray[i] * (column + u) + ray[i + 1] * (row + v) + ray[i + 2]);
      const rayPerDepth = Math.hypot(x, y, z);
      const distanceMm = camera.sourceToDetectorMm * rayPerDepth;
      const cosine = 1 / rayPerDepth;
      const exposed = options.mas * areaMm2 * (1000 / distanceMm) ** 2 * cosine;
      spectrum.energyKeV.forEach((energy, bin) => {
        const depth = tables.reduce(
          (sum, table, m) => sum + table[bin] * areaDensity.gPerCm2[m * widthPx * heightPx + pixel],
          0,
        );
        const absorbed = exposed * spectrum.photonsPerMm2PerMas[bin] * efficiency[bin] * Math.exp(-depth);
        meanKeV[pixel] += absorbed * energy;
        varianceKeV2[pixel] += (absorbed * energy * energy) / detector.swankFactor;
      });
      const passed = options.collimation?.[pixel] ?? 1;
      meanKeV[pixel] *= passed;
      varianceKeV2[pixel] *= passed;
    }
  return { meanKeV, varianceKeV2 };
}

/** A scaled Poisson count with this mean and variance, less its mean; from 32 counts on by a normal number. */
function absorbedDeviation(mean: number, variance: number, words: readonly number[]): number {
  if (mean === 0) return 0;
  const perCount = variance / mean;
  const count = mean / perCount;
  if (count < NORMAL_FROM) return (poissonQuantile(count, uniform53(words[2], words[3])) - count) * perCount;
  const [z] = normalPair(words);
  return (Math.sqrt(count - 1 / 18) * z + (z * z - 1) / 6) * perCount;
}

/** Box–Muller; the angle's two upper bits choose the quadrant, the others run from −45° to 45° in it. */
function normalPair([word0, word1]: readonly number[]): [number, number] {
  const radius = Math.sqrt(-2 * Math.log(((word0 >>> 8) + 1) / 2 ** 24));
  const angle = (((word1 & 0x3fffffff) / 2 ** 30 - 0.5 + (word1 >>> 30)) * Math.PI) / 2;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

function filtered(
  image: Float64Array,
  kernel: SymmetricKernel,
  widthPx: number,
  heightPx: number,
): Float64Array {
  const along = (from: Float64Array, at: (u: number, v: number, shift: number) => number): Float64Array =>
    Float64Array.from(from, (_, pixel) => {
      const [u, v] = [pixel % widthPx, Math.floor(pixel / widthPx)];
      let sum = kernel[0] * from[pixel];
      for (let n = 1; n < kernel.length; n++) sum += kernel[n] * (from[at(u, v, -n)] + from[at(u, v, n)]);
      return sum;
    });
  const clamp = (value: number, size: number): number => Math.min(Math.max(value, 0), size - 1);
  const rows = along(image, (u, v, shift) => v * widthPx + clamp(u + shift, widthPx));
  return along(rows, (u, v, shift) => clamp(v + shift, heightPx) * widthPx + u);
}
