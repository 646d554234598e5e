import { spacingMm } from "../geometry/grid.ts";
import { assignMaterials } from "../material/assign-materials.ts";
import { massAttenuationCm2PerG } from "../material/attenuation.ts";
import { tissueCurve } from "../material/density-curve.ts";
import { materialByName } from "../material/named-materials.ts";
import { paddedIndex } from "../volume/field.ts";
import type { Volume } from "../volume/volume.ts";
import { type Check, check } from "./check.ts";

const CM_PER_MM = 0.1;

/** Densities in bytes must not shift a picture: mean transmission of a real CT along an array axis, against float64 densities. */
export function quantisationChecks(ct: Volume): Check[] {
  const { grid, values } = ct;
  const [ni, nj, nk] = grid.shape;
  const curve = tissueCurve(materialByName("ti-6al-4v"));
  const { materials, fields } = assignMaterials(ct, { kind: "tissue" });
  const field = fields[0];
  const stepCm = spacingMm(grid)[1] * CM_PER_MM;
  return [40, 60, 80].map((energyKeV) => {
    // cm²/g · cm for each channel, by its name.
    const muOf = new Map(
      materials.map((material) => [material.name, massAttenuationCm2PerG(material, energyKeV) * stepCm]),
    );
    const perCurve = curve.materials.map(({ name }) => muOf.get(name) ?? 0);
    const perChannel = field.channels.map((name, channel) => (muOf.get(name) ?? 0) * field.scale[channel]);
    const known = new Map<number, number>();
    const attenuationOf = (hu: number): number => {
      const cached = known.get(hu);
      if (cached !== undefined) return cached;
      const value = curve.densities(hu).reduce((sum, density, m) => sum + density * perCurve[m], 0);
      known.set(hu, value);
      return value;
    };
    let [exact, ours] = [0, 0];
    for (let k = 0; k < nk; k++)
      for (let i = 0; i < ni; i++) {
        let [exactDepth, depth] = [0, 0];
        for (let j = 0; j < nj; j++) {
          exactDepth += attenuationOf(values[(k * nj + j) * ni + i]);
          const at = 4 * paddedIndex(grid, i, j, k);
          for (let channel = 0; channel < perChannel.length; channel++)
            depth += field.voxels[at + channel] * perChannel[channel];
        }
        exact += Math.exp(-exactDepth);
        ours += Math.exp(-depth);
      }
    return check({
      law: `densities in bytes: mean transmission of the demo pelvis at ${energyKeV} keV`,
      source: "the same rays through float64 densities",
      published: exact / (ni * nk),
      ours: ours / (ni * nk),
      bound: 0.003,
    });
  });
}
