import { InputError } from "../error/input-error.ts";
import type { LabelMap } from "../volume/label-map.ts";
import type { Precedence, Structure, StructureSet } from "./structure.ts";
import { labelBoxes } from "./structure-voxels.ts";

/** A structure by the names of its labels, as the TotalSegmentator classes are called. */
export interface NamedStructure extends Omit<Structure, "labels"> {
  readonly labelNames: RegExp;
}

/** The labels whose names match, among the names of the map (present in the volume or not). */
export const labelsNamed = (labelMap: LabelMap, pattern: RegExp): number[] =>
  [...labelMap.names].filter(([, name]) => pattern.test(name)).map(([label]) => label);

/**
 * A set from names. All its structures are kept, even those without a label, so that class values are the same for
 * every patient; a map without a voxel of any of them is refused.
 */
export function namedStructureSet(
  labelMap: LabelMap,
  set: { id: string; structures: readonly NamedStructure[]; precedence: Precedence },
): StructureSet {
  const structures = set.structures.map(
    ({ labelNames, ...structure }): Structure => ({
      ...structure,
      labels: labelsNamed(labelMap, labelNames),
    }),
  );
  const present = labelBoxes(labelMap);
  if (!structures.some(({ labels }) => labels.some((label) => present.has(label))))
    throw new InputError(
      "structures-absent",
      `the ${set.id} structures need labels named as TotalSegmentator names them; no voxel of this map has one`,
      {
        remedy:
          "give a table of label names, or project all labels; synthex inspect tells why numbers were not taken for TotalSegmentator's",
      },
    );
  return { structures, precedence: set.precedence };
}
