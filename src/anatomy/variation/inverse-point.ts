import { cross, dot, subtract, type Vector3 } from "../../geometry/vector.ts";

const STEPS = 60;
const TOLERANCE_MM = 1e-3;
const DIFFERENCE_MM = 0.5;

/** The place that a one-to-one map of the patient sends to `target`, to 0.001 mm: Newton's method, halving steps that lead away. */
export function inversePoint(map: (lps: Vector3) => Vector3, target: Vector3): Vector3 {
  let place = target;
  let off = subtract(map(place), target);
  for (let step = 0; step < STEPS && Math.hypot(...off) > TOLERANCE_MM; step++) {
    const here = map(place);
    const column = (axis: number): Vector3 => {
      const beside = place.map((x, n) => (n === axis ? x + DIFFERENCE_MM : x));
      const [x, y, z] = map([beside[0], beside[1], beside[2]]);
      return [(x - here[0]) / DIFFERENCE_MM, (y - here[1]) / DIFFERENCE_MM, (z - here[2]) / DIFFERENCE_MM];
    };
    const [a, b, c] = [column(0), column(1), column(2)];
    // Cramer's rule; the determinant of a map without folds is positive.
    const det = dot(a, cross(b, c));
    const move: Vector3 = [
      -dot(off, cross(b, c)) / det,
      -dot(a, cross(off, c)) / det,
      -dot(a, cross(b, off)) / det,
    ];
    for (let fraction = 1; ; fraction /= 2) {
      const next: Vector3 = [
        place[0] + fraction * move[0],
        place[1] + fraction * move[1],
        place[2] + fraction * move[2],
      ];
      const nextOff = subtract(map(next), target);
      if (Math.hypot(...nextOff) < Math.hypot(...off) || fraction < 1 / 64) {
        place = next;
        off = nextOff;
        break;
      }
    }
  }
  return place;
}
