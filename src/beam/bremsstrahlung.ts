import { massAttenuationTable } from "../material/attenuation.ts";
import { materialByName } from "../material/named-materials.ts";
import { squaredSpeed, stoppingPowerKeVCm2PerG } from "./electron-slowing.ts";

const STEPS = 24;
const AVOGADRO = 6.02214076e23;
const TUNGSTEN_G_PER_MOL = 183.84;
const CM2_PER_MILLIBARN = 1e-27;
const DEPTH_PART = 0.3;

/** Photons per electron, steradian and keV at each energy (keV). */
export function bremsstrahlung(kv: number, sinePath: number, energyKeV: ArrayLike<number>): Float64Array {
  const tungsten = massAttenuationTable(materialByName("tungsten"), energyKeV);
  const perGram = ((AVOGADRO / TUNGSTEN_G_PER_MOL) * 74 ** 2 * CM2_PER_MILLIBARN) / (4 * Math.PI);
  return tungsten.map((mu, bin) => {
    const energy = energyKeV[bin];
    const step = (kv - energy) / STEPS;
    let sum = 0;
    let depth = 0;
    for (let i = 0; i < STEPS; i++) {
      const kinetic = kv - (i + 0.5) * step;
      const stopping = stoppingPowerKeVCm2PerG(kinetic);
      depth += step / stopping;
      const scaled = 7 * (1 - 0.4 * (energy / kinetic));
      sum +=
        ((scaled / squaredSpeed(kinetic) / energy) * step * Math.exp(-mu * DEPTH_PART * depth * sinePath)) /
        stopping;
    }
    return perGram * sum;
  });
}
