import type { Grid } from "../../geometry/grid.ts";
import { spacingMm } from "../../geometry/grid.ts";
import { orientationCode } from "../orientation.ts";
import type { Volume } from "../volume.ts";

/** Between lung and fat: what is more is body, or couch. */
export const BODY_HU = -300;

/** From front to back a couch is a few thin layers, and a chest wall is thicker than each of them. */
export const THINNEST_BODY_MM = 25;

/** One anatomical direction of a volume in memory. */
export interface PatientAxis {
  readonly axis: 0 | 1 | 2;
  readonly stride: number;
  readonly count: number;
  readonly spacingMm: number;
  /** Whether the index grows to the left, posterior or superior. */
  readonly growsAsLps: boolean;
}

export function patientAxes(grid: Grid): Record<"lateral" | "sagittal" | "vertical", PatientAxis> {
  const code = orientationCode(grid);
  const spacing = spacingMm(grid);
  const strides = [1, grid.shape[0], grid.shape[0] * grid.shape[1]];
  const along = (letters: string): PatientAxis => {
    const axis = Array.from(code).findIndex((letter) => letters.includes(letter)) as 0 | 1 | 2;
    return {
      axis,
      stride: strides[axis],
      count: grid.shape[axis],
      spacingMm: spacing[axis],
      growsAsLps: code[axis] === letters[0],
    };
  };
  return { lateral: along("LR"), sagittal: along("PA"), vertical: along("SI") };
}

/** Whether body reaches at least `THINNEST_BODY_MM` from front to back through this voxel. */
export function isThickBody({ values }: Volume, voxel: number, sagittal: PatientAxis): boolean {
  if (!(values[voxel] > BODY_HU)) return false;
  const needed = THINNEST_BODY_MM / sagittal.spacingMm;
  const place = Math.floor(voxel / sagittal.stride) % sagittal.count;
  let length = 1;
  for (let step = 1; step <= place && length < needed; step++, length++)
    if (!(values[voxel - step * sagittal.stride] > BODY_HU)) break;
  for (let step = 1; step < sagittal.count - place && length < needed; step++, length++)
    if (!(values[voxel + step * sagittal.stride] > BODY_HU)) break;
  return length >= needed;
}
