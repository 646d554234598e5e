import { type Grid, grid, voxelCount } from "../src/geometry/grid.ts";
import { transform } from "../src/geometry/transform.ts";
import type { Vector3 } from "../src/geometry/vector.ts";
import type { LabelMap } from "../src/volume/label-map.ts";
import type { Landmark } from "../src/volume/landmark.ts";
import type { Volume } from "../src/volume/volume.ts";

/** Field of view in mm: as wide as a chest CT, 22 % of it inside the skin. */
const FIELD_MM: Vector3 = [450, 450, 360];
const BODY_MM = { x: 160, y: 90 };

/** Seven structures: label number, name. */
const NAMES = ["lung_left", "lung_right", "heart", "aorta", "liver", "vertebrae", "ribs"] as const;
const [LUNG_LEFT, LUNG_RIGHT, HEART, AORTA, LIVER, VERTEBRAE, RIBS] = [1, 2, 3, 4, 5, 6, 7];

/** Mean CT number of each label; label 0 inside the body is muscle under a layer of fat. */
const HU = [40, -780, -780, 50, 60, 70, 420, 650];
const FAT_HU = -100;

export interface ChestPhantom {
  readonly ct: Volume;
  readonly labelMap: LabelMap;
  readonly landmarks: readonly Landmark[];
}

/** A chest of ellipsoids, cylinders and rings in air at −1000 HU, with ±24 HU of noise; the same for the same shape. */
export function chestPhantom(shape: Vector3): ChestPhantom {
  const spacing = shape.map((n, axis) => FIELD_MM[axis] / n);
  const origin = shape.map((n, axis) => -0.5 * (n - 1) * spacing[axis]);
  const [dx, dy, dz] = spacing;
  const placed: Grid = grid(
    shape,
    transform("lps", "voxel", [dx, 0, 0, origin[0], 0, dy, 0, origin[1], 0, 0, dz, origin[2], 0, 0, 0, 1]),
  );
  const values = new Int16Array(voxelCount(placed)).fill(-1000);
  const labels = new Uint8Array(values.length);
  for (let k = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++) {
      const y = origin[1] + j * dy;
      const inside = 1 - (y / BODY_MM.y) ** 2;
      if (inside <= 0) continue;
      const reach = BODY_MM.x * Math.sqrt(inside);
      const first = Math.ceil((-reach - origin[0]) / dx);
      const last = Math.floor((reach - origin[0]) / dx);
      for (let i = first; i <= last; i++) {
        const voxel = (k * shape[1] + j) * shape[0] + i;
        const x = origin[0] + i * dx;
        const label = labelAt(x, y, origin[2] + k * dz);
        const mean = label === 0 && depth(x, y) > 0.86 ? FAT_HU : HU[label];
        values[voxel] = mean + noise(voxel);
        labels[voxel] = label;
      }
    }
  return {
    ct: { quantity: "HU", grid: placed, values },
    labelMap: { grid: placed, labels, names: new Map(NAMES.map((name, index) => [index + 1, name])) },
    // Along the spine and around the chest.
    landmarks: Array.from({ length: 14 }, (_, n) => ({
      name: `landmark_${n + 1}`,
      lpsMm: [100 * Math.sin(0.45 * n), 40 * Math.cos(0.45 * n), 15 * (n - 6.5)] as const,
    })),
  };
}

/** 0 on the axis of the body, 1 on the skin. */
const depth = (x: number, y: number): number => (x / BODY_MM.x) ** 2 + (y / BODY_MM.y) ** 2;

function labelAt(x: number, y: number, z: number): number {
  const within = (cx: number, cy: number, cz: number, rx: number, ry: number, rz: number): boolean =>
    ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 + ((z - cz) / rz) ** 2 < 1;
  const d = depth(x, y);
  // Rings of 8 mm every 24 mm.
  if (d > 0.68 && d < 0.8 && (((z + 0.15 * y) % 24) + 24) % 24 < 8) return RIBS;
  if (within(0, 55, 0, 19, 19, 1e6)) return VERTEBRAE;
  if (within(22, 32, 0, 12, 12, 1e6)) return AORTA;
  if (within(18, -18, -30, 50, 42, 55)) return HEART;
  if (within(-55, 0, -150, 95, 65, 70)) return LIVER;
  if (within(72, 5, 10, 60, 66, 140)) return LUNG_LEFT;
  if (within(-72, 5, 20, 60, 66, 130)) return LUNG_RIGHT;
  return 0;
}

/** −24 … 23, from the voxel's place. */
function noise(voxel: number): number {
  let h = Math.imul(voxel + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (((h ^ (h >>> 13)) >>> 0) % 48) - 24;
}
