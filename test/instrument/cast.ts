import { type Camera, lpsRayFromPixel, placedCamera } from "../../src/geometry/camera.ts";
import type { Vector3 } from "../../src/geometry/vector.ts";
import { meshSpans } from "../../src/instrument/mesh/mesh-spans.ts";
import { centralRay, type RayLattice } from "../../src/instrument/mesh/ray-lattice.ts";
import type { RaySpans } from "../../src/instrument/mesh/ray-spans.ts";
import type { TriangleMesh } from "../../src/instrument/mesh/triangle-mesh.ts";

export const SOURCE: Vector3 = [0, -600, 0];

/** Looks along +y from 600 mm in front of the origin, panel at 1000 mm; columns along +x, rows along −z. */
export const cameraOf = (sizePx: number, pitchMm: number): Camera =>
  placedCamera({
    widthPx: sizePx,
    heightPx: sizePx,
    pixelPitchMm: [pitchMm, pitchMm],
    sourceToDetectorMm: 1000,
    sourceLps: SOURCE,
    columnAxis: [1, 0, 0],
    rowAxis: [0, 0, -1],
    towardsDetector: [0, 1, 0],
  });

export function directionOf(camera: Camera, u: number, v: number): Vector3 {
  const d = lpsRayFromPixel(camera);
  return [d[0] * u + d[1] * v + d[2], d[3] * u + d[4] * v + d[5], d[6] * u + d[7] * v + d[8]];
}

/** mm in the solid along the ray through every pixel's centre. */
export function centralPaths(camera: Camera, mesh: TriangleMesh): { paths: Float64Array; cast: RaySpans } {
  const cast = meshSpans(camera, mesh, centralRay);
  const paths = new Float64Array(camera.widthPx * camera.heightPx);
  cast.rays.forEach((pixel, n) => {
    const length = Math.hypot(
      ...directionOf(camera, pixel % camera.widthPx, Math.floor(pixel / camera.widthPx)),
    );
    for (let span = cast.first[n]; span < cast.first[n + 1]; span++)
      paths[pixel] += (cast.spans[2 * span + 1] - cast.spans[2 * span]) * length;
  });
  return { paths, cast };
}

/** Volume of a solid from its shadow: a ray of the solid angle p²/D² sees ∫ t² dt of it between depths. */
export function volumeOfShadow(camera: Camera, mesh: TriangleMesh, lattice?: RayLattice): number {
  const { spans, raysPerPixel } = meshSpans(camera, mesh, lattice);
  let cubes = 0;
  for (let n = 0; n < spans.length; n += 2) cubes += (spans[n + 1] ** 3 - spans[n] ** 3) / 3;
  const [pitchU, pitchV] = camera.pixelPitchMm;
  return (cubes * pitchU * pitchV) / camera.sourceToDetectorMm ** 2 / raysPerPixel;
}

export const moved = ({ vertices, triangles }: TriangleMesh, by: Vector3): TriangleMesh => ({
  vertices: vertices.map((x, n) => x + by[n % 3]),
  triangles,
});

export const insideOut = ({ vertices, triangles }: TriangleMesh): TriangleMesh => ({
  vertices,
  triangles: triangles.toReversed(),
});
