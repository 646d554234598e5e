import { namesHere } from "../error/closest-names.ts";
import { InputError } from "../error/input-error.ts";
import type { LabelMap } from "../volume/label-map.ts";
import { chestStructures } from "./chest-structures.ts";
import { hipStructures } from "./hip-structures.ts";
import type { Structure, StructureSet } from "./structure.ts";
import { definedStructures, type StructureSetDefinition } from "./structure-definition.ts";
import { labelBoxes } from "./structure-voxels.ts";

/** Every label is a structure; where they overlap, a pixel shows the one nearest to the source. */
export function structuresFromLabelMap(labelMap: LabelMap): StructureSet {
  return frontMost(
    [...labelBoxes(labelMap).keys()].map((label) => ({ name: labelName(labelMap, label), labels: [label] })),
  );
}

/**
 * The structures that a scene asks for: `all` labels, a ready-made set (`hip`, `chest`; without the structures that
 * the label map has no name for), labels by name or number, or structures defined with rules of their own.
 */
export function selectStructures(labelMap: LabelMap, choice: StructureChoice): StructureSet {
  if (choice === "all") return structuresFromLabelMap(labelMap);
  if (choice === "hip") return hipStructures(labelMap);
  if (choice === "chest") return chestStructures(labelMap);
  if (!isNames(choice)) return definedStructures(labelMap, choice);
  const present = [...labelBoxes(labelMap).keys()];
  const structures = [...new Set(choice)].map((name): Structure => {
    const labels = present.filter((label) => labelName(labelMap, label) === name || String(label) === name);
    if (labels.length > 0) return { name, labels };
    const names = present.map((label) => labelName(labelMap, label));
    throw new InputError("structure-unknown", `no voxel of the label map is called "${name}"`, {
      remedy: `labels here: ${namesHere(name, names)}`,
    });
  });
  return frontMost(structures);
}

export type StructureChoice = "all" | "hip" | "chest" | readonly string[] | StructureSetDefinition;

const isNames = (choice: readonly string[] | StructureSetDefinition): choice is readonly string[] =>
  Array.isArray(choice);

const labelName = (labelMap: LabelMap, label: number): string =>
  labelMap.names.get(label) ?? `label_${label}`;

const frontMost = (structures: readonly Structure[]): StructureSet => ({
  structures,
  precedence: [{ nearest: structures.map((structure) => structure.name) }],
});
