import { InputError } from "../error/input-error.ts";
import { type Camera, lpsRayFromPixel, type PixelRegion, wholeImage } from "../geometry/camera.ts";
import { type DetectorKernel, detectorKernel, kernelAllocator } from "./detector-kernel.ts";
import { type PixelResponse, pixelResponse } from "./detector-model.ts";
import type { Exposure, ExposureOptions } from "./exposure.ts";
import { discreteGaussian, quantumNoiseKernel, signalKernel, type SymmetricKernel } from "./light-spread.ts";
import type { AbsorbedEnergy } from "./scatter.ts";
import { type SpectralQuadrature, spectralQuadrature } from "./spectral-quadrature.ts";

/** Area densities go through the kernel in pieces of about this size. */
const CHUNK_BYTES = 2 ** 22;

/**
 * What a panel records behind matter: polychromatic Beer–Lambert, inverse square and obliquity, absorption in CsI,
 * compound Poisson noise, light spread, electronic noise, saturation and digitisation. Formulas: docs/physics-detector.md.
 *
 * The same bytes on every machine; what noise a pixel gets depends on the key and on its place in the whole image only.
 * Held to `referenceExposure`, which sums the whole spectrum in float64.
 *
 * @throws InputError `exposure-mas`, `exposure-focal-spot`, `exposure-bits`
 */
export function expose(options: ExposureOptions): Exposure {
  const { areaDensity, camera, detector } = options;
  checkExposure(options);
  const region = options.region ?? wholeImage(camera);
  const quadrature = options.quadrature ?? spectralQuadrature(options);
  const response = pixelResponse(detector, camera.pixelPitchMm);
  const photons = (options.mas * response.areaMm2 * 1e6) / camera.sourceToDetectorMm ** 2;
  const openFieldKeV = photons * quadrature.absorbedKeV.reduce((sum, value) => sum + value, 0);
  const panel = panelOf(region);

  absorb(panel, options, quadrature, photons);
  if (options.scatter.kind === "model") {
    const primary = { meanKeV: panel.read(panel.mean), varianceKeV2: panel.read(panel.variance) };
    addEnergy(panel, options.scatter.model({ areaDensity, camera, primary }));
  }
  if (options.focalSpot) blurFocalSpot(panel, camera, options.focalSpot);
  if (options.noise) {
    const [keyLow, keyHigh] = options.noise.key;
    const { widthPx, heightPx, column, row } = region;
    panel.kernel.fluctuate(
      ...[panel.mean, panel.variance, panel.normal, widthPx, panel.stride, heightPx],
      ...[column, row, camera.widthPx, keyLow, keyHigh],
    );
  }
  spreadLight(panel, options, camera.pixelPitchMm);
  const { digital, saturatedPx } = digitise(panel, options, response);
  return {
    widthPx: region.widthPx,
    heightPx: region.heightPx,
    energyKeV: panel.read(panel.energy),
    digital,
    offsetDigital: detector.offsetDigital,
    digitalPerKeV: response.digitalPerKeV,
    openFieldKeV,
    fullWellKeV: response.fullWellKeV,
    saturatedPx,
  };
}

/** The planes of one exposure in the kernel's memory; rows have `stride` values. */
interface Panel {
  readonly kernel: DetectorKernel;
  readonly region: PixelRegion;
  readonly stride: number;
  readonly mean: number;
  readonly variance: number;
  readonly normal: number;
  readonly scratch: number;
  readonly energy: number;
  readonly allocate: (bytes: number) => number;
  /** A copy of a plane without the padding of its rows. */
  readonly read: (address: number) => Float32Array;
}

function panelOf(region: PixelRegion): Panel {
  const kernel = detectorKernel();
  const allocate = kernelAllocator(kernel.memory);
  const { widthPx, heightPx } = region;
  const stride = Math.ceil(widthPx / 4) * 4;
  const plane = (): number => allocate(4 * stride * heightPx);
  const read = (address: number): Float32Array => {
    const padded = new Float32Array(kernel.memory.buffer, address, stride * heightPx);
    return withoutPadding(padded, new Float32Array(widthPx * heightPx), widthPx, stride);
  };
  const [mean, variance, normal, scratch, energy] = [plane(), plane(), plane(), plane(), plane()];
  return { kernel, region, stride, mean, variance, normal, scratch, energy, allocate, read };
}

function withoutPadding<T extends Float32Array | Uint16Array>(
  padded: T,
  target: T,
  widthPx: number,
  stride: number,
): T {
  if (stride === widthPx) target.set(padded);
  else
    for (let row = 0; row * stride < padded.length; row++)
      target.set(padded.subarray(row * stride, row * stride + widthPx), row * widthPx);
  return target;
}

/** Mean and variance planes from the area densities, some rows at a time. */
function absorb(
  panel: Panel,
  options: ExposureOptions,
  quadrature: SpectralQuadrature,
  photons: number,
): void {
  const { kernel, region, stride } = panel;
  const { widthPx, heightPx } = region;
  const materials = options.materials.length;
  const nodes = quadrature.energyKeV.length;
  const table = panel.allocate(4 * nodes * (materials + 2));
  const ray = panel.allocate(72);
  const chunkRows = Math.max(
    1,
    Math.min(heightPx, Math.floor(CHUNK_BYTES / (4 * widthPx * Math.max(materials, 1)))),
  );
  const density = panel.allocate(4 * chunkRows * widthPx * Math.max(materials, 1));

  const rows = Array.from(quadrature.absorbedKeV, (absorbed, node) => {
    const mean = absorbed * photons;
    const variance = (mean * quadrature.energyKeV[node]) / options.detector.swankFactor;
    return [mean, variance, ...quadrature.massAttenuation[node]];
  });
  new Float32Array(kernel.memory.buffer, table, nodes * (materials + 2)).set(rows.flat());
  new Float64Array(kernel.memory.buffer, ray, 9).set(lpsRayFromPixel(options.camera));
  const target = new Float32Array(kernel.memory.buffer, density, chunkRows * widthPx * materials);
  for (let first = 0; first < heightPx; first += chunkRows) {
    const count = Math.min(chunkRows, heightPx - first);
    for (let m = 0; m < materials; m++) {
      const start = (m * heightPx + first) * widthPx;
      target.set(
        options.areaDensity.gPerCm2.subarray(start, start + count * widthPx),
        m * chunkRows * widthPx,
      );
    }
    const offset = 4 * first * stride;
    kernel.absorb(
      ...[density, 4 * chunkRows * widthPx, materials, table, nodes, ray, panel.mean + offset],
      ...[panel.variance + offset, widthPx, stride, count, region.column, region.row + first],
    );
  }
}

function addEnergy(panel: Panel, scatter: AbsorbedEnergy): void {
  const { widthPx, heightPx } = panel.region;
  for (const [address, added] of [
    [panel.mean, scatter.meanKeV],
    [panel.variance, scatter.varianceKeV2],
  ] as const) {
    if (added.length !== widthPx * heightPx)
      throw new RangeError(
        `a scatter image of ${added.length} values does not fit ${widthPx}×${heightPx} pixels`,
      );
    const plane = new Float32Array(panel.kernel.memory.buffer, address, panel.stride * heightPx);
    for (let row = 0; row < heightPx; row++)
      for (let column = 0; column < widthPx; column++)
        plane[row * panel.stride + column] += added[row * widthPx + column];
  }
}

function blurFocalSpot(
  panel: Panel,
  camera: Camera,
  focalSpot: { sideMm: number; sourceToObjectMm: number },
): void {
  const magnification = camera.sourceToDetectorMm / focalSpot.sourceToObjectMm;
  const sigmaMm = (focalSpot.sideMm / Math.sqrt(12)) * (magnification - 1);
  const kernel = discreteGaussian(sigmaMm / camera.pixelPitchMm[0]);
  // Area elements, so variance is carried to other pixels as the mean is.
  for (const address of [panel.mean, panel.variance])
    blur(panel, kernel, { from: address, to: address, weight: 1, add: false });
}

/** energy = signal kernel * mean + noise kernel * deviation. */
function spreadLight(panel: Panel, options: ExposureOptions, pixelPitchMm: readonly [number, number]): void {
  const pitch = Math.sqrt(pixelPitchMm[0] * pixelPitchMm[1]);
  options.detector.spread.forEach(({ weight, sigmaMm }, index) => {
    blur(panel, signalKernel(sigmaMm, pitch), { from: panel.mean, to: panel.energy, weight, add: index > 0 });
    if (options.noise)
      blur(panel, quantumNoiseKernel(sigmaMm, pitch), {
        from: panel.variance,
        to: panel.energy,
        weight,
        add: true,
      });
  });
}

function blur(
  panel: Panel,
  kernel: SymmetricKernel,
  planes: { from: number; to: number; weight: number; add: boolean },
): void {
  const { widthPx, heightPx } = panel.region;
  const taps = panel.allocate(4 * kernel.length);
  const line = panel.allocate(4 * (widthPx + 2 * kernel.length + 8));
  new Float32Array(panel.kernel.memory.buffer, taps, kernel.length).set(kernel);
  panel.kernel.blur(
    ...[planes.from, panel.scratch, planes.to, line, taps, kernel.length - 1],
    ...[planes.weight, Number(planes.add), widthPx, panel.stride, heightPx],
  );
}

function digitise(
  panel: Panel,
  options: ExposureOptions,
  response: PixelResponse,
): { digital: Uint16Array; saturatedPx: number } {
  const { widthPx, heightPx } = panel.region;
  // The deviations are not needed any more: their plane takes the digital values.
  const saturatedPx = panel.kernel.digitise(
    ...[panel.energy, panel.normal, options.noise ? response.electronicNoiseKeV : 0, response.fullWellKeV],
    ...[
      response.digitalPerKeV,
      options.detector.offsetDigital,
      2 ** options.detector.bits - 1,
      panel.variance,
    ],
    ...[widthPx, panel.stride, heightPx],
  );
  if (saturatedPx < 0) throw new RangeError("an area density is not a number");
  const padded = new Uint16Array(panel.kernel.memory.buffer, panel.variance, panel.stride * heightPx);
  return {
    digital: withoutPadding(padded, new Uint16Array(widthPx * heightPx), widthPx, panel.stride),
    saturatedPx,
  };
}

function checkExposure({
  areaDensity,
  materials,
  camera,
  mas,
  detector,
  focalSpot,
  region,
}: ExposureOptions): void {
  if (!(mas >= 0 && mas <= 1e6))
    throw new InputError("exposure-mas", `the tube charge must lie within 0 and 1e6 mAs, got ${mas}`);
  if (focalSpot && !(focalSpot.sideMm >= 0 && focalSpot.sideMm <= 10))
    throw new InputError(
      "exposure-focal-spot",
      `the focal spot must have a side from 0 to 10 mm, got ${focalSpot.sideMm}`,
    );
  if (
    focalSpot &&
    !(focalSpot.sourceToObjectMm >= 50 && focalSpot.sourceToObjectMm <= camera.sourceToDetectorMm)
  )
    throw new InputError(
      "exposure-focal-spot",
      `the object must lie between 50 mm and the panel at ${camera.sourceToDetectorMm} mm, got ${focalSpot.sourceToObjectMm} mm`,
    );
  if (!(Number.isInteger(detector.bits) && detector.bits >= 8 && detector.bits <= 16))
    throw new InputError(
      "exposure-bits",
      `a detector has 8 to 16 bits, "${detector.id}" has ${detector.bits}`,
    );
  const { widthPx, heightPx } = region ?? camera;
  const names = materials.map((material) => material.name).join(", ");
  if (areaDensity.widthPx !== widthPx || areaDensity.heightPx !== heightPx)
    throw new RangeError(
      `area densities of ${areaDensity.widthPx}×${areaDensity.heightPx} pixels do not fit an image of ${widthPx}×${heightPx}`,
    );
  if (areaDensity.materials.length !== materials.length)
    throw new RangeError(
      `area densities of ${areaDensity.materials.join(", ")} came with the materials ${names}`,
    );
  if (areaDensity.gPerCm2.length !== materials.length * widthPx * heightPx)
    throw new RangeError(
      `${materials.length} area densities need ${materials.length * widthPx * heightPx} values`,
    );
}
