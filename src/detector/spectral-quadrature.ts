import type { Spectrum } from "../beam/spectrum.ts";
import { massAttenuationTable } from "../material/attenuation.ts";
import type { Material } from "../material/material.ts";
import { absorptionEfficiency, type DetectorModel } from "./detector-model.ts";
import { nonNegativeLeastSquares } from "./non-negative-least-squares.ts";

/** A few energies that stand for a whole spectrum behind any mixture of certain materials, on a certain detector. */
export interface SpectralQuadrature {
  readonly energyKeV: Float64Array;
  /** Absorbed energy in keV per mm² and mAs at 1000 mm that each energy stands for, unattenuated. */
  readonly absorbedKeV: Float64Array;
  /** (μ/ρ) in cm²/g: `massAttenuation[node][material]`. */
  readonly massAttenuation: readonly Float64Array[];
  /** Largest relative error of mean or variance over the mixtures it was fitted to (transmissions from 1 to 1e-5). */
  readonly largestError: number;
}

const TOLERANCE = 5e-5;
const MOST_NODES = 32;
const LEAST_TRANSMISSION = 1e-5;
const DEPTHS = [0.003, 0.01, 0.03, 0.08, 0.16, 0.28, 0.42, 0.58, 0.78, 1];
const MIXTURES = 24;

/**
 * Chooses bins of the spectrum and weights such that
 *
 *   mean(a) = Σⱼ wⱼ e^(−Σₘ μⱼₘ aₘ)  and  variance(a) = Σⱼ wⱼ Eⱼ e^(−Σₘ μⱼₘ aₘ)
 *
 * meet the sums over all bins (docs/physics-detector.md) within 1e-4, relative, for all area densities a down to a
 * transmission of 1e-5. Non-negative least squares on mixtures of the materials: its solutions are sparse, as Gauss
 * quadratures are, the weights cannot become negative, and nodes go to both sides of K edges by themselves.
 * Below 1e-5 both sums stay positive and the error below 1e-9 of the open beam.
 */
export function spectralQuadrature(options: {
  spectrum: Spectrum;
  detector: DetectorModel;
  materials: readonly Material[];
}): SpectralQuadrature {
  const { spectrum, materials } = options;
  const efficiency = absorptionEfficiency(options.detector, spectrum.energyKeV);
  const absorbed = spectrum.energyKeV.map(
    (energy, i) => spectrum.photonsPerMm2PerMas[i] * efficiency[i] * energy,
  );
  const bins = [...absorbed.keys()].filter((bin) => absorbed[bin] > 0);
  const energies = Float64Array.from(bins, (bin) => spectrum.energyKeV[bin]);
  const weights = Float64Array.from(bins, (bin) => absorbed[bin]);
  const tables = materials.map((material) => massAttenuationTable(material, energies));
  const mixtures = trainingMixtures(tables, weights);
  const matrix = partsOfBins(mixtures, tables, weights, energies);
  const ones = new Float64Array(matrix[0].length).fill(1);
  const solution = nonNegativeLeastSquares(matrix, ones, { tolerance: TOLERANCE, mostColumns: MOST_NODES });
  const order = [...solution.columns.keys()].toSorted((a, b) => solution.columns[a] - solution.columns[b]);
  const nodes = order.map((i) => solution.columns[i]);
  return {
    energyKeV: Float64Array.from(nodes, (bin) => energies[bin]),
    absorbedKeV: Float64Array.from(order, (i) => solution.values[i] * weights[solution.columns[i]]),
    massAttenuation: nodes.map((bin) => Float64Array.from(tables, (table) => table[bin])),
    largestError: solution.largestResidual,
  };
}

/** Columns: bins. Rows: each bin's part of the mean, then of the variance, of every mixture; all rows shall sum to 1. */
function partsOfBins(
  mixtures: readonly Float64Array[],
  tables: readonly Float64Array[],
  weights: Float64Array,
  energies: Float64Array,
): Float64Array[] {
  const rows = mixtures.length;
  const matrix = Array.from(weights, () => new Float64Array(2 * rows));
  mixtures.forEach((areaDensity, row) => {
    const parts = weights.map((weight, bin) => weight * Math.exp(-opticalDepth(tables, areaDensity, bin)));
    const mean = parts.reduce((sum, part) => sum + part, 0);
    const variance = parts.reduce((sum, part, bin) => sum + part * energies[bin], 0);
    parts.forEach((part, bin) => {
      matrix[bin][row] = part / mean;
      matrix[bin][rows + row] = (part * energies[bin]) / variance;
    });
  });
  return matrix;
}

/** Pure materials, pairs and low-discrepancy mixtures, each at ten depths down to the least transmission. */
function trainingMixtures(tables: readonly Float64Array[], weights: Float64Array): Float64Array[] {
  const count = tables.length;
  const pure = tables.map((_, m) => Float64Array.from({ length: count }, (_, i) => (i === m ? 1 : 0)));
  const thickest = pure.map((direction) => thicknessAtLeastTransmission(direction, tables, weights));
  const directions = [...pure];
  for (let a = 0; a < count; a++)
    for (let b = 0; b < a; b++)
      for (const part of [0.2, 0.5, 0.8])
        directions.push(pure[a].map((value, i) => part * value + (1 - part) * pure[b][i]));
  // Roots of the golden ratio's generalisation spread a sequence evenly (Roberts, 2018); logarithms fill the simplex.
  if (count > 2)
    for (let n = 1; n <= MIXTURES; n++) {
      const shares = pure.map((_, m) => -Math.log(((n * evenStep(count, m + 1)) % 1) + 1e-6));
      const total = shares.reduce((sum, share) => sum + share, 0);
      directions.push(Float64Array.from(shares, (share) => share / total));
    }
  const mixtures = [new Float64Array(count)];
  for (const direction of directions) {
    const grams = direction.map((share, m) => share * thickest[m]);
    const limit = thicknessAtLeastTransmission(grams, tables, weights);
    for (const depth of DEPTHS) mixtures.push(grams.map((value) => value * limit * depth));
  }
  return count === 0 ? mixtures.slice(0, 1) : mixtures;
}

function evenStep(dimensions: number, power: number): number {
  let root = 2;
  for (let i = 0; i < 30; i++) root = (1 + root) ** (1 / (dimensions + 1));
  return root ** -power;
}

/** The multiple of an area density that lets 1e-5 of the absorbed energy through, by bisection of the logarithm. */
function thicknessAtLeastTransmission(
  direction: Float64Array,
  tables: readonly Float64Array[],
  weights: Float64Array,
): number {
  const depths = Float64Array.from(weights, (_, bin) => opticalDepth(tables, direction, bin));
  const open = weights.reduce((sum, weight) => sum + weight, 0);
  let high = 1e6;
  let low = 1e-6;
  for (let i = 0; i < 30; i++) {
    const middle = Math.sqrt(low * high);
    const passed = weights.reduce((sum, weight, bin) => sum + weight * Math.exp(-middle * depths[bin]), 0);
    if (passed > LEAST_TRANSMISSION * open) low = middle;
    else high = middle;
  }
  return low;
}

function opticalDepth(tables: readonly Float64Array[], areaDensity: Float64Array, bin: number): number {
  let depth = 0;
  for (let m = 0; m < tables.length; m++) depth += tables[m][bin] * areaDensity[m];
  return depth;
}
