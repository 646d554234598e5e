import { InputError } from "../error/input-error.ts";
import type { Material } from "./material.ts";
import { materialFromFormula, mixedByMass } from "./user-material.ts";

/** Iohexol; its density in solution follows from the labelled 1.349 g/ml at 300 mg iodine/ml (647 mg iohexol/ml). */
const iohexol = materialFromFormula("C19H26I3N3O9", 2.18, "iohexol");
const bariumSulfate = materialFromFormula("BaSO4", 4.5, "barium sulfate");

/** Mass fraction of iodine in iohexol, 3 · 126.90 / 821.14. */
const IODINE_IN_IOHEXOL = 0.4636;

/** Iohexol in a fluid (water, or blood for opacified vessels) with so many mg of iodine per ml, 0 to 500. */
export function iodineContrast(mgIodinePerMl: number, fluid: Material): Material {
  checkConcentration("iodine", mgIodinePerMl, 500, "mg/ml");
  const iohexolGPerMl = mgIodinePerMl / 1000 / IODINE_IN_IOHEXOL;
  return suspension(`iodine contrast ${mgIodinePerMl} mg/ml in ${fluid.name}`, iohexol, iohexolGPerMl, fluid);
}

/** Barium sulfate in water with so many g per 100 ml (percent w/v), 0 to 250. */
export function bariumContrast(percentWeightPerVolume: number, fluid: Material): Material {
  checkConcentration("barium sulfate", percentWeightPerVolume, 250, "% w/v");
  return suspension(
    `barium contrast ${percentWeightPerVolume} % w/v`,
    bariumSulfate,
    percentWeightPerVolume / 100,
    fluid,
  );
}

function suspension(name: string, agent: Material, agentGPerMl: number, fluid: Material): Material {
  const fluidGPerMl = (1 - agentGPerMl / agent.densityGPerCm3) * fluid.densityGPerCm3;
  const massFraction = agentGPerMl / (agentGPerMl + fluidGPerMl);
  return mixedByMass(name, [
    { material: agent, massFraction },
    { material: fluid, massFraction: 1 - massFraction },
  ]);
}

function checkConcentration(agent: string, value: number, highest: number, unit: string): void {
  if (!(value > 0 && value <= highest))
    throw new InputError(
      "contrast-concentration",
      `a concentration of ${agent} must lie above 0 and up to ${highest} ${unit}, found ${value}`,
    );
}
