import { InputError } from "../error/input-error.ts";
import type { LabelMap } from "../volume/label-map.ts";
import { chestStructures } from "./chest-structures.ts";
import { hipStructures } from "./hip-structures.ts";
import type { Structure, StructureSet } from "./structure.ts";
import { labelBoxes } from "./structure-voxels.ts";

/** Every label is a structure; where they overlap, a pixel shows the one nearest to the source. */
export function structuresFromLabelMap(labelMap: LabelMap): StructureSet {
  return frontMost(
    [...labelBoxes(labelMap).keys()].map((label) => ({ name: labelName(labelMap, label), labels: [label] })),
  );
}

/**
 * The structures that a scene asks for: `all` labels, a ready-made set (`hip`, `chest`; without the structures that
 * the label map has no name for), or labels by name or number.
 */
export function selectStructures(
  labelMap: LabelMap,
  choice: "all" | "hip" | "chest" | readonly string[],
): StructureSet {
  if (choice === "all") return structuresFromLabelMap(labelMap);
  if (choice === "hip") return hipStructures(labelMap);
  if (choice === "chest") return chestStructures(labelMap);
  const present = [...labelBoxes(labelMap).keys()];
  const structures = [...new Set(choice)].map((name): Structure => {
    const labels = present.filter((label) => labelName(labelMap, label) === name || String(label) === name);
    if (labels.length > 0) return { name, labels };
    const names = present.map((label) => labelName(labelMap, label));
    throw new InputError("structure-unknown", `no voxel of the label map is called "${name}"`, {
      remedy: `labels here: ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", …" : ""}`,
    });
  });
  return frontMost(structures);
}

const labelName = (labelMap: LabelMap, label: number): string =>
  labelMap.names.get(label) ?? `label_${label}`;

const frontMost = (structures: readonly Structure[]): StructureSet => ({
  structures,
  precedence: [{ nearest: structures.map((structure) => structure.name) }],
});
