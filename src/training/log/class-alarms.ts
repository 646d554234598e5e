import type { ValidationRecord } from "./training-log.ts";

/** A structure that the network does not learn, or unlearns: a mean over all structures hides it. */
export interface ClassAlarm {
  readonly code: "class-not-learnt" | "class-lost" | "class-not-validated";
  readonly severity: "warning";
  readonly structure: string;
  /** Validation that raised it. */
  readonly step: number;
  /** Validation that found it well again; undefined: it is still so. */
  readonly recoveredAtStep: number | undefined;
  readonly message: string;
  readonly remedy: string;
}

/** Dice below which a structure counts as not found at all: what stray pixels reach. */
const NOTHING = 0.02;
/** A structure must have been found this well before it can be lost; early in a training Dice goes up and down. */
const FOUND = 0.2;

/**
 * Alarms of a training so far, by the validation that raised them, each once until it is over.
 *
 * - `class-not-learnt`: Dice is still about 0 when the warm-up is over.
 * - `class-lost`: Dice fell under half of what it had been.
 * - `class-not-validated`: no example of any validation shows the structure.
 *
 * @param budget.steps of the whole training
 * @param budget.warmUpShare of it in which a structure need not be found yet
 */
export function classAlarms(
  validations: readonly ValidationRecord[],
  budget: { readonly steps: number; readonly warmUpShare?: number },
): ClassAlarm[] {
  const warmUpSteps = (budget.warmUpShare ?? 0.25) * budget.steps;
  const structures = new Set(validations.flatMap(({ dice }) => Object.keys(dice)));
  return [...structures]
    .flatMap((structure) => alarmsOf(structure, validations, warmUpSteps))
    .toSorted((a, b) => a.step - b.step);
}

function alarmsOf(
  structure: string,
  validations: readonly ValidationRecord[],
  warmUpSteps: number,
): ClassAlarm[] {
  const alarms: ClassAlarm[] = [];
  let best = 0;
  let bestStep = 0;
  let open: ClassAlarm | undefined;
  const known = validations.filter(({ dice }) => Number.isFinite(dice[structure]));
  if (known.length === 0 && validations.length > 0) return [notValidated(structure, validations[0].step)];
  for (const { step, dice } of known) {
    const now = dice[structure];
    const isLost = best >= FOUND && now < best / 2;
    const isNothing = best < FOUND && now < NOTHING && step >= warmUpSteps;
    if (!isLost && !isNothing) {
      if (open) alarms.push({ ...open, recoveredAtStep: step });
      open = undefined;
    } else open ??= isLost ? lost(structure, step, { now, best, bestStep }) : notLearnt(structure, step, now);
    if (now > best) [best, bestStep] = [now, step];
  }
  return open ? [...alarms, open] : alarms;
}

const hundredths = (dice: number): string => dice.toFixed(2);

const notLearnt = (structure: string, step: number, now: number): ClassAlarm => ({
  code: "class-not-learnt",
  severity: "warning",
  structure,
  step,
  recoveredAtStep: undefined,
  message: `"${structure}" is not learnt: Dice ${hundredths(now)} on simulated validation after ${step} steps`,
  remedy:
    "look whether its masks are right and large enough at the size of the network's input; weaken the randomization at the beginning (augmentation.strength.from), give cross-entropy weight, train longer, or, if no structure is learnt, lower the learning rate",
});

const lost = (
  structure: string,
  step: number,
  { now, best, bestStep }: { now: number; best: number; bestStep: number },
): ClassAlarm => ({
  code: "class-lost",
  severity: "warning",
  structure,
  step,
  recoveredAtStep: undefined,
  message: `"${structure}" is being lost: Dice ${hundredths(now)} on simulated validation after ${step} steps, ${hundredths(best)} after ${bestStep}`,
  remedy:
    "lower the learning rate or clip gradients (clipNorm), or let the randomization grow less (augmentation.strength.to); with use: best the model is that of the best validation",
});

const notValidated = (structure: string, step: number): ClassAlarm => ({
  code: "class-not-validated",
  severity: "warning",
  structure,
  step,
  recoveredAtStep: undefined,
  message: `"${structure}" is in no example of the validation: nothing tells whether it is learnt`,
  remedy: "validate on more examples (validation.atMost), or on subjects that show it",
});
