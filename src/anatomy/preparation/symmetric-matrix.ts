import type { Vector3 } from "../../geometry/vector.ts";

/** xx, xy, xz, yy, yz, zz. */
export type Symmetric3 = readonly [number, number, number, number, number, number];

/** Eigenvector of the smallest eigenvalue of a symmetric 3×3 matrix, by Jacobi rotations. */
export function smallestEigenvector([xx, xy, xz, yy, yz, zz]: Symmetric3): Vector3 {
  const a = [
    [xx, xy, xz],
    [xy, yy, yz],
    [xz, yz, zz],
  ];
  const v = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  for (let sweep = 0; sweep < 30; sweep++)
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      if (a[p][q] === 0) continue;
      const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
      const c = 1 / Math.hypot(t, 1);
      const s = t * c;
      for (let r = 0; r < 3; r++) {
        const [arp, arq] = [a[r][p], a[r][q]];
        a[r][p] = c * arp - s * arq;
        a[r][q] = s * arp + c * arq;
      }
      for (let r = 0; r < 3; r++) {
        const [apr, aqr] = [a[p][r], a[q][r]];
        a[p][r] = c * apr - s * aqr;
        a[q][r] = s * apr + c * aqr;
        const [vrp, vrq] = [v[r][p], v[r][q]];
        v[r][p] = c * vrp - s * vrq;
        v[r][q] = s * vrp + c * vrq;
      }
    }
  const least = [0, 1, 2].reduce((best, n) => (a[n][n] < a[best][best] ? n : best), 0);
  return [v[0][least], v[1][least], v[2][least]];
}
