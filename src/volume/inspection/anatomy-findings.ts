import type { Finding } from "../finding.ts";
import type { LabelStatistics } from "./label-statistics.ts";

/** Names as people write them ("Hip left", "left-hip", "hip_left") in one form. */
const plainName = (name: string): string => name.toLowerCase().replaceAll(/[\s_.-]+/g, "_");

const SIDE = /(^|_)(left|right)(?=_|$)/;
const BONE =
  /^(hip|hipbone|femur|sacrum|vertebrae?|rib|humerus|scapula|clavicula|clavicle|skull|sternum)(_|$)/;
const LUNG = /^lung(_|$)/;

/** Spongy bone with its marrow is well above water; a lung, breathed out, well below fat. */
const LOWEST_BONE_HU = 50;
const HIGHEST_LUNG_HU = -300;

/** Do the labels lie where their names say: left on the left, bone on bone, lung on air? */
export const anatomyFindings = (statistics: readonly LabelStatistics[]): Finding[] => [
  ...sideFindings(statistics),
  ...tissueFindings(statistics),
];

/** Pairs that differ in `left` and `right` only must lie the right way round: left at larger LPS x. */
export function sidePairs(statistics: readonly LabelStatistics[]): { name: string; isSwapped: boolean }[] {
  const byName = new Map(statistics.map((entry) => [plainName(entry.name), entry]));
  return [...byName].flatMap(([name, left]) => {
    if (SIDE.exec(name)?.[2] !== "left") return [];
    const right = byName.get(name.replace(SIDE, "$1right"));
    return right ? [{ name: left.name, isSwapped: left.centroidLps[0] - right.centroidLps[0] < -5 }] : [];
  });
}

function sideFindings(statistics: readonly LabelStatistics[]): Finding[] {
  const pairs = sidePairs(statistics);
  const swapped = pairs.filter(({ isSwapped }) => isSwapped);
  if (swapped.length === 0) return [];
  const all = swapped.length > pairs.length / 2;
  const examples = swapped.slice(0, 3).map(({ name }) => name);
  return [
    {
      code: "labels-left-right-swapped",
      severity: all ? "error" : "warning",
      message: `left lies to the right of right for ${swapped.length} of ${pairs.length} pairs (${examples.join(", ")}): ${all ? "the volume or the names are mirrored" : "check these labels"}`,
    },
  ];
}

function tissueFindings(statistics: readonly LabelStatistics[]): Finding[] {
  const known = statistics.flatMap(({ name, meanHu }) => {
    if (meanHu === undefined) return [];
    const tissue = plainName(name).replace(SIDE, "").replace(/^_/, "");
    if (BONE.test(tissue)) return [{ name, meanHu, fits: meanHu >= LOWEST_BONE_HU }];
    return LUNG.test(tissue) ? [{ name, meanHu, fits: meanHu <= HIGHEST_LUNG_HU }] : [];
  });
  const wrong = known.filter(({ fits }) => !fits);
  if (wrong.length === 0) return [];
  const examples = wrong.slice(0, 5).map(({ name, meanHu }) => `${name} (mean ${meanHu.toFixed(0)} HU)`);
  return [
    {
      code: "labels-on-wrong-tissue",
      severity: wrong.length > known.length / 4 ? "error" : "warning",
      message: `${wrong.length} of ${known.length} bones and lungs do not lie on their tissue: ${examples.join(", ")}; are the labels shifted, flipped, or of another CT?`,
    },
  ];
}
