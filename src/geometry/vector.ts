/** Three numbers in some frame: a point [mm], a direction, or a voxel index. */
export type Vector3 = readonly [number, number, number];

export const add = (a: Vector3, b: Vector3): Vector3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (a: Vector3, factor: number): Vector3 => [a[0] * factor, a[1] * factor, a[2] * factor];
export const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const norm = (a: Vector3): number => Math.hypot(a[0], a[1], a[2]);

export const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

export function normalize(a: Vector3): Vector3 {
  const length = norm(a);
  if (!(length > 0)) throw new RangeError(`a direction needs a length, got (${a.join(", ")})`);
  return scale(a, 1 / length);
}

export const radFromDeg = (degrees: number): number => (degrees * Math.PI) / 180;
export const degFromRad = (radians: number): number => (radians * 180) / Math.PI;
