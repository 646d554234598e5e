import { sidePairs } from "../other-side.ts";
import type { CaseScore, EvaluatedNames } from "../score-case.ts";
import type { PixelPoint } from "../truth.ts";
import { type EvaluationFinding, finding, listed, ofPictures } from "./finding.ts";

/** A share of the paired structures that must be under the other side's name, so that a speck is no exchange. */
const LEAST_CROSSED = 0.1;

type SidePairs = readonly (readonly [number, number])[];

/** Left called right: by area of structures, and by distance of landmarks. */
export function sideFindings(scores: readonly CaseScore[], names: EvaluatedNames): EvaluationFinding[] {
  const structures = sidePairs(names.structures);
  const landmarks = sidePairs(names.landmarks);
  return [
    ...exchanged(
      "structures",
      scores.filter((score) => areStructuresCrossed(score, structures)),
      scores.length,
    ),
    ...exchanged(
      "landmarks",
      scores.filter((score) => areLandmarksCrossed(score, landmarks)),
      scores.length,
    ),
  ];
}

/** More pixels of paired structures are under the other side's name than under their own. */
function areStructuresCrossed({ structures, overlaps }: CaseScore, pairs: SidePairs): boolean {
  let [own, crossed, there] = [0, 0, 0];
  for (const pair of pairs)
    for (const [is, other] of [pair, [pair[1], pair[0]]]) {
      own += overlaps[is * structures.length + is];
      crossed += overlaps[is * structures.length + other];
      const counts = structures[is].counts;
      if (counts) there += counts.truePositive + counts.falseNegative;
    }
  return crossed > own && crossed > LEAST_CROSSED * there;
}

/** Both landmarks of a pair lie at least twice as near to the other one's truth as to their own. */
const areLandmarksCrossed = ({ landmarks }: CaseScore, pairs: SidePairs): boolean =>
  pairs.some(([a, b]) => {
    const [left, right] = [landmarks[a], landmarks[b]];
    if (left.kind !== "compared" || right.kind !== "compared") return false;
    return (
      distance(left.candidate, right.truth) < 0.5 * left.errorPx &&
      distance(right.candidate, left.truth) < 0.5 * right.errorPx
    );
  });

const distance = (p: PixelPoint, q: PixelPoint): number => Math.hypot(p.x - q.x, p.y - q.y);

function exchanged(what: string, list: readonly CaseScore[], all: number): EvaluationFinding[] {
  if (list.length === 0) return [];
  const message = `Left and right ${what} are exchanged in ${ofPictures(list.length, all)}: ${listed(list.map(({ name }) => name))}.`;
  return [finding(list.length > 0.5 * all ? "error" : "warning", `sides-exchanged-${what}`, message)];
}
