import { massAttenuationTable } from "../material/attenuation.ts";
import { materialByName } from "../material/named-materials.ts";

/** Binding energy of tungsten's K shell: electrons below it make no K lines. */
export const TUNGSTEN_K_EDGE_KEV = 69.525;

/** Tungsten's K lines: energies and relative intensities of the X-Ray Data Booklet (table 1-3), as shares of their sum. */
export const tungstenKLines = [
  { name: "Kα2", energyKeV: 57.9817, share: 58 / 199 },
  { name: "Kα1", energyKeV: 59.3182, share: 100 / 199 },
  { name: "Kβ3", energyKeV: 66.9514, share: 11 / 199 },
  { name: "Kβ1", energyKeV: 67.2443, share: 22 / 199 },
  { name: "Kβ2", energyKeV: 69.067, share: 8 / 199 },
] as const;

/**
 * K photons that leave the anode, per electron and steradian, in the order of `tungstenKLines`:
 *
 *   n = A (kV/69.525 − 1)^m · share / (1 + μ x/sin α),   x = 19.5 mg/cm² (kV/100)^1.26
 *
 * The power of the overvoltage is that of Green and Cosslett (1968; 1.63) and Tucker et al. (1991; 1.648). A, m and x are
 * fitted to the K lines of the same 30 spectra as the bremsstrahlung, 3 % rms; x also covers the K photons that
 * bremsstrahlung sets free deeper in the anode. L lines (below 12.1 keV) are left out.
 */
export function characteristicPhotons(kv: number, takeOffAngleRad: number): Float64Array {
  if (kv <= TUNGSTEN_K_EDGE_KEV) return new Float64Array(tungstenKLines.length);
  const energies = tungstenKLines.map(({ energyKeV }) => energyKeV);
  const vacancies = 1.46001e-4 * (kv / TUNGSTEN_K_EDGE_KEV - 1) ** 1.6874;
  const depthGPerCm2 = 0.0195277 * (kv / 100) ** 1.2557;
  return massAttenuationTable(materialByName("tungsten"), energies).map(
    (cm2PerG, line) =>
      (vacancies * tungstenKLines[line].share) / (1 + (cm2PerG * depthGPerCm2) / Math.sin(takeOffAngleRad)),
  );
}
