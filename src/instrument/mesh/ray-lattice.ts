import type { Camera } from "../../geometry/camera.ts";
import { project } from "../../geometry/camera.ts";
import { surfaceMm2, signedVolumeMm3, type TriangleMesh, boundsOf } from "./triangle-mesh.ts";

/** Where the rays of a pixel are. */
export interface RayLattice {
  readonly count: number;
  /** Places from the pixel's centre, in pixels. */
  readonly offsetU: Float64Array;
  readonly offsetV: Float64Array;
}

/** The projector's own ray, through the centre of the pixel. */
export const centralRay: RayLattice = {
  count: 1,
  offsetU: new Float64Array(1),
  offsetV: new Float64Array(1),
};

/**
 * Fibonacci lattices: n points, the i-th at ((i + ½)/n, ({i m/n} + ½/n)) of the pixel's square, so that their shadows along rows and
 * columns are n different places. A surface of metal has edges that one ray a pixel would draw as stairs; the narrower it is, the more rays.
 */
const fibonacci = (count: number, multiplier: number): RayLattice => ({
  count,
  offsetU: Float64Array.from({ length: count }, (_, i) => (i + 0.5) / count - 0.5),
  offsetV: Float64Array.from({ length: count }, (_, i) => (((i * multiplier) % count) + 0.5) / count - 0.5),
});

const LATTICES = [
  { fromPx: 6, lattice: fibonacci(5, 2) },
  { fromPx: 2, lattice: fibonacci(8, 5) },
  { fromPx: 0, lattice: fibonacci(13, 8) },
] as const;

/** The lattice for the narrowest of some bodies. */
export function latticeFor(camera: Camera, meshes: readonly TriangleMesh[]): RayLattice {
  const narrowestPx = Math.min(...meshes.map((mesh) => widthPx(camera, mesh)));
  return (LATTICES.find(({ fromPx }) => narrowestPx >= fromPx) ?? LATTICES[2]).lattice;
}

/** How wide the shadow of a body is, across: 4 volume / surface, which is the diameter of a long rod. */
function widthPx(camera: Camera, mesh: TriangleMesh): number {
  const { low, high } = boundsOf(mesh);
  const { depthMm } = project(camera, [
    (low[0] + high[0]) / 2,
    (low[1] + high[1]) / 2,
    (low[2] + high[2]) / 2,
  ]);
  const widthMm = (4 * Math.abs(signedVolumeMm3(mesh))) / surfaceMm2(mesh);
  return (widthMm * camera.sourceToDetectorMm) / Math.max(depthMm, 1) / Math.max(...camera.pixelPitchMm);
}
