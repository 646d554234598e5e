import { InputError } from "../../error/input-error.ts";
import { sameGrid } from "../../geometry/grid.ts";
import type { LabelMap } from "../../volume/label-map.ts";
import type { Anatomy } from "../anatomy.ts";

/** Bones and costal cartilage, as TotalSegmentator names them. */
export const BONE_NAMES = /^(hip|femur|sacrum|vertebrae|rib|sternum|costal|scapula|clavicula|humerus|skull)/;

/** The label map of an anatomy, on the grid of its CT; a preparation that cannot do without refuses by its own name. */
export function labelMapOf({ ct, labelMap }: Anatomy, step: string): LabelMap {
  if (!labelMap)
    throw new InputError(
      "preparation-labels",
      `the preparation "${step}" needs a label map, and there is none`,
      {
        remedy: "give labels, for instance those of TotalSegmentator",
      },
    );
  if (!sameGrid(labelMap.grid, ct.grid))
    throw new InputError(
      "preparation-grid",
      `the preparation "${step}" needs labels on the grid of the CT (${ct.grid.shape.join(" × ")} voxels), found ${labelMap.grid.shape.join(" × ")} voxels elsewhere`,
      { remedy: "resample the labels to the CT by nearest neighbour" },
    );
  return labelMap;
}

/** The numbers of all labels whose name matches and that have a voxel. */
export function presentLabels(labelMap: LabelMap, pattern: RegExp): number[] {
  const named = [...labelMap.names].filter(([, name]) => pattern.test(name)).map(([label]) => label);
  if (named.length === 0) return [];
  const seen = new Uint8Array(65536);
  for (const label of labelMap.labels) seen[label] = 1;
  return named.filter((label) => seen[label] === 1);
}

/** The same, refused when there is none. */
export function neededLabels(labelMap: LabelMap, pattern: RegExp, step: string, words: string): number[] {
  const found = presentLabels(labelMap, pattern);
  if (found.length > 0) return found;
  throw new InputError(
    "preparation-label-missing",
    `the preparation "${step}" needs a label for ${words}, and no voxel has one`,
    {
      remedy:
        "name the labels as TotalSegmentator does (hip_left, femur_right, sacrum …), or leave this step out",
    },
  );
}

/** 1 where a voxel has one of the labels. */
export function maskOf(labelMap: LabelMap, wanted: readonly number[]): Uint8Array {
  const belongs = new Uint8Array(65536);
  for (const label of wanted) belongs[label] = 1;
  return Uint8Array.from(labelMap.labels, (label) => belongs[label]);
}

/** Names and numbers that can be added to: the number of a name, a new one if the name is new. */
export function labelNumbering(names: ReadonlyMap<number, string>, used: ArrayLike<number>) {
  const numbered = new Map(names);
  let highest = 0;
  for (const label of numbered.keys()) highest = Math.max(highest, label);
  for (let n = 0; n < used.length; n++) if (used[n] > highest) highest = used[n];
  return {
    names: numbered as ReadonlyMap<number, string>,
    numberOf(name: string): number {
      for (const [label, known] of numbered) if (known === name) return label;
      highest++;
      numbered.set(highest, name);
      return highest;
    },
  };
}

/** Bytes where they suffice, 16 bits where not. */
export function compactLabels(labels: Uint16Array): Uint8Array | Uint16Array {
  return labels.every((label) => label < 256) ? Uint8Array.from(labels) : labels;
}
