import { normalize, radFromDeg, type Vector3 } from "./vector.ts";

/** 3×3 row-major rotation by an angle about an axis, right-handed (Rodrigues): R = I + sin θ K + (1 − cos θ) K². */
export function rotationAbout(axis: Vector3, angleDeg: number): number[] {
  const [x, y, z] = normalize(axis);
  const sine = Math.sin(radFromDeg(angleDeg));
  const cosine = Math.cos(radFromDeg(angleDeg));
  const rest = 1 - cosine;
  return [
    cosine + rest * x * x,
    rest * x * y - sine * z,
    rest * x * z + sine * y,
    rest * x * y + sine * z,
    cosine + rest * y * y,
    rest * y * z - sine * x,
    rest * x * z - sine * y,
    rest * y * z + sine * x,
    cosine + rest * z * z,
  ];
}
