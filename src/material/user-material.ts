import { InputError } from "../error/input-error.ts";
import { atomicNumberOf, massFractionsOfFormula } from "./formula.ts";
import type { Material } from "./material.ts";

/** Denser than anything at room conditions (osmium has 22.6 g/cm³). */
const HIGHEST_DENSITY = 25;

/** A pure compound: `materialFromFormula("CaWO4", 6.06)`. */
export function materialFromFormula(formula: string, densityGPerCm3: number, name = formula): Material {
  return {
    name,
    densityGPerCm3: checkedDensity(name, densityGPerCm3),
    massFractions: massFractionsOfFormula(formula),
  };
}

/**
 * A mixture by mass: `materialFromMassFractions("bronze", { Cu: 0.88, Sn: 0.12 }, 8.8)`.
 *
 * The parts must add up to 1 within 1 % (published tables are rounded) and are then scaled to 1 exactly.
 */
export function materialFromMassFractions(
  name: string,
  partsByMass: Readonly<Record<string, number>>,
  densityGPerCm3: number,
): Material {
  const fractions = new Map<number, number>();
  for (const [symbol, part] of Object.entries(partsByMass)) {
    const z = atomicNumberOf(symbol);
    if (z === undefined)
      throw new InputError(
        "element",
        `material "${name}" names "${symbol}", which is no element from H to U`,
      );
    if (!(part >= 0 && part <= 1))
      throw new InputError(
        "mass-fraction",
        `material "${name}" has a mass fraction of ${part} for ${symbol}`,
      );
    if (part > 0) fractions.set(z, part);
  }
  const sum = [...fractions.values()].reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) > 0.01)
    throw new InputError("mass-fraction", `the mass fractions of "${name}" add up to ${sum}, not to 1`);
  return {
    name,
    densityGPerCm3: checkedDensity(name, densityGPerCm3),
    massFractions: new Map([...fractions].map(([z, part]) => [z, part / sum])),
  };
}

/** `materialFromMassFractions` of one word: "Cu:0.88,Sn:0.12". */
export function materialFromPartsText(text: string, densityGPerCm3: number, name = text): Material {
  const parts: Record<string, number> = {};
  for (const entry of text.split(",")) {
    const match = /^\s*([A-Za-z]+)\s*:\s*(\d*\.?\d+)\s*$/.exec(entry);
    if (!match || Object.hasOwn(parts, match[1]))
      throw new InputError(
        "mass-fraction",
        `"${entry.slice(0, 40)}" in "${name.slice(0, 80)}" is no new element with its mass fraction`,
        { remedy: 'write elements and fractions that add up to 1, e.g. "Cu:0.88,Sn:0.12@8.8"' },
      );
    parts[match[1]] = Number(match[2]);
  }
  return materialFromMassFractions(name, parts, densityGPerCm3);
}

/** A mixture of materials with parts by mass; the density is that of volumes that add up. */
export function mixedByMass(
  name: string,
  parts: readonly { readonly material: Material; readonly massFraction: number }[],
): Material {
  const fractions = new Map<number, number>();
  let volumeCm3PerG = 0;
  for (const { material, massFraction } of parts) {
    volumeCm3PerG += massFraction / material.densityGPerCm3;
    for (const [z, part] of material.massFractions)
      fractions.set(z, (fractions.get(z) ?? 0) + part * massFraction);
  }
  return { name, densityGPerCm3: 1 / volumeCm3PerG, massFractions: fractions };
}

/** A density that matter at room conditions can have, or an InputError that names the material. */
export function checkedDensity(name: string, densityGPerCm3: number): number {
  if (!(densityGPerCm3 > 0 && densityGPerCm3 <= HIGHEST_DENSITY))
    throw new InputError(
      "density",
      `material "${name}" needs a density between 0 and ${HIGHEST_DENSITY} g/cm³, found ${densityGPerCm3}`,
    );
  return densityGPerCm3;
}
