import { attenuationRelativeToWater, EMPTY_HU, hounsfieldOf, relativeAttenuationOf } from "./hounsfield.ts";
import type { Material } from "./material.ts";
import { materialByName } from "./named-materials.ts";

/** Mass densities in g/cm³ that a CT number stands for, one per material. */
export interface DensityCurve {
  readonly materials: readonly Material[];
  densities(hu: number): number[];
}

/**
 * DeepDRR's air, soft tissue and bone: ρ = max(0, min(0.001029 HU + 1.030, 0.0005886 HU + 1.030)) g/cm³,
 * all of it air up to −800 HU, soft tissue up to 350 HU, bone above.
 *
 * One difference: voxels at or below −950 HU (under 0.053 g/cm³, room air) are empty, so rays can skip them.
 */
export function thresholdCurve(): DensityCurve {
  return {
    materials: ["air", "soft tissue", "bone"].map(materialByName),
    densities(hu) {
      if (hu <= EMPTY_HU) return [0, 0, 0];
      const density = Math.max(0, Math.min(0.001029 * hu + 1.03, 0.0005886 * hu + 1.03));
      return [hu <= -800 ? density : 0, hu > -800 && hu <= 350 ? density : 0, hu > 350 ? density : 0];
    },
  };
}

const PURE_SOFT_TISSUE_BELOW_HU = -250;
const PURE_ADIPOSE_HU = -100;
const PURE_SOFT_TISSUE_HU = 20;
const FIRST_BONE_HU = 100;
const FIRST_METAL_HU = 2500;
const PURE_METAL_HU = 3000;

/**
 * A smooth mixture of soft tissue, adipose tissue, cortical bone and metal.
 *
 * Mass fractions w change linearly between anchors, and the density is the one that gives the voxel's CT number back
 * at 70 keV: ρ = (1 + HU/1000) / Σ w a, with a the mass attenuation relative to water. So ρ and μ are continuous
 * in HU, and noise never flips a material. Lung is soft tissue of low density.
 *
 * | HU | mixture |
 * | −950 to −900 | fades in from nothing (room air is empty) |
 * | to −250 | soft tissue with air: lung, bowel gas at its walls |
 * | −250, −100, 20 | soft tissue, adipose, soft tissue |
 * | 20 to 100 | soft tissue |
 * | 100 to cortical bone of 1.92 g/cm³ (about 1600) | bone by volume in soft tissue, then denser bone |
 * | 2500 to 3000 | bone to metal, then metal |
 */
export function tissueCurve(metal: Material): DensityCurve {
  const materials = [materialByName("soft tissue"), materialByName("adipose"), materialByName("bone"), metal];
  const relative = materials.map(attenuationRelativeToWater);
  const [softTissue, , bone] = materials;
  const boneHu = hounsfieldOf([[bone, bone.densityGPerCm3]]);
  const softTissueGPerCm3 = (1 + FIRST_BONE_HU / 1000) / attenuationRelativeToWater(softTissue);

  const massFractions = (hu: number): number[] => {
    if (hu >= FIRST_METAL_HU) {
      const metalFraction = ramp(hu, FIRST_METAL_HU, PURE_METAL_HU);
      return [0, 0, 1 - metalFraction, metalFraction];
    }
    if (hu >= FIRST_BONE_HU) {
      const boneGPerCm3 = ramp(hu, FIRST_BONE_HU, boneHu) * bone.densityGPerCm3;
      const restGPerCm3 = (1 - ramp(hu, FIRST_BONE_HU, boneHu)) * softTissueGPerCm3;
      const boneFraction = boneGPerCm3 / (boneGPerCm3 + restGPerCm3);
      return [1 - boneFraction, 0, boneFraction, 0];
    }
    const adipose =
      hu < PURE_ADIPOSE_HU
        ? ramp(hu, PURE_SOFT_TISSUE_BELOW_HU, PURE_ADIPOSE_HU)
        : 1 - ramp(hu, PURE_ADIPOSE_HU, PURE_SOFT_TISSUE_HU);
    return [1 - adipose, adipose, 0, 0];
  };

  return {
    materials,
    densities(hu) {
      const fractions = massFractions(hu);
      const perGram = fractions.reduce((sum, fraction, m) => sum + fraction * relative[m], 0);
      const density = relativeAttenuationOf(hu) / perGram;
      return fractions.map((fraction) => fraction * density);
    },
  };
}

/** One material whatever the CT number; its density follows from it, as in `tissueCurve`. */
export function singleMaterialCurve(material: Material): DensityCurve {
  const relative = attenuationRelativeToWater(material);
  return { materials: [material], densities: (hu) => [relativeAttenuationOf(hu) / relative] };
}

const ramp = (value: number, from: number, to: number): number =>
  Math.min(1, Math.max(0, (value - from) / (to - from)));
