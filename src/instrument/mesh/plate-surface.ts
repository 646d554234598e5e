import type { TriangleMesh } from "./triangle-mesh.ts";

/**
 * A flat bar along −z from the origin with round holes along its middle, through its thickness (y). Around every hole lies a rectangle of the bar:
 * the points of its rim and of the hole go round together, so the surface closes where rectangles meet.
 */
export function platedBody(options: {
  holes: number;
  spacingMm: number;
  widthMm: number;
  thicknessMm: number;
  holeRadiusMm: number;
}): TriangleMesh {
  const { holes, spacingMm, widthMm, thicknessMm, holeRadiusMm } = options;
  const perSide = 12;
  const around = 4 * perSide;
  const vertices: number[] = [];
  const triangles: number[] = [];
  const quad = (a: number, b: number, c: number, d: number): void => void triangles.push(a, b, c, a, c, d);
  const rims: { top: number; bottom: number }[] = [];
  for (let hole = 0; hole < holes; hole++) {
    const middle = -(hole + 0.5) * spacingMm;
    // Rings: outer rim and hole at the top (y > 0), the same at the bottom.
    const first = vertices.length / 3;
    for (const y of [thicknessMm / 2, -thicknessMm / 2])
      for (const isHole of [false, true])
        for (let n = 0; n < around; n++) {
          const [x, z] = rimPoint(n, perSide);
          const [rx, rz] = [(x * widthMm) / 2, (z * spacingMm) / 2];
          if (isHole) {
            const angle = Math.atan2(z, x);
            vertices.push(holeRadiusMm * Math.cos(angle), y, middle + holeRadiusMm * Math.sin(angle));
          } else
            vertices.push(
              rx,
              y,
              hole > 0 && z === 1 ? -hole * spacingMm : z === -1 ? -(hole + 1) * spacingMm : middle + rz,
            );
        }
    const [topRim, topHole, bottomRim, bottomHole] = [0, 1, 2, 3].map((ring) => first + ring * around);
    rims.push({ top: topRim, bottom: bottomRim });
    for (let n = 0; n < around; n++) {
      const next = (n + 1) % around;
      quad(topRim + n, topHole + n, topHole + next, topRim + next);
      quad(bottomRim + n, bottomRim + next, bottomHole + next, bottomHole + n);
      quad(topHole + n, bottomHole + n, bottomHole + next, topHole + next);
      // Sides of the bar; where rectangles meet there is no wall. Side 1 faces +z, side 3 −z.
      const side = Math.floor(n / perSide);
      if ((side === 1 && hole > 0) || (side === 3 && hole < holes - 1)) continue;
      quad(topRim + n, topRim + next, bottomRim + next, bottomRim + n);
    }
  }
  return { vertices: Float64Array.from(vertices), triangles: Uint32Array.from(triangles) };
}

/** Point n of a square's rim, from corner (1, −1) along x = 1, then z = 1, x = −1, z = −1. */
function rimPoint(n: number, perSide: number): [number, number] {
  const side = Math.floor(n / perSide);
  const along = (2 * (n % perSide)) / perSide - 1;
  if (side === 0) return [1, along];
  if (side === 1) return [-along, 1];
  if (side === 2) return [-1, -along];
  return [along, -1];
}
