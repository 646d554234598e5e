import { add, cross, dot, normalize, scale, subtract, type Vector3 } from "../../geometry/vector.ts";
import type { TriangleMesh } from "./triangle-mesh.ts";

/** Closed loops of equally many points, from one end of a body to the other. */
export type Ring = readonly Vector3[];

/** A polygon of n corners has the area of the circle of radius 1 when its corners lie at this radius. */
export const equalAreaRadius = (corners: number): number =>
  Math.sqrt((2 * Math.PI) / (corners * Math.sin((2 * Math.PI) / corners)));

/**
 * The surface through rings, closed at both ends: by a fan around the middle of the end ring, or by the rim to a bore.
 * Rings run counter-clockwise as seen by somebody the body comes towards; those of the bore as the outer ones.
 */
export function ringSurface(rings: readonly Ring[], bore?: readonly Ring[]): TriangleMesh {
  const corners = rings[0].length;
  const vertices: number[] = [];
  const triangles: number[] = [];
  const put = (ring: Ring): number => {
    const first = vertices.length / 3;
    for (const point of ring) vertices.push(...point);
    return first;
  };
  const band = (a: number, b: number): void => {
    for (let n = 0; n < corners; n++) {
      const next = (n + 1) % corners;
      triangles.push(a + n, a + next, b + next, a + n, b + next, b + n);
    }
  };
  const lid = (at: number, ring: Ring, faces: "back" | "front"): void => {
    const middle = vertices.length / 3;
    vertices.push(...scale(ring.reduce(add), 1 / corners));
    for (let n = 0; n < corners; n++) {
      const next = (n + 1) % corners;
      triangles.push(middle, ...(faces === "front" ? [at + n, at + next] : [at + next, at + n]));
    }
  };
  const outer = rings.map(put);
  for (let n = 1; n < outer.length; n++) band(outer[n - 1], outer[n]);
  const last = outer.length - 1;
  if (bore) {
    const inner = bore.map(put);
    for (let n = 1; n < inner.length; n++) band(inner[n], inner[n - 1]);
    band(outer[last], inner[inner.length - 1]);
    band(inner[0], outer[0]);
  } else {
    lid(outer[0], rings[0], "back");
    lid(outer[last], rings[last], "front");
  }
  return { vertices: Float64Array.from(vertices), triangles: Uint32Array.from(triangles) };
}

/**
 * A body about the z axis. `stations` ascend in z, each with its radius, which may depend on the angle (threads, flutes).
 * Radii are those of circles; the polygons through them have the circles' area.
 */
export function turnedBody(
  stations: readonly { readonly z: number; readonly radiusMm: number | ((angle: number) => number) }[],
  options: { readonly corners?: number; readonly boreRadiusMm?: number } = {},
): TriangleMesh {
  const { corners = 48, boreRadiusMm } = options;
  const factor = equalAreaRadius(corners);
  const ring = (z: number, radiusMm: number | ((angle: number) => number)): Ring =>
    Array.from({ length: corners }, (_, n): Vector3 => {
      const angle = (2 * Math.PI * n) / corners;
      const r = factor * (typeof radiusMm === "number" ? radiusMm : radiusMm(angle));
      return [r * Math.cos(angle), r * Math.sin(angle), z];
    });
  const rings = stations.map(({ z, radiusMm }) => ring(z, radiusMm));
  if (boreRadiusMm === undefined) return ringSurface(rings);
  return ringSurface(rings, [
    ring(stations[0].z, boreRadiusMm),
    ring(stations[stations.length - 1].z, boreRadiusMm),
  ]);
}

/** A rod, or with a bore a tube, along a line of points. Its cross-section is carried along without twist. */
export function sweptTube(
  line: readonly Vector3[],
  radiusMm: number,
  options: { readonly corners?: number; readonly boreRadiusMm?: number } = {},
): TriangleMesh {
  const { corners = 24, boreRadiusMm } = options;
  const factor = equalAreaRadius(corners);
  const tangentAt = (n: number): Vector3 =>
    normalize(subtract(line[Math.min(n + 1, line.length - 1)], line[Math.max(n - 1, 0)]));
  let side: Vector3 = Math.abs(tangentAt(0)[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0];
  const frames = line.map((centre, n) => {
    const tangent = tangentAt(n);
    side = normalize(subtract(side, scale(tangent, dot(side, tangent))));
    return { centre, x: side, y: cross(tangent, side) };
  });
  const ringsOf = (radius: number): Ring[] =>
    frames.map(({ centre, x, y }) =>
      Array.from({ length: corners }, (_, n) => {
        const angle = (2 * Math.PI * n) / corners;
        const [c, s] = [factor * radius * Math.cos(angle), factor * radius * Math.sin(angle)];
        return add(centre, add(scale(x, c), scale(y, s)));
      }),
    );
  return ringSurface(ringsOf(radiusMm), boreRadiusMm === undefined ? undefined : ringsOf(boreRadiusMm));
}

/** A ball of parallels and meridians, with the volume of the true one. */
export function ball(centre: Vector3, radiusMm: number, parallels = 24): TriangleMesh {
  const corners = 2 * parallels;
  const plain = (radius: number): TriangleMesh =>
    ringSurface(
      Array.from({ length: parallels - 1 }, (_, n): Ring => {
        const polar = Math.PI * (1 - (n + 1) / parallels);
        return Array.from({ length: corners }, (_, m): Vector3 => {
          const angle = (2 * Math.PI * m) / corners;
          const r = radius * Math.sin(polar);
          return [
            centre[0] + r * Math.cos(angle),
            centre[1] + r * Math.sin(angle),
            centre[2] + radius * Math.cos(polar),
          ];
        });
      }),
    );
  // Frusta between parallels: volume of the unit polyhedron in closed form, and its cube root as the factor.
  const area = 0.5 * corners * Math.sin((2 * Math.PI) / corners);
  let volume = 0;
  for (let n = 1; n < parallels - 1; n++) {
    const [a, b] = [(Math.PI * n) / parallels, (Math.PI * (n + 1)) / parallels];
    const [ra, rb] = [Math.sin(a), Math.sin(b)];
    volume += (area * (Math.cos(a) - Math.cos(b)) * (ra * ra + ra * rb + rb * rb)) / 3;
  }
  return plain(radiusMm * Math.cbrt((4 * Math.PI) / 3 / volume));
}

/** A box between two corners. */
export function box([x0, y0, z0]: Vector3, [x1, y1, z1]: Vector3): TriangleMesh {
  const ring = (z: number): Ring => [
    [x0, y0, z],
    [x1, y0, z],
    [x1, y1, z],
    [x0, y1, z],
  ];
  return ringSurface([ring(z0), ring(z1)]);
}
