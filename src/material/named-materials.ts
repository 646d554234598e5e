import { closestNames } from "../error/closest-names.ts";
import { InputError } from "../error/input-error.ts";
import { bariumContrast, iodineContrast } from "./contrast-medium.ts";
import { readsAsFormula } from "./formula.ts";
import { densities, symbols } from "./generated/attenuation-data.ts";
import type { Material } from "./material.ts";
import { elementNames, type NamedMaterial, namedMaterials } from "./material-catalogue.ts";
import {
  checkedDensity,
  materialFromFormula,
  materialFromMassFractions,
  materialFromPartsText,
} from "./user-material.ts";

/**
 * A material by its name, alias or chemical symbol; upper and lower case, spaces, hyphens and underscores do not matter.
 *
 * Beyond the catalogue: `iodine-contrast-300` (mg iodine per ml of water), `iodinated-blood-15` (mg/ml of blood),
 * `barium-contrast-60` (g per 100 ml), any compound as `FORMULA@DENSITY`, e.g. `CaWO4@6.06`, any mixture as
 * `PARTS@DENSITY`, e.g. `Cu:0.88,Sn:0.12@8.8`, and a name with another density, e.g. `lung@0.3`. Before `@` a text that
 * reads as a formula is one.
 */
export function materialByName(name: string): Material {
  const known = catalogue().get(normalised(name));
  if (known) return known();
  const [composition, density, ...rest] = name.split("@");
  if (density !== undefined && rest.length === 0)
    return materialOfDensity(composition.trim(), Number(density), name);
  const contrast = /^(iodinecontrast|iodinatedblood|bariumcontrast)(\d+)$/.exec(normalised(name));
  if (contrast) return contrastMedium(contrast[1], Number(contrast[2]));
  throw new InputError("unknown-material", `there is no material called "${name.slice(0, 80)}"`, {
    remedy: `did you mean ${closestNames(name, materialNames(), 3).join(", ")}? Any compound can be written as FORMULA@DENSITY, e.g. CaWO4@6.06`,
  });
}

function materialOfDensity(composition: string, densityGPerCm3: number, name: string): Material {
  if (composition.includes(":")) return materialFromPartsText(composition, densityGPerCm3, name);
  const known = readsAsFormula(composition) ? undefined : catalogue().get(normalised(composition));
  if (!known) return materialFromFormula(composition, densityGPerCm3, name);
  return { ...known(), name, densityGPerCm3: checkedDensity(name, densityGPerCm3) };
}

/** Every name of the catalogue, elements last, without aliases. */
export const materialNames = (): string[] => [...namedMaterials.map(({ name }) => name), ...elementNames];

const normalised = (name: string): string => name.toLowerCase().replace(/[\s_.,()-]/g, "");

let entries: Map<string, () => Material> | undefined;

function catalogue(): Map<string, () => Material> {
  if (entries) return entries;
  entries = new Map();
  elementNames.forEach((name, index) => {
    const build = once(() => materialFromFormula(symbols[index], densities[index], name));
    entries?.set(normalised(name), build).set(normalised(symbols[index]), build);
  });
  for (const [alias, name] of [
    ["aluminum", "aluminium"],
    ["sulphur", "sulfur"],
    ["cesium", "caesium"],
  ])
    entries.set(alias, () => materialByName(name));
  for (const named of namedMaterials) {
    const build = once(() => fromCatalogue(named));
    for (const name of [named.name, ...named.aliases]) entries.set(normalised(name), build);
  }
  entries.set("iodinecontrast", () => contrastMedium("iodinecontrast", 300));
  entries.set("iodinatedblood", () => contrastMedium("iodinatedblood", 15));
  entries.set("bariumcontrast", () => contrastMedium("bariumcontrast", 60));
  return entries;
}

function once<T>(build: () => T): () => T {
  let built: T | undefined;
  return () => (built ??= build());
}

function fromCatalogue({ name, densityGPerCm3, composition }: NamedMaterial): Material {
  if ("formula" in composition) return materialFromFormula(composition.formula, densityGPerCm3, name);
  const words = composition.partsByMass.split(" ");
  const parts: Record<string, number> = {};
  for (let i = 0; i < words.length; i += 2) parts[words[i]] = Number(words[i + 1]);
  return materialFromMassFractions(name, parts, densityGPerCm3);
}

function contrastMedium(kind: string, concentration: number): Material {
  if (kind === "bariumcontrast") return bariumContrast(concentration, materialByName("water"));
  return iodineContrast(concentration, materialByName(kind === "iodinatedblood" ? "blood" : "water"));
}
