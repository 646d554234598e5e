import type { Anatomy } from "../anatomy/anatomy.ts";
import { InputError } from "../error/input-error.ts";
import type { Camera } from "../geometry/camera.ts";
import { sameGrid } from "../geometry/grid.ts";
import { type LoadedStructures, loadStructures } from "../label/load-structures.ts";
import { assignMaterials, type MaterialRule } from "../material/assign-materials.ts";
import { linearAttenuationField } from "../material/linear-attenuation-field.ts";
import type { Material } from "../material/material.ts";
import type { AreaDensityImage } from "../projector/area-density.ts";
import type { LineIntegrals, LoadedField, Projector } from "../projector/projector.ts";
import type { Field } from "../volume/field.ts";
import { selectStructures } from "../label/structure-set.ts";
import type { Scene } from "./scene.ts";

/** An anatomy made ready for one projector: any number of scenes may be simulated on it without preparing it again. */
export interface Patient {
  readonly anatomy: Anatomy;
  /** g/cm² of every material along every ray. */
  areaDensity(
    rule: MaterialRule,
    camera: Camera,
  ): Promise<{ image: AreaDensityImage; materials: readonly Material[] }>;
  /** ∫ μ dl of one grey anatomy, dimensionless. */
  lineIntegral(kind: "naive" | "heuristic", camera: Camera): Promise<LineIntegrals>;
  /** What `areaDensity` integrates, in the order of its materials: g/cm³. */
  densityFields(rule: MaterialRule): Promise<readonly Field[]>;
  /** What `lineIntegral` integrates: 1/mm. */
  greyField(kind: "naive" | "heuristic"): Promise<Field>;
  structures(selection: Scene["structures"]): Promise<LoadedStructures | undefined>;
  release(): Promise<void>;
}

const CM_PER_MM = 0.1;

/** @throws InputError `label-grid` when the labels do not lie on the voxels of the CT */
export function openPatient(anatomy: Anatomy, projector: Projector): Patient {
  const { ct, labelMap } = anatomy;
  if (labelMap && !sameGrid(ct.grid, labelMap.grid))
    throw new InputError(
      "label-grid",
      `the label map (${labelMap.grid.shape.join(" × ")} voxels) does not lie on the grid of the CT (${ct.grid.shape.join(" × ")})`,
      { remedy: "resample the label map to the CT; synthex inspect CT --labels FILE shows both" },
    );
  const prepared = new Map<string, Promise<{ release(): Promise<void> }>>();
  // Each preparation happens once; a failed one may be tried again.
  function once<T extends { release(): Promise<void> }>(key: string, prepare: () => Promise<T>): Promise<T> {
    const known = prepared.get(key) as Promise<T> | undefined;
    if (known) return known;
    const made = prepare();
    prepared.set(key, made);
    made.catch(() => prepared.delete(key));
    return made;
  }

  const loadMaterials = (rule: MaterialRule) =>
    once(`materials ${JSON.stringify(rule)}`, async () => {
      const { materials, fields } = assignMaterials(ct, rule, {
        ...(labelMap ? { labels: labelMap } : {}),
        allocate: projector.allocate,
      });
      const loaded: LoadedField[] = [];
      for (const field of fields) loaded.push(await projector.load(field));
      return {
        materials,
        loaded,
        release: async () => {
          for (const field of loaded) await field.release();
        },
      };
    });

  const loadGrey = (kind: "naive" | "heuristic") =>
    once(kind, () => projector.load(linearAttenuationField(ct, kind, projector.allocate)));

  return {
    anatomy,
    async areaDensity(rule, camera) {
      const { materials, loaded } = await loadMaterials(rule);
      const { widthPx, heightPx } = camera;
      const pixels = widthPx * heightPx;
      let gPerCm2 = new Float32Array(0);
      for (const [index, field] of loaded.entries()) {
        const channels = Math.min(4, materials.length - 4 * index);
        // Line integrals are given away: they may be changed in place.
        const part = (await field.integrate(camera)).values.subarray(0, channels * pixels) as typeof gPerCm2;
        for (let n = 0; n < part.length; n++) part[n] *= CM_PER_MM;
        if (loaded.length === 1) gPerCm2 = part;
        else {
          if (index === 0) gPerCm2 = new Float32Array(materials.length * pixels);
          gPerCm2.set(part, 4 * index * pixels);
        }
      }
      return {
        image: { widthPx, heightPx, materials: materials.map(({ name }) => name), gPerCm2 },
        materials,
      };
    },
    lineIntegral: async (kind, camera) => (await loadGrey(kind)).integrate(camera),
    densityFields: async (rule) => (await loadMaterials(rule)).loaded.map(({ field }) => field),
    greyField: async (kind) => (await loadGrey(kind)).field,
    async structures(selection) {
      if (!labelMap) return undefined;
      return once(`structures ${JSON.stringify(selection)}`, () =>
        loadStructures({ labelMap, set: selectStructures(labelMap, selection), projector }),
      );
    },
    async release() {
      for (const resource of prepared.values()) await (await resource).release();
      prepared.clear();
    },
  };
}
