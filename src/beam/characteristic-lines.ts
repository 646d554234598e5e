import { massAttenuationTable } from "../material/attenuation.ts";
import { materialByName } from "../material/named-materials.ts";

export const TUNGSTEN_K_EDGE_KEV = 69.525;

/** Tungsten K lines: energy in keV and share of the K photons. */
export const tungstenKLines = [
  { name: "Kα2", energyKeV: 57.981, share: 0.291 },
  { name: "Kα1", energyKeV: 59.318, share: 0.505 },
  { name: "Kβ1", energyKeV: 67.2, share: 0.162 },
  { name: "Kβ2", energyKeV: 69.1, share: 0.042 },
] as const;

/** Photons per electron and steradian of each line of `tungstenKLines`. */
export function characteristicPhotons(kv: number, sinePath: number): Float64Array {
  const overvoltage = kv / TUNGSTEN_K_EDGE_KEV;
  if (overvoltage <= 1) return new Float64Array(tungstenKLines.length);
  const mu = massAttenuationTable(
    materialByName("tungsten"),
    tungstenKLines.map(({ energyKeV }) => energyKeV),
  );
  return mu.map(
    (cm2PerG, line) =>
      1.2e-4 * (overvoltage - 1) ** 1.65 * tungstenKLines[line].share * Math.exp(-cm2PerG * 0.002 * sinePath),
  );
}
