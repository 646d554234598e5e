import type { Material } from "../material/material.ts";
import { massAttenuationTable } from "../material/attenuation.ts";
import { materialByName } from "../material/named-materials.ts";

/** One isotropic Gaussian of the light spread in the scintillator. */
export interface SpreadComponent {
  readonly weight: number;
  readonly sigmaMm: number;
}

/** An energy-integrating flat panel with a CsI layer, per pixel of its own pitch. See docs/physics-detector.md. */
export interface DetectorModel {
  readonly id: string;
  readonly name: string;
  readonly nativePitchMm: number;
  /** What the beam crosses before the scintillator, e.g. 0.5 mm aluminium. */
  readonly cover: readonly { readonly material: string; readonly thicknessMm: number }[];
  readonly scintillatorThicknessMm: number;
  /** Part of the layer's volume that is CsI. */
  readonly packingFraction: number;
  /** Swank factor: what is left of the detective quantum efficiency after the spread of light per photon. */
  readonly swankFactor: number;
  /** Light spread; the weights add up to 1. MTF(f) = Σ w · exp(−2π²σ²f²). */
  readonly spread: readonly SpreadComponent[];
  /** Standard deviation of the read-out of one native pixel, in keV of absorbed energy. */
  readonly electronicNoiseKeV: number;
  /** Air kerma of the RQA5 beam that fills the pixel. */
  readonly saturationKermaMicroGy: number;
  readonly bits: number;
  /** Digital value without any X-rays. */
  readonly offsetDigital: number;
  /** Where the numbers come from. */
  readonly source: string;
}

/** RQA5 (IEC 62220-1): photons per mm² and µGy, and mean energy behind 21 mm of additional aluminium at 70 kV. */
const RQA5_PHOTONS_PER_MM2_MICROGY = 30174;
const RQA5_MEAN_KEV = 52;

/**
 * Probability that a photon is absorbed in the scintillator.
 *
 *   η(E) = exp(−Σ (μ/ρ)·ρ·t over the cover) · (1 − exp(−(μ/ρ)_CsI(E) · ρ_CsI · packing · thickness))
 *
 * Ignores K-fluorescence that escapes (it is part of the Swank factor) and oblique paths (under 2 % of the layer's
 * thickness at 11° incidence).
 */
export function absorptionEfficiency(detector: DetectorModel, energyKeV: ArrayLike<number>): Float64Array {
  const layer = (material: Material, gPerCm2: number): Float64Array =>
    massAttenuationTable(material, energyKeV).map((cm2PerG) => Math.exp(-cm2PerG * gPerCm2));
  const csi = materialByName("CsI");
  const passed = layer(
    csi,
    csi.densityGPerCm3 * detector.packingFraction * (detector.scintillatorThicknessMm / 10),
  );
  const efficiency = passed.map((transmission) => 1 - transmission);
  for (const { material: name, thicknessMm } of detector.cover) {
    const material = materialByName(name);
    const cover = layer(material, material.densityGPerCm3 * (thicknessMm / 10));
    for (let i = 0; i < efficiency.length; i++) efficiency[i] *= cover[i];
  }
  return efficiency;
}

/** What one pixel of a given pitch does with absorbed energy. */
export interface PixelResponse {
  readonly areaMm2: number;
  readonly electronicNoiseKeV: number;
  /** Absorbed energy that fills the pixel. */
  readonly fullWellKeV: number;
  readonly digitalPerKeV: number;
}

/**
 * A pixel of another pitch is n = area / native area native pixels whose values are added after read-out: it collects
 * n times the energy and fills at n times, and the electronic noise grows with √n. For pixels finer than native ones
 * the same rule is extrapolated. The full well is the largest digital value.
 */
export function pixelResponse(
  detector: DetectorModel,
  pixelPitchMm: readonly [number, number],
): PixelResponse {
  const areaMm2 = pixelPitchMm[0] * pixelPitchMm[1];
  const [efficiency] = absorptionEfficiency(detector, [RQA5_MEAN_KEV]);
  const fullWellKeV =
    detector.saturationKermaMicroGy * RQA5_PHOTONS_PER_MM2_MICROGY * RQA5_MEAN_KEV * efficiency * areaMm2;
  return {
    areaMm2,
    electronicNoiseKeV: (detector.electronicNoiseKeV * Math.sqrt(areaMm2)) / detector.nativePitchMm,
    fullWellKeV,
    digitalPerKeV: (2 ** detector.bits - 1 - detector.offsetDigital) / fullWellKeV,
  };
}
