import { type Transform, transform } from "../../geometry/transform.ts";
import { radFromDeg, type Vector3 } from "../../geometry/vector.ts";
import type { PatientVariation } from "./patient-variation.ts";

/**
 * Scale, then shear, about a fixed point:  x' = c + H S (x − c)  with S = diag(scale) and
 *
 *       | 1  tan xByY  tan xByZ |
 *   H = | 0      1     tan yByZ |       det(H S) = the product of the scales
 *       | 0      0         1    |
 *
 * Any other linear change of shape is one of these and a rotation.
 */
export function shapeMatrix(
  { scale, shearDeg }: Pick<PatientVariation, "scale" | "shearDeg">,
  fixedLps: Vector3,
): Transform<"lps", "lps"> {
  const [xy, xz, yz] = [shearDeg.xByY, shearDeg.xByZ, shearDeg.yByZ].map((deg) => Math.tan(radFromDeg(deg)));
  const [sx, sy, sz] = scale;
  const rows = [
    [sx, xy * sy, xz * sz],
    [0, sy, yz * sz],
    [0, 0, sz],
  ];
  const numbers = rows.flatMap((row, axis) => [
    ...row,
    fixedLps[axis] - row.reduce((sum, value, column) => sum + value * fixedLps[column], 0),
  ]);
  return transform("lps", "lps", [...numbers, 0, 0, 0, 1]);
}
