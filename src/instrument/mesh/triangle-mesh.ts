import type { Vector3 } from "../../geometry/vector.ts";

/** A surface of triangles, in mm in the frame of its tool. Corners run counter-clockwise as seen from outside. */
export interface TriangleMesh {
  /** x, y, z of one vertex after the other. */
  readonly vertices: Float64Array;
  /** Three indices of vertices a triangle. */
  readonly triangles: Uint32Array;
}

export const vertexAt = ({ vertices }: TriangleMesh, n: number): Vector3 => [
  vertices[3 * n],
  vertices[3 * n + 1],
  vertices[3 * n + 2],
];

/** Volume inside in mm³: Σ a · (b × c) / 6, negative where triangles are turned inside out. */
export function signedVolumeMm3({ vertices: p, triangles }: TriangleMesh): number {
  let sum = 0;
  // From the first vertex instead of an origin that may lie far away.
  const ox = p[0];
  const oy = p[1];
  const oz = p[2];
  for (let n = 0; n < triangles.length; n += 3) {
    const a = 3 * triangles[n];
    const b = 3 * triangles[n + 1];
    const c = 3 * triangles[n + 2];
    const ax = p[a] - ox;
    const ay = p[a + 1] - oy;
    const az = p[a + 2] - oz;
    const bx = p[b] - ox;
    const by = p[b + 1] - oy;
    const bz = p[b + 2] - oz;
    const cx = p[c] - ox;
    const cy = p[c + 1] - oy;
    const cz = p[c + 2] - oz;
    sum += ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  }
  return sum / 6;
}

export function surfaceMm2({ vertices: p, triangles }: TriangleMesh): number {
  let sum = 0;
  for (let n = 0; n < triangles.length; n += 3) {
    const a = 3 * triangles[n];
    const b = 3 * triangles[n + 1];
    const c = 3 * triangles[n + 2];
    const ux = p[b] - p[a];
    const uy = p[b + 1] - p[a + 1];
    const uz = p[b + 2] - p[a + 2];
    const vx = p[c] - p[a];
    const vy = p[c + 1] - p[a + 1];
    const vz = p[c + 2] - p[a + 2];
    const x = uy * vz - uz * vy;
    const y = uz * vx - ux * vz;
    const z = ux * vy - uy * vx;
    sum += Math.sqrt(x * x + y * y + z * z);
  }
  return sum / 2;
}

/** Smallest and largest x, y and z of the vertices. */
export function boundsOf({ vertices }: TriangleMesh): { low: Vector3; high: Vector3 } {
  const low: [number, number, number] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ];
  const high: [number, number, number] = [
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (let n = 0; n < vertices.length; n++) {
    const axis = n % 3;
    if (vertices[n] < low[axis]) low[axis] = vertices[n];
    if (vertices[n] > high[axis]) high[axis] = vertices[n];
  }
  return { low, high };
}

export const scaled = ({ vertices, triangles }: TriangleMesh, factor: number): TriangleMesh => ({
  vertices: factor === 1 ? vertices : vertices.map((x) => factor * x),
  triangles,
});

/** Several meshes as one. */
export function joined(meshes: readonly TriangleMesh[]): TriangleMesh {
  const sum = (length: (mesh: TriangleMesh) => number): number =>
    meshes.reduce((total, mesh) => total + length(mesh), 0);
  const vertices = new Float64Array(sum((mesh) => mesh.vertices.length));
  const triangles = new Uint32Array(sum((mesh) => mesh.triangles.length));
  let atVertex = 0;
  let atTriangle = 0;
  for (const mesh of meshes) {
    vertices.set(mesh.vertices, atVertex);
    const first = atVertex / 3;
    for (let n = 0; n < mesh.triangles.length; n++) triangles[atTriangle + n] = mesh.triangles[n] + first;
    atVertex += mesh.vertices.length;
    atTriangle += mesh.triangles.length;
  }
  return { vertices, triangles };
}
