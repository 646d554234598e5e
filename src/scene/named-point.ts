import type { Anatomy } from "../anatomy/anatomy.ts";
import { namesHere } from "../error/closest-names.ts";
import { InputError } from "../error/input-error.ts";
import { centreLps } from "../geometry/grid.ts";
import type { Vector3 } from "../geometry/vector.ts";
import { labelCentroidLps } from "../volume/label-centroid.ts";

/**
 * A point of the patient by its name: `centre` of the CT, `label:NAME` (centroid) or `landmark:NAME`.
 *
 * @throws InputError `point-label`, `point-landmark`
 */
export function namedPoint(text: string, { ct, labelMap, landmarks }: Anatomy): Vector3 {
  if (text.startsWith("landmark:")) {
    const name = text.slice("landmark:".length);
    const found = landmarks.find((landmark) => landmark.name === name);
    if (found) return found.lpsMm;
    throw new InputError("point-landmark", `there is no landmark "${name}"`, {
      remedy:
        landmarks.length > 0
          ? `landmarks here: ${namesHere(
              name,
              landmarks.map((landmark) => landmark.name),
            )}`
          : "give --landmarks FILE",
    });
  }
  if (!text.startsWith("label:")) return centreLps(ct.grid);
  const name = text.slice("label:".length);
  if (!labelMap)
    throw new InputError("point-label", `${text} is asked for, but there is no label map`, {
      remedy: "give --labels FILE",
    });
  const number =
    [...labelMap.names].find(([, known]) => known === name)?.[0] ??
    Number(/^(?:label_)?(\d{1,5})$/.exec(name)?.[1]);
  const centroid = number > 0 ? labelCentroidLps(labelMap, number) : undefined;
  if (centroid) return centroid;
  const present = [...new Set<number>(labelMap.labels)]
    .filter((label) => label !== 0)
    .toSorted((a, b) => a - b);
  throw new InputError("point-label", `no voxel is labelled "${name}"`, {
    remedy: `labels here: ${namesHere(
      name,
      present.map((label) => labelMap.names.get(label) ?? `label_${label}`),
    )}`,
  });
}
