import { type Camera, lpsRayFromPixel } from "../../src/geometry/camera.ts";
import { cArmCamera } from "../../src/geometry/c-arm.ts";
import { deviceById, resizedDevice } from "../../src/geometry/device.ts";
import { grid } from "../../src/geometry/grid.ts";
import { applyToPoint, transform } from "../../src/geometry/transform.ts";
import { dot, subtract, type Vector3 } from "../../src/geometry/vector.ts";
import type { LabelMap } from "../../src/volume/label-map.ts";

/** A cube of voxels about the origin of LPS, labelled by a rule at the voxel centres. */
export function phantom(options: {
  spacingMm: Vector3;
  shape: Vector3;
  labelAt: (lps: Vector3) => number;
  names?: Record<number, string>;
}): LabelMap {
  const { spacingMm: s, shape: n } = options;
  const matrix = [0, 1, 2].flatMap((row) =>
    [0, 1, 2, 3].map((column) => (column === 3 ? (-s[row] * (n[row] - 1)) / 2 : column === row ? s[row] : 0)),
  );
  const g = grid(n, transform("lps", "voxel", [...matrix, 0, 0, 0, 1]));
  const labels = new Uint8Array(n[0] * n[1] * n[2]);
  for (let k = 0; k < n[2]; k++)
    for (let j = 0; j < n[1]; j++)
      for (let i = 0; i < n[0]; i++)
        labels[(k * n[1] + j) * n[0] + i] = options.labelAt(applyToPoint(g.lpsFromVoxel, [i, j, k]));
  const names = new Map(Object.entries(options.names ?? {}).map(([label, name]) => [Number(label), name]));
  return { grid: g, labels, names };
}

export const camera = (sizePx: number, laoDeg = 180, craDeg = 0): Camera =>
  cArmCamera({
    device: resizedDevice(deviceById("cios-fusion"), sizePx),
    angles: { laoDeg, craDeg, rollDeg: 0 },
    isocentreLps: [0, 0, 0],
  });

/** Distance in mm of each pixel's ray from a point: a ball's shadow is where it is less than the radius. */
export function rayDistancesMm(view: Camera, point: Vector3): Float64Array {
  const d = lpsRayFromPixel(view);
  const away = subtract(point, view.sourceLps);
  return Float64Array.from({ length: view.widthPx * view.heightPx }, (_, index) => {
    const [u, v] = [index % view.widthPx, Math.floor(index / view.widthPx)];
    const ray: Vector3 = [0, 3, 6].map((row) => d[row] * u + d[row + 1] * v + d[row + 2]) as never;
    const along = dot(away, ray) / Math.hypot(...ray);
    return Math.sqrt(Math.max(dot(away, away) - along * along, 0));
  });
}

export function dice(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [both, sum] = [0, 0];
  for (let n = 0; n < a.length; n++) {
    if (a[n] !== 0 && b[n] !== 0) both++;
    sum += Number(a[n] !== 0) + Number(b[n] !== 0);
  }
  return (2 * both) / sum;
}
