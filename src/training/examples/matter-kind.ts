import type { Material } from "../../material/material.ts";

const CALCIUM = 20;
const HYDROGEN = 1;
/** Cartilage and soft tissue hold none; marrow-filled spongiosa 7 %. */
const BONE_CALCIUM = 0.02;
/** Soft tissue and plastics; metals and ceramics hold none. */
const SOFT_HYDROGEN = 0.05;

/** What variations of the anatomy do with a material, by its elements: bone holds calcium, soft tissue hydrogen and nothing heavier than that. */
export function matterKind({ massFractions }: Material): "bone" | "soft" | "other" {
  let heavy = 0;
  for (const [atomicNumber, fraction] of massFractions) if (atomicNumber > CALCIUM) heavy += fraction;
  if (heavy > BONE_CALCIUM) return "other";
  if ((massFractions.get(CALCIUM) ?? 0) > BONE_CALCIUM) return "bone";
  return (massFractions.get(HYDROGEN) ?? 0) > SOFT_HYDROGEN ? "soft" : "other";
}
