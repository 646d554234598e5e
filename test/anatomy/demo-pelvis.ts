import { readFileSync } from "node:fs";
import type { Anatomy } from "../../src/anatomy/anatomy.ts";
import { evaluateLandmarkRules } from "../../src/anatomy/landmark-rules/evaluate-landmark-rules.ts";
import { hipLandmarkRules } from "../../src/anatomy/landmark-rules/hip-landmark-rules.ts";
import { readLabelMap, readVolume } from "../../src/volume/read-volume.ts";
import { totalSegmentatorLabels } from "../../src/volume/totalsegmentator-labels.ts";

/** The pelvis that comes along, with its labels and the landmarks that rules find on them. */
export async function demoPelvis(): Promise<Anatomy> {
  const read = (name: string) => readFileSync(new URL(`../../data/ct/${name}`, import.meta.url));
  const labels = await readLabelMap(read("pelvis_abdomen_ts_labels.nii.gz"), { name: "labels.nii.gz" });
  const labelMap = { ...labels, names: totalSegmentatorLabels };
  const { landmarks } = evaluateLandmarkRules(labelMap, hipLandmarkRules());
  const ct = await readVolume(read("pelvis_abdomen_ts_ct.nii.gz"), { name: "ct.nii.gz" });
  return { ct, labelMap, landmarks };
}

export const labelsOf = ({ labelMap }: Anatomy) => {
  if (!labelMap) throw new Error("no labels");
  return labelMap;
};
