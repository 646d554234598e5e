import { kermaMicroGyPerPhotonPerMm2 } from "../../beam/air-kerma.ts";
import type { BeamFilter } from "../../beam/filter.ts";
import { tungstenSpectrum } from "../../beam/tungsten-spectrum.ts";
import { absorptionEfficiency, type DetectorModel } from "../../detector/detector-model.ts";
import { massAttenuationTable } from "../../material/attenuation.ts";
import type { Material } from "../../material/material.ts";
import { materialByName } from "../../material/named-materials.ts";
import { gaussQuadrature } from "./gauss-quadrature.ts";

/** A few energies that stand for a filtered tube on a panel. */
export interface BeamNodes {
  readonly energyKeV: Float64Array;
  /** Absorbed energy in keV per mm² of panel, for one unit of fluence (1 mAs at 1000 mm). */
  readonly absorbedKeV: Float64Array;
  /** Air kerma in µGy that goes with it. */
  readonly kermaMicroGy: Float64Array;
  /** (μ/ρ) in cm²/g: `massAttenuation[material][node]`. */
  readonly massAttenuation: readonly Float64Array[];
}

/** All spectra of whole kV share these bins of ½ keV, from 5.25 keV on. */
const [FIRST_KEV, BIN_KEV, BINS] = [5.25, 0.5, 290];
const energies = Float64Array.from({ length: BINS }, (_, bin) => FIRST_KEV + bin * BIN_KEV);

/** Nodes are best behind so much water, the middle of what bodies are. */
const HARDENED_GPER_CM2 = 15;
const NODES = 7;

/**
 * Tube, filters and panel as seven energies: Gauss's quadrature of the absorbed spectrum over (μ/ρ) of water, weighted as it is
 * behind 15 g/cm² of water. Transmissions through tissue are sums of exponentials of that variable, so that the sum over nodes meets the
 * one over all bins within 0.2 % from air to 40 g/cm² (test/training/examples); matter with an absorption edge within the spectrum is coarser.
 *
 * Costs some 0.1 ms where voltage, filters and materials have been seen before: tables are kept, one a voltage or material.
 */
export function beamNodes(options: {
  /** Whole number, 40 to 150. */
  kv: number;
  anodeAngleDeg: number;
  filters: readonly BeamFilter[];
  detector: DetectorModel;
  materials: readonly Material[];
}): BeamNodes {
  const photons = photonsOf(options.kv, options.anodeAngleDeg);
  const efficiency = efficiencyOf(options.detector);
  const filters = options.filters.map(({ material: name, thicknessMm }) => {
    const material = materialByName(name);
    return { table: tableOf(material), gPerCm2: (material.densityGPerCm3 * thicknessMm) / 10 };
  });
  const water = tableOf(materialByName("water"));
  const hardened = new Float64Array(photons.length);
  let whole = 0;
  for (let bin = 0; bin < photons.length; bin++) {
    let depth = HARDENED_GPER_CM2 * water[bin];
    for (const { table, gPerCm2 } of filters) depth += gPerCm2 * table[bin];
    hardened[bin] = photons[bin] * efficiency[bin] * energies[bin] * Math.exp(-depth);
    whole += hardened[bin];
  }
  const { nodes, weights } = gaussQuadrature(water.subarray(0, photons.length), hardened, NODES);
  const places = Float64Array.from(nodes, (cm2PerG) => placeIn(water, cm2PerG, photons.length));
  const energyKeV = places.map((place) => FIRST_KEV + place * BIN_KEV);
  const absorbedKeV = weights.map((weight, j) => weight * Math.exp(HARDENED_GPER_CM2 * nodes[j]));
  const kermaPerPhoton = kermaMicroGyPerPhotonPerMm2(energies);
  return {
    energyKeV,
    absorbedKeV,
    kermaMicroGy: absorbedKeV.map(
      (absorbed, j) =>
        (absorbed * between(kermaPerPhoton, places[j])) / (between(efficiency, places[j]) * energyKeV[j]),
    ),
    massAttenuation: options.materials.map((material) => {
      const table = tableOf(material);
      return places.map((place) => between(table, place));
    }),
  };
}

/** The place, in bins, where a falling table has a value. */
function placeIn(table: Float64Array, value: number, length: number): number {
  let [low, high] = [0, length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (table[middle] >= value) low = middle;
    else high = middle;
  }
  // Logarithms, as `between`.
  const part = Math.log(table[low] / value) / Math.log(table[low] / table[high]);
  return low + Math.min(Math.max(part, 0), 1);
}

/** The value between two bins, linear in the logarithm. */
function between(table: Float64Array, place: number): number {
  const low = Math.min(Math.floor(place), table.length - 2);
  return table[low] * (table[low + 1] / table[low]) ** (place - low);
}

const spectra = new Map<string, Float64Array>();

/** Photons per bin of a tube without filters. */
function photonsOf(kv: number, anodeAngleDeg: number): Float64Array {
  const key = `${kv} ${anodeAngleDeg}`;
  let photons = spectra.get(key);
  if (!photons) {
    photons = tungstenSpectrum({ kv, anodeAngleDeg, filters: [], binKeV: BIN_KEV }).photonsPerMm2PerMas;
    spectra.set(key, photons);
  }
  return photons;
}

const efficiencies = new Map<DetectorModel, Float64Array>();

function efficiencyOf(detector: DetectorModel): Float64Array {
  let efficiency = efficiencies.get(detector);
  if (!efficiency) efficiencies.set(detector, (efficiency = absorptionEfficiency(detector, energies)));
  return efficiency;
}

/** Materials are made anew by some names, so they are known by those. */
const tables = new Map<string, Float64Array>();
const MOST_TABLES = 500;

function tableOf(material: Material): Float64Array {
  let table = tables.get(material.name);
  if (!table) {
    if (tables.size > MOST_TABLES) tables.clear();
    tables.set(material.name, (table = massAttenuationTable(material, energies)));
  }
  return table;
}
