import type { Batch, Task } from "../../training/batch.ts";
import type { TrainingExamples } from "./training-examples.ts";

const MOST_EXAMPLES = 200;
const LEAST_SIGHTINGS = 5;

/**
 * The structure on which each landmark lies, as training examples show it: the one that covers it in most pictures where it is visible.
 * Null where none does in more than half of them, or where it is hardly ever seen.
 */
export async function landmarkStructures({ set, task, split }: TrainingExamples): Promise<(number | null)[]> {
  if (task.landmarks.length === 0) return [];
  const sightings = countSightings(task);
  const step = Math.max(1, Math.floor(split.train.length / MOST_EXAMPLES));
  for (let at = 0; at < split.train.length; at += step) {
    const index = split.train[at];
    const labels = set.readAreaDensity ? (await set.readAreaDensity(index)).labels : await set.read(index);
    for (const [landmark, point] of labels.landmarks.entries()) {
      if (!point) continue;
      const pixel = Math.round(point.y) * labels.widthPx + Math.round(point.x);
      sightings.add(
        landmark,
        labels.masks
          ? labels.masks.findIndex((mask) => mask[pixel] === 1)
          : (labels.classes?.[pixel] ?? 0) - 1,
      );
    }
  }
  return sightings.most();
}

/** The same, as batches show it. */
export function landmarkStructuresOfBatches(batches: readonly Batch[], task: Task): (number | null)[] {
  const sightings = countSightings(task);
  const { widthPx, heightPx, landmarks, structures, targets } = task;
  const area = widthPx * heightPx;
  for (const batch of batches)
    for (let example = 0; example < batch.size; example++)
      for (let landmark = 0; landmark < landmarks.length; landmark++) {
        const at = example * landmarks.length + landmark;
        if (batch.visible[at] === 0) continue;
        const pixel = Math.round(batch.points[2 * at + 1]) * widthPx + Math.round(batch.points[2 * at]);
        sightings.add(
          landmark,
          targets === "masks"
            ? structures.findIndex(
                (_, n) => batch.targets[(example * structures.length + n) * area + pixel] === 1,
              )
            : batch.targets[example * area + pixel] - 1,
        );
      }
  return sightings.most();
}

interface Sightings {
  /** @param structure index, or -1 for the background */
  readonly add: (landmark: number, structure: number) => void;
  readonly most: () => (number | null)[];
}

function countSightings({ landmarks, structures }: Task): Sightings {
  const seen = landmarks.map(() => new Map<number, number>());
  return {
    add(landmark, structure) {
      // What nobody knows is no structure.
      if (structure >= structures.length) return;
      seen[landmark].set(structure, (seen[landmark].get(structure) ?? 0) + 1);
    },
    most: () =>
      seen.map((counts) => {
        const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
        const [best] = [...counts].toSorted((a, b) => b[1] - a[1]);
        return best && all >= LEAST_SIGHTINGS && best[0] >= 0 && best[1] > all / 2 ? best[0] : null;
      }),
  };
}
