import { InputError } from "../error/input-error.ts";
import { massAttenuationCm2PerG } from "../material/attenuation.ts";
import { materialByName } from "../material/named-materials.ts";
import { printJson } from "./failure.ts";

const INTERACTIONS = ["total", "photoelectric", "compton", "rayleigh", "energy-absorption"] as const;

export function attenuationCommand(
  name: string,
  options: { energy: number; density?: number; json?: boolean },
): void {
  const material = materialByName(options.density === undefined ? name : `${name}@${options.density}`);
  const densityGPerCm3 = options.density ?? material.densityGPerCm3;
  const values = Object.fromEntries(
    INTERACTIONS.map((interaction) => [
      interaction,
      massAttenuationCm2PerG(material, options.energy, interaction),
    ]),
  );
  if (!Number.isFinite(values.total))
    throw new InputError("attenuation", `no attenuation is known for ${name} at ${options.energy} keV`);
  const massAttenuation = values.total;
  if (options.json) {
    printJson({
      material: material.name,
      energyKeV: options.energy,
      massAttenuationCm2PerG: massAttenuation,
      densityGPerCm3,
      linearAttenuationPerMm: (massAttenuation * densityGPerCm3) / 10,
      interactionsCm2PerG: values,
    });
    return;
  }
  console.log(`${material.name}, ${densityGPerCm3} g/cm³, at ${options.energy} keV`);
  for (const interaction of INTERACTIONS)
    console.log(`  ${interaction.padEnd(18)} ${values[interaction].toPrecision(5).padStart(12)} cm²/g`);
  console.log(
    `  ${"half-value layer".padEnd(18)} ${((10 * Math.LN2) / (massAttenuation * densityGPerCm3)).toPrecision(4).padStart(12)} mm`,
  );
}
