import type { EvaluationSummary } from "./summarise.ts";

/** Means below this are told. */
const POOR_DICE = 0.8;
const POOR_FOUND_SHARE = 0.5;
/** Of fewer pictures a mean says little. */
const LEAST_PICTURES = 5;

/** What an evaluation shows that a model does badly, as sentences for its card. */
export function evaluationLimits(data: string, { dice, landmarks }: EvaluationSummary): string[] {
  const poor = dice.structures.filter(({ count, mean }) => count >= LEAST_PICTURES && mean < POOR_DICE);
  const missed = landmarks.landmarks.filter(
    ({ visible, found }) => visible >= LEAST_PICTURES && found < POOR_FOUND_SHARE * visible,
  );
  return [
    ...(poor.length === 0
      ? []
      : [
          `On ${data}, Dice is below ${POOR_DICE} for ${poor.map(({ name, mean }) => `${name} (${mean.toFixed(2)})`).join(", ")}.`,
        ]),
    ...(missed.length === 0
      ? []
      : [
          `On ${data}, fewer than half are found of ${missed.map(({ name, found, visible }) => `${name} (${found} of ${visible})`).join(", ")}.`,
        ]),
  ];
}
