import { type Camera, lpsRayFromPixel, project } from "../geometry/camera.ts";
import { add, cross, norm, normalize, scale, subtract, type Vector3 } from "../geometry/vector.ts";
import type { PatientFacts } from "./patient-facts.ts";

/** The sides of a patient that a ray meets first and last. */
export type SkinSide = "entry" | "exit";

const STEP_MM = 4;
const HALVINGS = 4;

/** Where rays of a camera enter and leave the patient; found by marching, to a quarter of a millimetre. */
export interface SkinSurface {
  /** Depth in mm from the source, undefined where the ray misses the patient. */
  depthMm(u: number, v: number, side: SkinSide): number | undefined;
  /** The point of a ray at a depth. */
  point(u: number, v: number, depthMm: number): Vector3;
  /** Unit normal of the skin, away from the patient, from its neighbourhood; the ray's where that misses. */
  normal(u: number, v: number, side: SkinSide): Vector3;
}

export function skinSurface(camera: Camera, patient: PatientFacts): SkinSurface {
  const depths = patient.skinLps.map((point) => project(camera, point).depthMm);
  const nearest = Math.max(Math.min(...depths) - STEP_MM, STEP_MM);
  const farthest = Math.min(Math.max(...depths) + STEP_MM, camera.sourceToDetectorMm);
  const d = lpsRayFromPixel(camera);
  const direction = (u: number, v: number): Vector3 => [
    d[0] * u + d[1] * v + d[2],
    d[3] * u + d[4] * v + d[5],
    d[6] * u + d[7] * v + d[8],
  ];
  const point = (u: number, v: number, depthMm: number): Vector3 =>
    add(camera.sourceLps, scale(direction(u, v), depthMm));
  const depthMm = (u: number, v: number, side: SkinSide): number | undefined => {
    const [dx, dy, dz] = direction(u, v);
    const [x, y, z] = camera.sourceLps;
    const isBody = (depth: number): boolean =>
      patient.isInBody([x + depth * dx, y + depth * dy, z + depth * dz]);
    const step = side === "entry" ? STEP_MM : -STEP_MM;
    const [start, end] = side === "entry" ? [nearest, farthest] : [farthest, nearest];
    for (let depth = start; step > 0 ? depth <= end : depth >= end; depth += step) {
      // One voxel alone is noise, or a sheet.
      if (!isBody(depth) || !isBody(depth + step)) continue;
      let [outside, inside] = [depth - step, depth];
      for (let n = 0; n < HALVINGS; n++) {
        const middle = (outside + inside) / 2;
        if (isBody(middle)) inside = middle;
        else outside = middle;
      }
      return inside;
    }
    return undefined;
  };
  return {
    depthMm,
    point,
    normal(u, v, side) {
      const ray = normalize(direction(u, v));
      const outwards = side === "entry" ? scale(ray, -1) : ray;
      const apart = 0.02 * camera.widthPx;
      const at = (du: number, dv: number): Vector3 | undefined => {
        const depth = depthMm(u + du, v + dv, side);
        return depth === undefined ? undefined : point(u + du, v + dv, depth);
      };
      const [left, right, above, below] = [at(-apart, 0), at(apart, 0), at(0, -apart), at(0, apart)];
      if (!left || !right || !above || !below) return outwards;
      const across = cross(subtract(right, left), subtract(below, above));
      if (!(norm(across) > 0)) return outwards;
      const normal = normalize(across);
      const leans = normal[0] * outwards[0] + normal[1] * outwards[1] + normal[2] * outwards[2];
      return leans >= 0 ? normal : scale(normal, -1);
    },
  };
}
