import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Anatomy } from "../../../src/anatomy/anatomy.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { transform } from "../../../src/geometry/transform.ts";
import type { Vector3 } from "../../../src/geometry/vector.ts";
import { demoCtPath, demoLabelsPath } from "../../../src/node/demo-data.ts";
import { readCt, readLabels } from "../../../src/node/read-anatomy.ts";
import { withAssumedLabelNames } from "../../../src/volume/inspection/assumed-label-names.ts";
import { volume } from "../../../src/volume/volume.ts";

export const demoPelvis = (): Promise<Anatomy> => read(demoCtPath("pelvis"), demoLabelsPath("pelvis"));
export const demoChest = (): Promise<Anatomy> => read(demoCtPath("chest"), demoLabelsPath("chest"));

const shared = (name: string): string =>
  fileURLToPath(new URL(`../../../../shared/data/ct/${name}`, import.meta.url));

/** The bone-only CTs lie beside the repository on some machines only. */
export const hasFracturedPelves = existsSync(shared("pelvis_bone_frac001_ct.nii.gz"));

export const fracturedPelvis = (number: 1 | 2 | 3): Promise<Anatomy> =>
  read(shared(`pelvis_bone_frac00${number}_ct.nii.gz`), shared(`pelvis_bone_frac00${number}_labels.nii.gz`));

async function read(ctPath: string, labelsPath: string): Promise<Anatomy> {
  const { ct } = await readCt(ctPath);
  const { labelMap } = await readLabels(labelsPath);
  return { ct, labelMap: withAssumedLabelNames(labelMap, ct), landmarks: [] };
}

/** Cubic voxels about the origin; HU and label of every voxel centre by a function of LPS mm. */
export function phantomAnatomy(given: {
  shape: Vector3;
  spacingMm: number;
  names: readonly (readonly [number, string])[];
  at: (lps: Vector3) => { hu: number; label: number };
}): Anatomy {
  const { shape, spacingMm: mm } = given;
  const origin = shape.map((n) => (-(n - 1) / 2) * mm);
  const place = grid(
    shape,
    transform("lps", "voxel", [mm, 0, 0, origin[0], 0, mm, 0, origin[1], 0, 0, mm, origin[2], 0, 0, 0, 1]),
  );
  const values = new Int16Array(shape[0] * shape[1] * shape[2]);
  const labels = new Uint8Array(values.length);
  let n = 0;
  for (let k = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++)
      for (let i = 0; i < shape[0]; i++, n++) {
        const { hu, label } = given.at([origin[0] + i * mm, origin[1] + j * mm, origin[2] + k * mm]);
        values[n] = hu;
        labels[n] = label;
      }
  return {
    ct: volume("HU", place, values),
    labelMap: { grid: place, labels, names: new Map(given.names) },
    landmarks: [],
  };
}

export function dice(length: number, a: (n: number) => boolean, b: (n: number) => boolean): number {
  let [both, sum] = [0, 0];
  for (let n = 0; n < length; n++) {
    const [inA, inB] = [a(n), b(n)];
    if (inA && inB) both++;
    sum += Number(inA) + Number(inB);
  }
  return (2 * both) / sum;
}

/** Whether the voxel has a label whose name matches. */
export function named({ labelMap }: Anatomy, pattern: RegExp): (n: number) => boolean {
  const wanted = new Set(
    [...(labelMap?.names ?? [])].filter(([, name]) => pattern.test(name)).map(([label]) => label),
  );
  return (n) => wanted.has(labelMap?.labels[n] ?? 0);
}

export function largest(values: ArrayLike<number>): number {
  let found = -Infinity;
  for (let n = 0; n < values.length; n++) if (values[n] > found) found = values[n];
  return found;
}
