import type { Vector3 } from "../geometry/vector.ts";

/** A box of voxels: first index and one past the last, along each axis. May reach over the edge of a volume. */
export interface VoxelBox {
  readonly start: Vector3;
  readonly end: Vector3;
}

export const boxVolume = (box: VoxelBox): number =>
  (box.end[0] - box.start[0]) * (box.end[1] - box.start[1]) * (box.end[2] - box.start[2]);

export const grownBox = ({ start, end }: VoxelBox, by: number): VoxelBox => ({
  start: [start[0] - by, start[1] - by, start[2] - by],
  end: [end[0] + by, end[1] + by, end[2] + by],
});

export const unionBox = (a: VoxelBox, b: VoxelBox): VoxelBox => ({
  start: [
    Math.min(a.start[0], b.start[0]),
    Math.min(a.start[1], b.start[1]),
    Math.min(a.start[2], b.start[2]),
  ],
  end: [Math.max(a.end[0], b.end[0]), Math.max(a.end[1], b.end[1]), Math.max(a.end[2], b.end[2])],
});
