import type { Vector3 } from "../../src/geometry/vector.ts";
import { nodeProjector } from "../../src/node/node-projector.ts";
import type { Projector } from "../../src/projector/projector.ts";
import type { Anatomy } from "../../src/anatomy/anatomy.ts";
import { openPatient } from "../../src/scene/patient.ts";
import { parseScene, type SceneInput } from "../../src/scene/scene.ts";
import { simulate, type Simulation } from "../../src/scene/simulate.ts";
import { ballOccupancy, centredGrid } from "../../src/validation/analytic-field.ts";
import type { LabelMap } from "../../src/volume/label-map.ts";
import { type Volume, volume } from "../../src/volume/volume.ts";

const AIR_HU = -1000;

/** A ball of one CT number in air, partial voxels in proportion; the grid is centred on the origin of LPS. */
export function ballInAir(options: {
  shape: Vector3;
  voxelMm: number;
  centreLps: Vector3;
  radiusMm: number;
  hu: number;
}): Volume {
  const { shape, voxelMm, centreLps, radiusMm, hu } = options;
  const g = centredGrid(shape, voxelMm);
  const centre = centreLps.map((x, axis) => x / voxelMm + (shape[axis] - 1) / 2) as [number, number, number];
  const occupancy = ballOccupancy(centre, radiusMm / voxelMm);
  const values = new Float32Array(shape[0] * shape[1] * shape[2]);
  let n = 0;
  for (let k = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++)
      for (let i = 0; i < shape[0]; i++) values[n++] = AIR_HU + (hu - AIR_HU) * occupancy(i, j, k);
  return volume("HU", g, values);
}

/** The whole grid filled with one CT number: a slab whose thickness is the second dimension (front to back). */
export function slab(shape: Vector3, voxelMm: number, hu: number): Volume {
  return volume("HU", centredGrid(shape, voxelMm), new Float32Array(shape[0] * shape[1] * shape[2]).fill(hu));
}

/** One label for the voxels where `inside` holds at the voxel's CT number. */
export const labelWhere = (ct: Volume, name: string, inside: (hu: number) => boolean): LabelMap => ({
  grid: ct.grid,
  labels: Uint8Array.from(ct.values, (hu) => (inside(hu) ? 1 : 0)),
  names: new Map([[1, name]]),
});

/** One simulation on an anatomy of its own. */
export async function simulated(
  anatomy: Omit<Anatomy, "landmarks"> & Partial<Anatomy>,
  scene: Omit<SceneInput, "ct">,
  projector: Projector = nodeProjector({ threads: 1 }),
): Promise<Simulation> {
  const patient = openPatient({ landmarks: [], ...anatomy }, projector);
  try {
    return await simulate(patient, parseScene({ ct: "phantom", ...scene }));
  } finally {
    await patient.release();
    await projector.close();
  }
}

/** Where the weight of an image lies: the mean column and row. */
export function centroid(values: ArrayLike<number>, widthPx: number): { u: number; v: number } {
  let [sum, u, v] = [0, 0, 0];
  for (let n = 0; n < values.length; n++) {
    sum += values[n];
    u += values[n] * (n % widthPx);
    v += values[n] * Math.floor(n / widthPx);
  }
  return { u: u / sum, v: v / sum };
}
