import { type Camera, lpsRayFromPixel, type PixelRegion } from "../../geometry/camera.ts";
import type { Vector3 } from "../../geometry/vector.ts";
import type { RayLattice } from "./ray-lattice.ts";
import type { TriangleMesh } from "./triangle-mesh.ts";

/** Far above the rounding of a place in the picture; what is within it is decided exactly. */
const MARGIN_PX = 1e-5;

/** All meetings of a camera's rays with a surface, triangle by triangle, in front of the source. */
export interface TriangleHits {
  readonly count: number;
  /** 2 · ray + 1 where it enters, 2 · ray where it leaves; rays are counted within the region. */
  readonly keys: Uint32Array;
  /** Depth in mm along the panel's normal. */
  readonly depthMm: Float64Array;
}

/**
 * Every triangle is drawn onto the picture. A ray d = D (u, v, 1) goes through the triangle a, b, c (seen from the source) where
 *
 *   e = d · (a × b),  d · (b × c),  d · (c × a)   all have the sign of a · n,   n = (b − a) × (c − a),
 *
 * and meets it at depth t = a · n / d · n. Each e is affine in (u, v), is computed from the two vertices of the edge alone, and changes nothing but
 * its sign when they are exchanged: of two triangles that share an edge exactly one is met. A ray that meets the edge itself counts as
 * moved by an infinitely small step along the row, then the column.
 */
export function triangleHits(
  camera: Camera,
  mesh: TriangleMesh,
  seen: SeenVertices,
  region: PixelRegion,
  lattice: RayLattice,
): TriangleHits {
  const hits = growingHits();
  const d = lpsRayFromPixel(camera);
  const [sx, sy, sz] = camera.sourceLps;
  const { vertices: p, triangles } = mesh;
  const { u: pixelU, v: pixelV, depthMm: depth } = seen;
  const { count: rays, offsetU, offsetV } = lattice;
  const lastColumn = region.column + region.widthPx - 1;
  const lastRow = region.row + region.heightPx - 1;
  // Coefficients of u, v and 1 of the three edges.
  const e = new Float64Array(9);
  for (let corner = 0; corner < triangles.length; corner += 3) {
    const i = triangles[corner];
    const j = triangles[corner + 1];
    const k = triangles[corner + 2];
    const nearest = Math.min(depth[i], depth[j], depth[k]);
    const farthest = Math.max(depth[i], depth[j], depth[k]);
    if (!(farthest > 0)) continue;
    // Places of the triangle in the picture, with a margin for rounding; what reaches behind the source may be anywhere.
    let top = region.row - 1;
    let bottom = lastRow + 1;
    let left = region.column - 1;
    let right = lastColumn + 1;
    if (nearest > 0) {
      top = Math.max(top, Math.min(pixelV[i], pixelV[j], pixelV[k]) - MARGIN_PX);
      bottom = Math.min(bottom, Math.max(pixelV[i], pixelV[j], pixelV[k]) + MARGIN_PX);
      left = Math.max(left, Math.min(pixelU[i], pixelU[j], pixelU[k]) - MARGIN_PX);
      right = Math.min(right, Math.max(pixelU[i], pixelU[j], pixelU[k]) + MARGIN_PX);
      if (!(top <= bottom && left <= right)) continue;
    }
    const firstRow = Math.max(Math.ceil(top - 0.5), region.row);
    const finalRow = Math.min(Math.floor(bottom + 0.5), lastRow);
    const ax = p[3 * i] - sx;
    const ay = p[3 * i + 1] - sy;
    const az = p[3 * i + 2] - sz;
    const bx = p[3 * j] - sx;
    const by = p[3 * j + 1] - sy;
    const bz = p[3 * j + 2] - sz;
    const cx = p[3 * k] - sx;
    const cy = p[3 * k + 1] - sy;
    const cz = p[3 * k + 2] - sz;
    const nx = (by - ay) * (cz - az) - (bz - az) * (cy - ay);
    const ny = (bz - az) * (cx - ax) - (bx - ax) * (cz - az);
    const nz = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    const facing = ax * nx + ay * ny + az * nz;
    if (facing === 0) continue;
    const sign = facing > 0 ? 1 : -1;
    edge(d, ax, ay, az, bx, by, bz, e, 0);
    edge(d, bx, by, bz, cx, cy, cz, e, 3);
    edge(d, cx, cy, cz, ax, ay, az, e, 6);
    const perU = nx * d[0] + ny * d[3] + nz * d[6];
    const perV = nx * d[1] + ny * d[4] + nz * d[7];
    const rest = nx * d[2] + ny * d[5] + nz * d[8];
    for (let row = firstRow; row <= finalRow; row++)
      for (let ray = 0; ray < rays; ray++) {
        const v = row + offsetV[ray];
        if (v < top || v > bottom) continue;
        // The columns between the edges, and then each of them exactly.
        let low = left;
        let high = right;
        for (let n = 0; n < 9; n += 3) {
          if (e[n] === 0) continue;
          const at = -(e[n + 1] * v + e[n + 2]) / e[n];
          if (sign * e[n] > 0) {
            if (at > low) low = at;
          } else if (at < high) high = at;
        }
        const first = Math.max(Math.ceil(low - offsetU[ray] - MARGIN_PX), region.column);
        const final = Math.min(Math.floor(high - offsetU[ray] + MARGIN_PX), lastColumn);
        for (let column = first; column <= final; column++) {
          const u = column + offsetU[ray];
          if (!(isInside(e, 0, u, v, sign) && isInside(e, 3, u, v, sign) && isInside(e, 6, u, v, sign)))
            continue;
          const t = facing / (perU * u + perV * v + rest);
          // Where a ray grazes the triangle, t is uncertain, but not more than the triangle is long.
          const depthMm = t >= nearest ? (t <= farthest ? t : farthest) : nearest;
          if (!(depthMm > 0)) continue;
          const inRegion = (row - region.row) * region.widthPx + (column - region.column);
          hits.add(2 * (inRegion * rays + ray) + (sign < 0 ? 1 : 0), depthMm);
        }
      }
  }
  return hits.all();
}

/** d(u, v) · (a × b) as coefficients of u, v and 1. */
function edge(
  d: Float64Array,
  ax: number,
  ay: number,
  az: number,
  bx: number,
  by: number,
  bz: number,
  into: Float64Array,
  at: number,
): void {
  const x = ay * bz - az * by;
  const y = az * bx - ax * bz;
  const z = ax * by - ay * bx;
  into[at] = d[0] * x + d[3] * y + d[6] * z;
  into[at + 1] = d[1] * x + d[4] * y + d[7] * z;
  into[at + 2] = d[2] * x + d[5] * y + d[8] * z;
}

function isInside(e: Float64Array, at: number, u: number, v: number, sign: number): boolean {
  const value = e[at] * u + e[at + 1] * v + e[at + 2];
  if (value !== 0) return sign * value > 0;
  if (e[at] !== 0) return sign * e[at] > 0;
  return sign * e[at + 1] > 0;
}

/** Places of the vertices of a mesh in the picture, and their depths in mm. */
export interface SeenVertices {
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly depthMm: Float64Array;
}

export function seenVertices({ pixelFromLps: m }: Camera, { vertices }: TriangleMesh): SeenVertices {
  const count = vertices.length / 3;
  const u = new Float64Array(count);
  const v = new Float64Array(count);
  const depthMm = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const x = vertices[3 * n];
    const y = vertices[3 * n + 1];
    const z = vertices[3 * n + 2];
    const depth = m[8] * x + m[9] * y + m[10] * z + m[11];
    u[n] = (m[0] * x + m[1] * y + m[2] * z + m[3]) / depth;
    v[n] = (m[4] * x + m[5] * y + m[6] * z + m[7]) / depth;
    depthMm[n] = depth;
  }
  return { u, v, depthMm };
}

/** The rectangle of pixels whose rays may meet a mesh; undefined when it lies beside the picture or behind the source. */
export function meshRegion(camera: Camera, { u, v, depthMm: depth }: SeenVertices): PixelRegion | undefined {
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  let isInFront = false;
  let isBehind = false;
  for (let n = 0; n < depth.length; n++) {
    if (!(depth[n] > 0)) {
      isBehind = true;
      continue;
    }
    isInFront = true;
    left = Math.min(left, u[n]);
    right = Math.max(right, u[n]);
    top = Math.min(top, v[n]);
    bottom = Math.max(bottom, v[n]);
  }
  if (!isInFront) return undefined;
  const { widthPx, heightPx } = camera;
  // What reaches behind the source has no bounded shadow.
  if (isBehind) return { column: 0, row: 0, widthPx, heightPx };
  const column = Math.max(Math.ceil(left - 0.5), 0);
  const row = Math.max(Math.ceil(top - 0.5), 0);
  const lastColumn = Math.min(Math.floor(right + 0.5), widthPx - 1);
  const lastRow = Math.min(Math.floor(bottom + 0.5), heightPx - 1);
  if (column > lastColumn || row > lastRow) return undefined;
  return { column, row, widthPx: lastColumn - column + 1, heightPx: lastRow - row + 1 };
}

function growingHits(): { add(key: number, depthMm: number): void; all(): TriangleHits } {
  let count = 0;
  let keys = new Uint32Array(4096);
  let depthMm = new Float64Array(4096);
  return {
    add(key, depth) {
      if (count === keys.length) {
        const oldKeys = keys;
        const oldDepths = depthMm;
        keys = new Uint32Array(2 * count);
        keys.set(oldKeys);
        depthMm = new Float64Array(2 * count);
        depthMm.set(oldDepths);
      }
      keys[count] = key;
      depthMm[count++] = depth;
    },
    all: () => ({ count, keys, depthMm }),
  };
}

/** How often a point lies inside a closed surface: the solid angles of its triangles over 4π, by van Oosterom and Strackee (1983). */
export function windingAt(mesh: TriangleMesh, [x, y, z]: Vector3): number {
  const { vertices: p, triangles } = mesh;
  let sum = 0;
  for (let n = 0; n < triangles.length; n += 3) {
    const i = 3 * triangles[n];
    const j = 3 * triangles[n + 1];
    const k = 3 * triangles[n + 2];
    const ax = p[i] - x;
    const ay = p[i + 1] - y;
    const az = p[i + 2] - z;
    const bx = p[j] - x;
    const by = p[j + 1] - y;
    const bz = p[j + 2] - z;
    const cx = p[k] - x;
    const cy = p[k + 1] - y;
    const cz = p[k + 2] - z;
    const a = Math.sqrt(ax * ax + ay * ay + az * az);
    const b = Math.sqrt(bx * bx + by * by + bz * bz);
    const c = Math.sqrt(cx * cx + cy * cy + cz * cz);
    const ab = ax * bx + ay * by + az * bz;
    const bc = bx * cx + by * cy + bz * cz;
    const ca = cx * ax + cy * ay + cz * az;
    const volume = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
    sum += 2 * Math.atan2(volume, a * b * c + ab * c + bc * a + ca * b);
  }
  return sum / (4 * Math.PI);
}
