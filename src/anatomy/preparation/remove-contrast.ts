import { spacingMm } from "../../geometry/grid.ts";
import type { Vector3 } from "../../geometry/vector.ts";
import { volume } from "../../volume/volume.ts";
import type { Anatomy } from "../anatomy.ts";
import { connectedComponents } from "./connected-components.ts";
import { distanceMapMm } from "./distance-map.ts";
import { BONE_NAMES, labelMapOf, maskOf, neededLabels, presentLabels } from "./labelled-anatomy.ts";
import { emptyLike, storable } from "./sample-voxels.ts";

/** What carries an injected contrast medium, by the names of TotalSegmentator. */
const ENHANCED =
  /^(heart.*|atrial_appendage.*|aorta|pulmonary_(vein|artery)|brachiocephalic_.*|subclavian_artery.*|common_carotid_artery.*|(superior|inferior)_vena_cava|portal_vein_.*|iliac_(artery|vena).*|kidney_(left|right)|spleen)$/;
/** Blood with an ordinary share of cells, 37 °C. */
const BLOOD_HU = 45;
/** So far about an enhanced vessel its partial volume and what its label missed is looked for, above this many HU. */
const RIM_MM = 5;
const RIM_HU = 110;
/** A vessel without a label is this bright or brighter. */
const VESSEL_HU = 450;
/** No bone is as dense as undiluted contrast medium in the vein it was injected into. */
const UNDILUTED_HU = 2000;

export interface ContrastRemoval {
  readonly anatomy: Anatomy;
  /** What got new HU. */
  readonly changedCm3: number;
}

/**
 * Takes an injected contrast medium out of a CT: heart, vessels, kidneys and spleen get no more than the HU of blood (45), and so does bright soft
 * tissue within 5 mm of them (above 110 HU, no bone): their partial volume, and what the label missed. A vessel without a label, such as a vein of
 * the arm, is found as an unlabelled part above 450 HU that touches a labelled vessel or exceeds 2000 HU somewhere, which no bone does. Radiographs are taken
 * without contrast medium; with it the mediastinum is denser than any patient's. Labels stay; calcified walls are lost. Take metal out first.
 *
 * @throws InputError `preparation-labels`, `preparation-label-missing` where no vessel, heart, kidney or spleen is labelled
 */
export function removeContrast(anatomy: Anatomy): ContrastRemoval {
  const { ct } = anatomy;
  const labelMap = labelMapOf(anatomy, "remove-contrast");
  const labelled = maskOf(
    labelMap,
    neededLabels(labelMap, ENHANCED, "remove-contrast", "heart, vessels, kidneys or spleen"),
  );
  const bone = maskOf(labelMap, presentLabels(labelMap, BONE_NAMES));
  const spacing = spacingMm(ct.grid);
  const enhanced = connectedWith(
    labelled.map((inside, n) => (inside === 1 || ct.values[n] > UNDILUTED_HU ? 1 : 0)),
    ct.grid.shape,
    (n) => labelMap.labels[n] === 0 && ct.values[n] > VESSEL_HU,
  );
  const fromEnhanced = distanceMapMm(enhanced, ct.grid.shape, spacing);
  const values = emptyLike(ct.values, ct.values.length);
  const store = storable(values);
  let changed = 0;
  for (let n = 0; n < values.length; n++) {
    const hu = ct.values[n];
    const isEnhanced =
      hu > BLOOD_HU && (enhanced[n] === 1 || (bone[n] === 0 && hu > RIM_HU && fromEnhanced[n] <= RIM_MM));
    values[n] = isEnhanced ? store(BLOOD_HU) : hu;
    if (isEnhanced) changed++;
  }
  return {
    anatomy: { ...anatomy, ct: volume("HU", ct.grid, values) },
    changedCm3: (changed * spacing[0] * spacing[1] * spacing[2]) / 1000,
  };
}

/** A mask and those of the other voxels that are connected with it. */
function connectedWith(mask: Uint8Array, shape: Vector3, isOther: (n: number) => boolean): Uint8Array {
  const both = mask.map((inside, n) => (inside === 1 || isOther(n) ? 1 : 0));
  const { part } = connectedComponents(both, shape);
  const touched = new Set<number>();
  mask.forEach((inside, n) => {
    if (inside === 1) touched.add(part[n]);
  });
  return both.map((inside, n) => (inside === 1 && touched.has(part[n]) ? 1 : 0));
}
