import { UNKNOWN_CLASS } from "../../augmentation/labelled-image.ts";
import type { TrainingExamples } from "./training-examples.ts";

const MOST_EXAMPLES = 200;
const LEAST_SIGHTINGS = 5;

/**
 * The structure on which each landmark lies, as training examples show it: the one that covers it in most pictures where it is visible.
 * Null where none does in more than half of them, or where it is hardly ever seen.
 */
export async function landmarkStructures({ set, task, split }: TrainingExamples): Promise<(number | null)[]> {
  if (task.landmarks.length === 0) return [];
  const seen = task.landmarks.map(() => new Map<number, number>());
  const step = Math.max(1, Math.floor(split.train.length / MOST_EXAMPLES));
  for (let at = 0; at < split.train.length; at += step) {
    const index = split.train[at];
    const labels = set.readAreaDensity ? (await set.readAreaDensity(index)).labels : await set.read(index);
    for (const [landmark, point] of labels.landmarks.entries()) {
      if (!point) continue;
      const pixel = Math.round(point.y) * labels.widthPx + Math.round(point.x);
      const structure = labels.masks
        ? labels.masks.findIndex((mask) => mask[pixel] === 1)
        : (labels.classes?.[pixel] ?? UNKNOWN_CLASS) - 1;
      if (structure === UNKNOWN_CLASS - 1) continue;
      seen[landmark].set(structure, (seen[landmark].get(structure) ?? 0) + 1);
    }
  }
  return seen.map((counts) => {
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const [best] = [...counts].toSorted((a, b) => b[1] - a[1]);
    return best && all >= LEAST_SIGHTINGS && best[0] >= 0 && best[1] > all / 2 ? best[0] : null;
  });
}
