import type { LabelMap } from "../volume/label-map.ts";
import { namedStructureSet } from "./named-structures.ts";
import type { StructureSet } from "./structure.ts";

/**
 * What is drawn on a chest radiograph, from TotalSegmentator's classes. A ray counts as lung when it crosses 30 mm of
 * it: people do not draw the thin parts of lung in front of and behind the mediastinum. Everything else is any hit.
 */
export function chestStructures(labelMap: LabelMap): StructureSet {
  return namedStructureSet(labelMap, {
    id: "chest",
    structures: [
      { name: "lung_left", labelNames: /^lung_\w+_lobe_left$/, rule: LUNG_RULE },
      { name: "lung_right", labelNames: /^lung_\w+_lobe_right$/, rule: LUNG_RULE },
      { name: "heart", labelNames: /^(heart|atrial_appendage_left)$/ },
      { name: "aorta", labelNames: /^aorta$/ },
      { name: "trachea", labelNames: /^trachea$/ },
      { name: "clavicles", labelNames: /^clavicula_(left|right)$/ },
      { name: "scapulae", labelNames: /^scapula_(left|right)$/ },
      { name: "ribs_left", labelNames: /^rib_left_\d+$/ },
      { name: "ribs_right", labelNames: /^rib_right_\d+$/ },
      { name: "spine", labelNames: /^vertebrae_[CTL]\d+$/ },
    ],
    precedence: [
      "clavicles",
      "trachea",
      "heart",
      "aorta",
      { nearest: ["lung_left", "lung_right"] },
      "spine",
      "scapulae",
      { nearest: ["ribs_left", "ribs_right"] },
    ],
  });
}

const LUNG_RULE = { kind: "minimum-thickness", thicknessMm: 30 } as const;
