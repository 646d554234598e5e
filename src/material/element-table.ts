import { base64, nodeCounts } from "./generated/attenuation-data.ts";

/** What a photon does in matter; `energy-absorption` is μ_en/ρ, the others add up to `total`. */
export type Interaction = "total" | "photoelectric" | "compton" | "rayleigh" | "energy-absorption";

export const LOWEST_KEV = 5;
export const HIGHEST_KEV = 150;

/** Natural logarithms of energy (keV) and of cm²/g; an edge stands twice, the value below it first. */
export interface ElementTable {
  readonly logEnergy: Float64Array;
  readonly logCm2PerG: Readonly<Record<Interaction, Float64Array>>;
}

const decoded = new Map<number, ElementTable>();
let bytes: Uint8Array | undefined;

/** The table of one element, 1 to 92, decoded when first asked for. */
export function elementTable(atomicNumber: number): ElementTable {
  const known = decoded.get(atomicNumber);
  if (known) return known;
  bytes ??= bytesOfBase64(base64);
  const view = new DataView(bytes.buffer);
  const nodes = nodeCounts[atomicNumber - 1];
  const firstByte = 20 * nodeCounts.slice(0, atomicNumber - 1).reduce((sum, count) => sum + count, 0);
  const row = (index: number) =>
    Float64Array.from({ length: nodes }, (_, node) =>
      view.getFloat32(firstByte + 4 * (index * nodes + node), true),
    );
  const [energy, photoelectric, compton, rayleigh, absorption] = [0, 1, 2, 3, 4].map(row);
  const table: ElementTable = {
    logEnergy: energy.map(Math.log),
    logCm2PerG: {
      total: photoelectric.map((value, node) => Math.log(value + compton[node] + rayleigh[node])),
      photoelectric: photoelectric.map(Math.log),
      compton: compton.map(Math.log),
      rayleigh: rayleigh.map(Math.log),
      "energy-absorption": absorption.map(Math.log),
    },
  };
  decoded.set(atomicNumber, table);
  return table;
}

function bytesOfBase64(text: string): Uint8Array {
  const characters = atob(text);
  const decodedBytes = new Uint8Array(characters.length);
  for (let i = 0; i < characters.length; i++) decodedBytes[i] = characters.charCodeAt(i);
  return decodedBytes;
}
