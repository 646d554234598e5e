import type { Anatomy } from "../anatomy/anatomy.ts";
import { centreLps } from "../geometry/grid.ts";
import { applyToPoint, invert } from "../geometry/transform.ts";
import type { Vector3 } from "../geometry/vector.ts";
import { type LabelPlaces, labelPlaces } from "./label-places.ts";
import { labelCentroidLps } from "../volume/label-centroid.ts";
import type { Landmark } from "../volume/landmark.ts";

/** What placing a camera needs to know of a patient. */
export interface PatientFacts {
  readonly landmarks: readonly Landmark[];
  readonly centreLps: Vector3;
  /** Points all over the patient's skin, some centimetres apart. */
  readonly skinLps: readonly Vector3[];
  labelCentroidLps(name: string): Vector3 | undefined;
  /** Undefined without a label map. */
  readonly labels?: LabelPlaces | undefined;
  /** Whether a point lies in the body: its nearest voxel is no air. */
  isInBody(pointLps: Vector3): boolean;
}

const BODY_HU = -400;
const SKIN_STEP_MM = 25;

export function patientFacts({ ct, labelMap, landmarks }: Anatomy): PatientFacts {
  const centroids = new Map<string, Vector3 | undefined>();
  let skin: Vector3[] | undefined;
  const voxelFromLps = invert(ct.grid.lpsFromVoxel);
  return {
    landmarks,
    labels: labelMap && labelPlaces(labelMap),
    centreLps: centreLps(ct.grid),
    get skinLps() {
      skin ??= skinPoints({ ct, landmarks });
      return skin;
    },
    isInBody(pointLps) {
      const [i, j, k] = applyToPoint(voxelFromLps, pointLps).map(Math.round);
      const [ni, nj, nk] = ct.grid.shape;
      const inGrid = i >= 0 && j >= 0 && k >= 0 && i < ni && j < nj && k < nk;
      return inGrid && ct.values[(k * nj + j) * ni + i] > BODY_HU;
    },
    labelCentroidLps(name) {
      if (!labelMap) return undefined;
      if (!centroids.has(name)) {
        const entry = [...labelMap.names].find(
          ([number, label]) => label === name || String(number) === name,
        );
        centroids.set(name, entry && labelCentroidLps(labelMap, entry[0]));
      }
      return centroids.get(name);
    },
  };
}

/** First and last voxel of the body on lines along every axis of the grid, `SKIN_STEP_MM` apart. */
function skinPoints({ ct }: Anatomy): Vector3[] {
  const { shape, lpsFromVoxel } = ct.grid;
  const strides = [1, shape[0], shape[0] * shape[1]];
  const points: Vector3[] = [];
  for (const axis of [0, 1, 2] as const) {
    const [b, c] = [(axis + 1) % 3, (axis + 2) % 3];
    const step = (other: number): number => {
      const m = lpsFromVoxel.matrix;
      return Math.max(1, Math.round(SKIN_STEP_MM / Math.hypot(m[other], m[4 + other], m[8 + other])));
    };
    for (let q = 0; q < shape[c]; q += step(c))
      for (let p = 0; p < shape[b]; p += step(b)) {
        const start = p * strides[b] + q * strides[c];
        const isBody = (n: number): boolean => ct.values[start + n * strides[axis]] > BODY_HU;
        let first = 0;
        while (first < shape[axis] && !isBody(first)) first++;
        if (first === shape[axis]) continue;
        let last = shape[axis] - 1;
        while (!isBody(last)) last--;
        for (const n of new Set([first, last])) {
          const voxel: [number, number, number] = [0, 0, 0];
          voxel[axis] = n;
          voxel[b] = p;
          voxel[c] = q;
          points.push(applyToPoint(lpsFromVoxel, voxel));
        }
      }
  }
  return points;
}
