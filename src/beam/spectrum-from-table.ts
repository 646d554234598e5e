import { InputError } from "../error/input-error.ts";
import { HIGHEST_KEV, LOWEST_KEV } from "../material/element-table.ts";
import { airKermaMicroGyPerMas } from "./air-kerma.ts";
import type { Spectrum } from "./spectrum.ts";

/** A spectrum from elsewhere: photons in bins, in any unit. */
export interface SpectrumTable {
  readonly energyKeV: ArrayLike<number>;
  readonly photons: ArrayLike<number>;
}

export interface TableReading {
  /** What the energies of the table are to their bins: `centres` by default. */
  readonly energiesAre?: "centres" | "lower-edges" | undefined;
  /** Width of the bins made from unequal ones, 0.5 by default. */
  readonly binKeV?: number | undefined;
  /** Scales the table to this output at 1 m; without it the table counts photons per bin, mm² and mAs at 1 m. */
  readonly airKermaMicroGyPerMas?: number | undefined;
}

/** Negative numbers this small beside the largest are what interpolation leaves behind, and count as zero. */
const NEGLIGIBLE = 1e-3;
/** Spacings that differ by less are one spacing: rounding of printed energies, a thousandth of 0.5 keV. */
const SAME_SPACING = 1e-3;
const MOST_BINS = 20_000;

/**
 * The spectrum of a table, checked and in equal bins. A table in equal bins keeps its numbers; of another, bins reach
 * to the middle between neighbouring energies and their photons are spread evenly over the equal bins, which keeps the
 * number of photons exactly and the mean energy to a fraction of a bin.
 *
 * The table is of the beam that leaves the tube: behind all its filters. What lies below 5 keV is left out (it does not
 * pass a millimetre of aluminium); photons above 150 keV are refused.
 */
export function spectrumFromTable(table: SpectrumTable, reading: TableReading = {}): Spectrum {
  const { energiesAre = "centres", binKeV = 0.5 } = reading;
  if (!(binKeV >= 0.05 && binKeV <= 5))
    throw new InputError("spectrum-bin", `bins must be 0.05 to 5 keV wide, ${binKeV} keV was asked for`);
  const checked = checkedTable(table);
  const edges = edgesOf(checked.energyKeV, energiesAre);
  const [first, last] = [edges[0], edges[edges.length - 1]];
  const width = (last - first) / checked.photons.length;
  const equal = checked.energyKeV.every(
    (energy, row) =>
      row === 0 || Math.abs(energy - checked.energyKeV[0] - row * width) <= SAME_SPACING * width,
  );
  const grid = equal
    ? {
        energyKeV: checked.energyKeV.map((_, row) => first + (row + 0.5) * width),
        photons: checked.photons,
      }
    : rebinned(edges, checked.photons, binKeV);
  return scaled(withinAttenuation(grid), reading.airKermaMicroGyPerMas);
}

interface Bins {
  readonly energyKeV: Float64Array;
  readonly photons: Float64Array;
}

function checkedTable(table: SpectrumTable): Bins {
  const energyKeV = Float64Array.from(table.energyKeV);
  const photons = Float64Array.from(table.photons);
  const refuse = (row: number, problem: string, remedy?: string): never => {
    throw new InputError(
      "spectrum-table",
      `row ${row + 1} of the spectrum table ${problem}`,
      remedy === undefined ? {} : { remedy },
    );
  };
  if (energyKeV.length !== photons.length)
    throw new InputError(
      "spectrum-table",
      `the spectrum table has ${energyKeV.length} energies and ${photons.length} numbers of photons`,
    );
  if (energyKeV.length < 2 || energyKeV.length > MOST_BINS)
    throw new InputError(
      "spectrum-table",
      `a spectrum table has 2 to ${MOST_BINS} rows, found ${energyKeV.length}`,
    );
  const largest = photons.reduce((most, count) => Math.max(most, count), 0);
  if (!(largest > 0 && largest < 1e30))
    throw new InputError("spectrum-empty", "the spectrum table holds no photons, or numbers beyond 1e30");
  for (const [row, energy] of energyKeV.entries()) {
    if (!(energy >= 0 && energy <= 1e7)) refuse(row, `has an energy of ${energy} keV`);
    if (row > 0 && energy <= energyKeV[row - 1])
      refuse(row, `has ${energy} keV after ${energyKeV[row - 1]} keV`, "sort the rows by energy, each once");
    if (!(photons[row] >= -NEGLIGIBLE * largest)) refuse(row, `has ${photons[row]} photons`);
    if (energy > HIGHEST_KEV && photons[row] > 0)
      refuse(
        row,
        `has photons at ${energy} keV, above the ${HIGHEST_KEV} keV that attenuation is known for`,
        energy > 1000 ? "give energies in keV, not in eV" : "leave out what is above",
      );
  }
  if (energyKeV[energyKeV.length - 1] < LOWEST_KEV)
    refuse(
      energyKeV.length - 1,
      `ends the table at ${energyKeV[energyKeV.length - 1]} keV, below the ${LOWEST_KEV} keV that attenuation is known for`,
      "give energies in keV, not in MeV",
    );
  return { energyKeV, photons: photons.map((count) => Math.max(0, count)) };
}

/** One more edge than bins. The outermost bins are as wide as their neighbours. */
function edgesOf(energyKeV: Float64Array, energiesAre: "centres" | "lower-edges"): Float64Array {
  const rows = energyKeV.length;
  const lastStep = energyKeV[rows - 1] - energyKeV[rows - 2];
  if (energiesAre === "lower-edges") return Float64Array.of(...energyKeV, energyKeV[rows - 1] + lastStep);
  return Float64Array.from({ length: rows + 1 }, (_, edge) => {
    if (edge === 0) return Math.max(0, energyKeV[0] - (energyKeV[1] - energyKeV[0]) / 2);
    if (edge === rows) return energyKeV[rows - 1] + lastStep / 2;
    return (energyKeV[edge - 1] + energyKeV[edge]) / 2;
  });
}

/** Photons of each bin spread evenly over the equal bins that it overlaps; the grid ends where the table does. */
function rebinned(edges: Float64Array, photons: Float64Array, binKeV: number): Bins {
  const [first, last] = [edges[0], Math.min(edges[edges.length - 1], HIGHEST_KEV)];
  const bins = Math.max(2, Math.ceil((last - first) / binKeV - 1e-9));
  const start = last - bins * binKeV;
  const sums = new Float64Array(bins);
  for (let row = 0; row < photons.length; row++) {
    const [low, high] = [Math.min(edges[row], last), Math.min(edges[row + 1], last)];
    if (photons[row] === 0) continue;
    if (high <= low) {
      sums[bins - 1] += photons[row];
      continue;
    }
    const from = Math.max(0, Math.floor((low - start) / binKeV));
    for (let bin = from; bin < bins && start + bin * binKeV < high; bin++) {
      const overlap = Math.min(high, start + (bin + 1) * binKeV) - Math.max(low, start + bin * binKeV);
      sums[bin] += (photons[row] * Math.max(0, overlap)) / (high - low);
    }
  }
  return {
    energyKeV: sums.map((_, bin) => start + (bin + 0.5) * binKeV),
    photons: sums,
  };
}

/** Only bins whose centre attenuation is known for; a last bin of zeros may lie above. */
function withinAttenuation({ energyKeV, photons }: Bins): Bins {
  const beyond = energyKeV.findIndex((energy, bin) => energy > HIGHEST_KEV && photons[bin] > 0);
  if (beyond >= 0)
    throw new InputError(
      "spectrum-table",
      `the spectrum table has photons at ${energyKeV[beyond]} keV, above the ${HIGHEST_KEV} keV that attenuation is known for`,
    );
  const kept = [...energyKeV.keys()].filter(
    (bin) => energyKeV[bin] >= LOWEST_KEV && energyKeV[bin] <= HIGHEST_KEV,
  );
  const part = (values: Float64Array) => Float64Array.from(kept, (bin) => values[bin]);
  const bins = { energyKeV: part(energyKeV), photons: part(photons) };
  if (!bins.photons.some((count) => count > 0))
    throw new InputError(
      "spectrum-empty",
      `the spectrum table holds no photons from ${LOWEST_KEV} to ${HIGHEST_KEV} keV`,
    );
  return bins;
}

function scaled({ energyKeV, photons }: Bins, airKerma: number | undefined): Spectrum {
  const highest = energyKeV[photons.findLastIndex((count) => count > 0)];
  const unscaled = {
    kv: highest + (energyKeV.length > 1 ? (energyKeV[1] - energyKeV[0]) / 2 : 0),
    energyKeV,
    photonsPerMm2PerMas: photons,
  };
  if (airKerma === undefined) return unscaled;
  if (!(airKerma > 0 && airKerma < 1e9))
    throw new InputError("spectrum-output", `the air kerma per mAs must be positive, found ${airKerma} µGy`);
  const factor = airKerma / airKermaMicroGyPerMas(unscaled, 1000);
  return { ...unscaled, photonsPerMm2PerMas: photons.map((count) => count * factor) };
}
