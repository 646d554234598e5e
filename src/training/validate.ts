import type { Batch, Task } from "./batch.ts";
import type { TrainingProgram } from "./training-program.ts";

export interface Validation {
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  /** By structure, over the pixels of all examples together; NaN where no example shows it. */
  readonly dice: Readonly<Record<string, number>>;
}

/** Means over batches (weighted by their examples), and hard Dice of every structure over all pixels that are known. */
export async function validate(
  program: TrainingProgram,
  batches: readonly Batch[],
  { structures, targets }: Pick<Task, "structures" | "targets">,
): Promise<Validation> {
  const overlap = structures.map(() => ({ both: 0, truth: 0, predicted: 0 }));
  const terms: Record<string, number> = {};
  let loss = 0;
  let examples = 0;
  for (const batch of batches) {
    const outcome = await program.validate(batch);
    loss += outcome.loss * batch.size;
    for (const [name, value] of Object.entries(outcome.terms))
      terms[name] = (terms[name] ?? 0) + value * batch.size;
    examples += batch.size;
    countOverlap(overlap, batch, outcome.probabilities, targets === "masks");
  }
  return {
    loss: loss / examples,
    terms: Object.fromEntries(Object.entries(terms).map(([name, sum]) => [name, sum / examples])),
    dice: Object.fromEntries(
      structures.map((name, structure) => {
        const { both, truth, predicted } = overlap[structure];
        return [name, truth === 0 ? Number.NaN : (2 * both) / (truth + predicted)];
      }),
    ),
  };
}

interface Overlap {
  both: number;
  truth: number;
  predicted: number;
}

function countOverlap(overlap: Overlap[], batch: Batch, probabilities: Float32Array, isMasks: boolean): void {
  const structures = overlap.length;
  const planes = isMasks ? structures : structures + 1;
  const area = probabilities.length / batch.size / planes;
  for (let example = 0; example < batch.size; example++) {
    const first = example * planes * area;
    for (let pixel = 0; pixel < area; pixel++) {
      if (isMasks) {
        for (let structure = 0; structure < structures; structure++) {
          const truth = batch.targets[(example * structures + structure) * area + pixel];
          if (truth !== 255)
            count(overlap[structure], truth === 1, probabilities[first + structure * area + pixel] >= 0.5);
        }
        continue;
      }
      const truth = batch.targets[example * area + pixel];
      if (truth === 255) continue;
      let best = 0;
      for (let plane = 1; plane < planes; plane++)
        if (probabilities[first + plane * area + pixel] > probabilities[first + best * area + pixel])
          best = plane;
      if (truth > 0) count(overlap[truth - 1], true, best === truth);
      if (best > 0 && best !== truth) count(overlap[best - 1], false, true);
    }
  }
}

function count(sums: Overlap, isTruth: boolean, isPredicted: boolean): void {
  if (isTruth) sums.truth++;
  if (isPredicted) sums.predicted++;
  if (isTruth && isPredicted) sums.both++;
}
