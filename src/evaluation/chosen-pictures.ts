import { errorIn } from "./activation-curve.ts";
import type { CaseScore } from "./score-case.ts";
import { mean } from "./statistics/sample-statistics.ts";
import { diceValues } from "./summarise.ts";

/** A picture to be shown, and why. */
export interface ChosenPicture {
  readonly score: CaseScore;
  readonly rank: "best" | "median" | "worst";
  /** Mean Dice of the picture, or, without structures, its mean landmark error in pixels. */
  readonly value: number;
}

/**
 * The best, the median and the worst pictures by mean Dice, or, where no structure counts, by mean landmark error; `each` of each, none twice, from
 * best to worst.
 */
export function chosenPictures(scores: readonly CaseScore[], each = 3): ChosenPicture[] {
  const byDice = ordered(scores, pictureDice, -1);
  const order = byDice.length > 0 ? byDice : ordered(scores, pictureErrorPx, 1);
  const count = order.length;
  const middle = Math.max(0, Math.ceil((count - each) / 2));
  const picked = new Map<number, ChosenPicture["rank"]>();
  const pick = (rank: ChosenPicture["rank"], start: number): void => {
    for (let n = Math.max(start, 0); n < Math.min(start + each, count); n++)
      if (!picked.has(n)) picked.set(n, rank);
  };
  pick("best", 0);
  pick("worst", Math.max(each, count - each));
  pick("median", middle);
  return [...picked].toSorted(([a], [b]) => a - b).map(([n, rank]) => ({ ...order[n], rank }));
}

/** Mean Dice of a picture; undefined where no structure counts. */
export function pictureDice(score: CaseScore): number | undefined {
  const values = diceValues(score);
  return values.length === 0 ? undefined : mean(values);
}

/** Mean error of the landmarks of a picture that have a candidate; undefined where none has. */
export function pictureErrorPx({ landmarks }: CaseScore): number | undefined {
  const errors = landmarks.flatMap((score) => (score.kind === "compared" ? [errorIn(score, "px")] : []));
  return errors.length === 0 ? undefined : mean(errors);
}

function ordered(
  scores: readonly CaseScore[],
  of: (score: CaseScore) => number | undefined,
  sign: number,
): { score: CaseScore; value: number }[] {
  return scores
    .flatMap((score) => {
      const value = of(score);
      return value === undefined ? [] : [{ score, value }];
    })
    .toSorted((a, b) => sign * (a.value - b.value));
}
