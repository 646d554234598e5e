import { lpsRayFromPixel, wholeImage } from "../geometry/camera.ts";
import { checkExposure } from "./check-exposure.ts";
import { pixelResponse } from "./detector-model.ts";
import type { Exposure, ExposureOptions } from "./exposure.ts";
import { discreteGaussian, quantumNoiseKernel, signalKernel } from "./light-spread.ts";
import { blurPlane, type Panel, panelOf, readDigitalPlane, readPlane } from "./panel.ts";
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
  checkExposure(options);
  const { areaDensity, camera, detector } = options;
  const panel = panelOf(options.region ?? wholeImage(camera));
  const quadrature = options.quadrature ?? spectralQuadrature(options);
  const response = pixelResponse(detector, camera.pixelPitchMm);
  // Beams per quadrature weight that one pixel at the foot of the perpendicular receives.
  const perpendicular = options.mas * response.areaMm2 * (1000 / camera.sourceToDetectorMm) ** 2;

  absorb(panel, options, quadrature, perpendicular);
  blurFocalSpot(panel, options);
  collimate(panel, options);
  if (options.scatter.kind === "model") {
    const primary = { meanKeV: readPlane(panel, panel.mean), varianceKeV2: readPlane(panel, panel.variance) };
    addEnergy(panel, options.scatter.model({ areaDensity, camera, primary }));
  }
  fluctuate(panel, options);
  spreadLight(panel, options);
  const saturatedPx = digitise(panel, options);
  return {
    widthPx: panel.region.widthPx,
    heightPx: panel.region.heightPx,
    energyKeV: readPlane(panel, panel.energy),
    digital: readDigitalPlane(panel, panel.variance),
    offsetDigital: detector.offsetDigital,
    digitalPerKeV: response.digitalPerKeV,
    openFieldKeV: perpendicular * quadrature.absorbedKeV.reduce((sum, value) => sum + value, 0),
    fullWellKeV: response.fullWellKeV,
    saturatedPx,
  };
}

/** Mean and variance planes from the area densities, some rows at a time. */
function absorb(
  panel: Panel,
  options: ExposureOptions,
  quadrature: SpectralQuadrature,
  perpendicular: number,
): void {
  const { kernel, stride, mean, variance } = panel;
  const { widthPx, heightPx, column, row } = panel.region;
  const materials = options.materials.length;
  const nodes = quadrature.energyKeV.length;
  const bytesPerRow = 4 * widthPx * Math.max(materials, 1);
  const chunkRows = Math.max(1, Math.min(heightPx, Math.floor(CHUNK_BYTES / bytesPerRow)));
  const chunkPx = chunkRows * widthPx;
  const coefficients = Math.max(materials, 4);
  const table = panel.allocate(4 * nodes * (coefficients + 2));
  const ray = panel.allocate(72);
  const density = panel.allocate(chunkRows * bytesPerRow);

  const entries = Array.from(quadrature.absorbedKeV, (absorbed, node) => {
    const energy = absorbed * perpendicular;
    return [
      energy,
      (energy * quadrature.energyKeV[node]) / options.detector.swankFactor,
      ...quadrature.massAttenuation[node],
    ];
  });
  const entriesOfNodes = new Float32Array(kernel.memory.buffer, table, nodes * (coefficients + 2));
  entries.forEach((entry, node) => entriesOfNodes.set(entry, node * (coefficients + 2)));
  new Float64Array(kernel.memory.buffer, ray, 9).set(lpsRayFromPixel(options.camera));
  const target = new Float32Array(kernel.memory.buffer, density, chunkPx * materials);
  for (let first = 0; first < heightPx; first += chunkRows) {
    const rows = Math.min(chunkRows, heightPx - first);
    for (let m = 0; m < materials; m++) {
      const start = (m * heightPx + first) * widthPx;
      target.set(options.areaDensity.gPerCm2.subarray(start, start + rows * widthPx), m * chunkPx);
    }
    const to = 4 * first * stride;
    kernel.absorb(
      density,
      4 * chunkPx,
      materials,
      table,
      nodes,
      ray,
      mean + to,
      variance + to,
      widthPx,
      stride,
      rows,
      column,
      row + first,
    );
  }
}

/** Blades take photons away, from mean and variance alike; their half shadow has its own width, so it is not blurred again. */
function collimate(panel: Panel, { collimation }: ExposureOptions): void {
  if (!collimation) return;
  const { widthPx, heightPx } = panel.region;
  for (const address of [panel.mean, panel.variance]) {
    const plane = new Float32Array(panel.kernel.memory.buffer, address, panel.stride * heightPx);
    for (let row = 0; row < heightPx; row++)
      for (let column = 0; column < widthPx; column++)
        plane[row * panel.stride + column] *= collimation[row * widthPx + column];
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

/** Mean and variance are both sums over photons: where the photons of a shadow's border fall, both go. */
function blurFocalSpot(panel: Panel, { focalSpot, camera }: ExposureOptions): void {
  if (!focalSpot) return;
  const magnification = camera.sourceToDetectorMm / focalSpot.sourceToObjectMm;
  const sigmaMm = (focalSpot.sideMm / Math.sqrt(12)) * (magnification - 1);
  const filter = discreteGaussian(sigmaMm / pitchOf(camera.pixelPitchMm));
  for (const plane of [panel.mean, panel.variance])
    blurPlane(panel, filter, { from: plane, to: plane, weight: 1, add: false });
}

function fluctuate(panel: Panel, { noise, camera }: ExposureOptions): void {
  if (!noise) return;
  const { kernel, stride, mean, variance, normal } = panel;
  const { widthPx, heightPx, column, row } = panel.region;
  const [low, high] = noise.key;
  kernel.fluctuate(mean, variance, normal, widthPx, stride, heightPx, column, row, camera.widthPx, low, high);
}

/** energy = signal kernel ∗ mean + noise kernel ∗ deviation. */
function spreadLight(panel: Panel, { detector, camera, noise }: ExposureOptions): void {
  const pitchMm = pitchOf(camera.pixelPitchMm);
  const to = panel.energy;
  detector.spread.forEach(({ weight, sigmaMm }, index) => {
    blurPlane(panel, signalKernel(sigmaMm, pitchMm), { from: panel.mean, to, weight, add: index > 0 });
    if (noise)
      blurPlane(panel, quantumNoiseKernel(sigmaMm, pitchMm), { from: panel.variance, to, weight, add: true });
  });
}

/** Adds the electronic noise, limits energy to the full well, and returns how many pixels are full. */
function digitise(panel: Panel, { detector, camera, noise }: ExposureOptions): number {
  const { kernel, stride, energy, normal, variance } = panel;
  const { widthPx, heightPx } = panel.region;
  const { electronicNoiseKeV, fullWellKeV, digitalPerKeV } = pixelResponse(detector, camera.pixelPitchMm);
  const readOut = noise ? electronicNoiseKeV : 0;
  const largest = 2 ** detector.bits - 1;
  const full = kernel.digitise(
    energy,
    normal,
    readOut,
    fullWellKeV,
    digitalPerKeV,
    detector.offsetDigital,
    largest,
    variance,
    widthPx,
    stride,
    heightPx,
  );
  if (full < 0) throw new RangeError("an area density is not a number");
  return full;
}

/** Light spreads the same way along rows and columns: pixels are taken as square. */
const pitchOf = ([column, row]: readonly [number, number]): number => Math.sqrt(column * row);
