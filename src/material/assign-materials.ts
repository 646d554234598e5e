import { namesHere } from "../error/closest-names.ts";
import { InputError } from "../error/input-error.ts";
import { sameGrid } from "../geometry/grid.ts";
import type { Allocate } from "../volume/field.ts";
import type { LabelMap } from "../volume/label-map.ts";
import type { Volume } from "../volume/volume.ts";
import { type DensityCurve, singleMaterialCurve, thresholdCurve, tissueCurve } from "./density-curve.ts";
import type { Material } from "./material.ts";
import type { MaterialVolume } from "./material-volume.ts";
import { materialByName } from "./named-materials.ts";
import { quantiseDensities } from "./quantise-densities.ts";

/**
 * How CT numbers become matter.
 *
 * `threshold`: air, soft tissue and bone as DeepDRR does. `tissue`: a smooth mixture of soft tissue, adipose, bone and
 * metal. `labels`: each named label is one material with the density its CT number gives; the rest is `tissue`.
 * Keys of `materials` are label names or numbers, values are names for `materialByName`.
 */
export type MaterialRule =
  | { readonly kind: "threshold" }
  | { readonly kind: "tissue"; readonly metal?: string }
  | {
      readonly kind: "labels";
      readonly materials: Readonly<Record<string, string>>;
      readonly metal?: string;
    };

const DEFAULT_METAL = "ti-6al-4v";

/**
 * HU (and labels) to the mass density of every material, in bytes with an unbiased dither (`quantiseDensities`).
 *
 * Voxels at or below −950 HU become exactly zero in every channel; so do voxels that are not a number.
 */
export function assignMaterials(
  ct: Volume,
  rule: MaterialRule,
  options: { readonly labels?: LabelMap; readonly allocate?: Allocate } = {},
): MaterialVolume {
  const { curves, curveOfLabel } = curvesOf(rule, ct, options.labels);
  const materials = distinct(curves.flatMap((curve) => curve.materials));
  const fields = quantiseDensities({
    ct,
    curves,
    materials,
    ...(curveOfLabel && options.labels ? { selection: { labels: options.labels.labels, curveOfLabel } } : {}),
    ...(options.allocate ? { allocate: options.allocate } : {}),
  });
  return { grid: ct.grid, materials, fields };
}

interface Curves {
  readonly curves: readonly DensityCurve[];
  /** Label number -> index of its curve; without it the first curve serves every voxel. */
  readonly curveOfLabel?: Uint16Array;
}

function curvesOf(rule: MaterialRule, ct: Volume, labels: LabelMap | undefined): Curves {
  if (rule.kind === "threshold") return { curves: [thresholdCurve()] };
  const tissue = tissueCurve(materialByName(rule.metal ?? DEFAULT_METAL));
  if (rule.kind === "tissue") return { curves: [tissue] };
  if (!labels)
    throw new InputError(
      "labels-missing",
      "the material rule `labels` was asked for, but there is no label map",
      {
        remedy: "give a label map, or use the rule `tissue`",
      },
    );
  if (Object.keys(rule.materials).length === 0)
    throw new InputError("label-materials-missing", "the material rule `labels` gives no label a material", {
      remedy:
        "give materials.byLabel in the scene or --label-material LABEL:MATERIAL, or use the rule `tissue`",
    });
  if (!sameGrid(ct.grid, labels.grid))
    throw new InputError("label-grid", "the label map and the CT do not lie on the same grid", {
      remedy: "resample the label map to the CT",
    });

  const curves: DensityCurve[] = [tissue];
  const curveOfLabel = new Uint16Array(65536);
  const curveOfMaterial = new Map<string, number>();
  for (const [label, materialName] of Object.entries(rule.materials)) {
    const material = materialByName(materialName);
    let curve = curveOfMaterial.get(material.name);
    if (curve === undefined) {
      curve = curves.push(singleMaterialCurve(material)) - 1;
      curveOfMaterial.set(material.name, curve);
    }
    for (const number of labelNumbers(label, labels)) curveOfLabel[number] = curve;
  }
  return { curves, curveOfLabel };
}

function labelNumbers(label: string, { names }: LabelMap): number[] {
  const byName = [...names].filter(([, name]) => name === label).map(([number]) => number);
  if (byName.length > 0) return byName;
  const number = Number(label.replace(/^label_/, ""));
  if (Number.isInteger(number) && number > 0 && number < 65536) return [number];
  throw new InputError("label-unknown", `the label map has no label "${label.slice(0, 80)}"`, {
    remedy: `its labels are ${namesHere(label, [...names.values()])}`,
  });
}

function distinct(materials: readonly Material[]): Material[] {
  return [...new Map(materials.map((material) => [material.name, material])).values()];
}
