import { voxelCount } from "../../geometry/grid.ts";
import { applyToPoint, compose, invert } from "../../geometry/transform.ts";
import type { Landmark } from "../../volume/landmark.ts";
import { volume } from "../../volume/volume.ts";
import type { Anatomy } from "../anatomy.ts";
import { compactLabels, labelMapOf, labelNumbering } from "./labelled-anatomy.ts";
import { leftOf, midSagittalPlane, reflection } from "./mid-sagittal-plane.ts";
import { emptyLike, nearestIndex, smoothstep, storable, trilinear } from "./sample-voxels.ts";
import { otherSide, type Side } from "./sided-names.ts";

/** HU pass from one side to the other over this width, starting at the plane. */
const SEAM_MM = 8;

/**
 * Replaces one side of the patient by the mirror image of the other, about the fitted mid-sagittal plane: CT by trilinear interpolation,
 * labels by the nearest voxel with their sides swapped by name, landmarks likewise. At the plane both sides meet in the same place, so
 * the seam is continuous; over 8 mm beside it old and new HU are blended. The other side is not touched at all.
 *
 * Where the mirrored place lies outside the volume, the nearest voxel of its border is taken. Organs of the other side are mirrored as
 * well: a patient whose right side is mirrored has two livers.
 *
 * @throws InputError `preparation-labels`, `preparation-label-missing`
 */
export function mirrorSide(anatomy: Anatomy, replaced: Side): Anatomy {
  const labelMap = labelMapOf(anatomy, "mirror");
  const { ct } = anatomy;
  const { grid } = ct;
  const plane = midSagittalPlane(labelMap);
  const mirror = reflection(plane);
  const m = compose(invert(grid.lpsFromVoxel), compose(mirror, grid.lpsFromVoxel)).matrix;
  const sign = replaced === "left" ? 1 : -1;
  const numbering = labelNumbering(labelMap.names, labelMap.labels);
  const swapped = new Uint16Array(65536);
  for (const label of new Set(labelMap.labels)) {
    const name = labelMap.names.get(label);
    swapped[label] =
      name === undefined || otherSide(name) === name ? label : numbering.numberOf(otherSide(name));
  }

  const values = emptyLike(ct.values, voxelCount(grid));
  values.set(ct.values);
  const store = storable(values);
  const labels = Uint16Array.from(labelMap.labels);
  const [ni, nj, nk] = grid.shape;
  let n = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++, n++) {
        const depthMm = sign * leftOf(plane, applyToPoint(grid.lpsFromVoxel, [i, j, k]));
        if (depthMm <= 0) continue;
        const x = m[0] * i + m[1] * j + m[2] * k + m[3];
        const y = m[4] * i + m[5] * j + m[6] * k + m[7];
        const z = m[8] * i + m[9] * j + m[10] * k + m[11];
        const share = smoothstep(0, SEAM_MM, depthMm);
        values[n] = store((1 - share) * ct.values[n] + share * trilinear(ct.values, grid.shape, x, y, z));
        labels[n] = swapped[labelMap.labels[nearestIndex(grid.shape, x, y, z)]];
      }

  const kept = anatomy.landmarks.filter(({ lpsMm }) => sign * leftOf(plane, lpsMm) <= 0);
  const made = kept
    .filter(({ name }) => otherSide(name) !== name)
    .map(({ name, lpsMm }): Landmark => ({ name: otherSide(name), lpsMm: applyToPoint(mirror, lpsMm) }));
  return {
    ct: volume("HU", grid, values),
    labelMap: { grid, labels: compactLabels(labels), names: numbering.names },
    landmarks: [...kept, ...made.filter(({ name }) => kept.every((landmark) => landmark.name !== name))],
  };
}
