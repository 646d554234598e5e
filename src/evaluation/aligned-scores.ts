import type { CaseScore, EvaluatedNames } from "./score-case.ts";

/**
 * Scores of another run brought to the order of these names, so that both can be compared: what the other run did not have counts as not
 * annotated, what only it had is dropped.
 */
export function alignedScores(
  run: { readonly scores: readonly CaseScore[]; readonly names: EvaluatedNames },
  names: EvaluatedNames,
): CaseScore[] {
  const structures = names.structures.map((name) => run.names.structures.indexOf(name));
  const landmarks = names.landmarks.map((name) => run.names.landmarks.indexOf(name));
  const size = run.names.structures.length;
  return run.scores.map((score) => ({
    ...score,
    structures: structures.map((n) => score.structures[n] ?? { counts: undefined, dice: undefined }),
    overlaps: structures.flatMap((i) =>
      structures.map((j) => (i < 0 || j < 0 ? 0 : score.overlaps[i * size + j])),
    ),
    landmarks: landmarks.map((n) => score.landmarks[n] ?? { kind: "unknown", candidate: undefined }),
  }));
}
