import { randomStream } from "../random/random-stream.ts";
import { sampleKey } from "../random/sample-key.ts";

/** One place of one step: which example is shown there, and in which epoch, which decides how it is randomized. */
export interface ExamplePlace {
  readonly example: number;
  readonly epoch: number;
}

/**
 * The order in which examples are shown: epoch e is a permutation of all of them that depends on (seed, e) alone, and epochs follow
 * each other without a gap, so that a step may end one epoch and begin the next. Any step can be asked for first.
 */
export function exampleOrder(
  seed: number,
  examples: number,
  batch: number,
): (step: number) => readonly ExamplePlace[] {
  const permutations = new Map<number, Uint32Array>();
  const permutationOf = (epoch: number): Uint32Array => {
    let permutation = permutations.get(epoch);
    if (!permutation) {
      permutation = shuffled(examples, seed, epoch);
      // A step touches at most a few neighbouring epochs; older ones do not come back.
      for (const known of permutations.keys()) if (known < epoch - 2) permutations.delete(known);
      permutations.set(epoch, permutation);
    }
    return permutation;
  };
  return (step) =>
    Array.from({ length: batch }, (_, slot) => {
      const shown = step * batch + slot;
      const epoch = Math.floor(shown / examples);
      return { example: permutationOf(epoch)[shown - epoch * examples], epoch };
    });
}

/** Fisher–Yates. */
function shuffled(count: number, seed: number, epoch: number): Uint32Array {
  const stream = randomStream(sampleKey(seed, epoch, "order of examples"));
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = stream.integerBelow(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
