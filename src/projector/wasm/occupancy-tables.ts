import type { Field } from "../../volume/field.ts";
import type { Axis } from "../ray-frame.ts";
import type { JosephKernel } from "./kernel.ts";
import { type OccupancyLayout, occupancyLayout } from "./occupancy-layout.ts";
import type { KernelTask } from "./parameter-block.ts";

/** Tables of what may be skipped in one field, made in the kernel's memory when a run first needs them. */
export interface OccupancyTables {
  /** Addresses of the tables of all axes, of which those asked for are ready; 0 for none. */
  make(kernel: JosephKernel, task: KernelTask, axes: readonly Axis[]): readonly [number, number, number];
  /** The first byte behind. */
  readonly end: number;
}

/** Sums need every voxel that is not zero; first hits only those that reach the threshold, channel by channel. */
export function occupancyTables(field: Field, fieldAddress: number, start: number): OccupancyTables {
  const { shape } = field.grid;
  const voxelBytes = field.kind === "u8x4" ? 4 : 2;
  const occupied = occupancyLayout(shape, start, 1);
  const reached = occupancyLayout(shape, occupied.end, field.kind === "u8x4" ? 4 : 1);
  const ready = { occupied: new Set<Axis>(), reached: new Set<Axis>() };
  let marked = false;
  let lowestMarked: number | undefined;

  function countOccupied(kernel: JosephKernel, axes: readonly Axis[]): void {
    if (!marked) kernel.findOccupied(fieldAddress, voxelBytes, ...shape, occupied.bricks);
    marked = true;
    for (const axis of axes)
      if (!ready.occupied.has(axis)) {
        kernel.countOccupied(occupied.bricks, ...shape, axis, occupied.tables[axis]);
        ready.occupied.add(axis);
      }
  }

  function countReached(kernel: JosephKernel, axes: readonly Axis[], lowest: number): void {
    if (lowest !== lowestMarked) {
      kernel.clear(reached.bricks, brickCount(reached));
      kernel.findReached(fieldAddress, lowest, ...shape, reached.bricks);
      ready.reached.clear();
      lowestMarked = lowest;
    }
    for (const axis of axes)
      if (!ready.reached.has(axis)) {
        kernel.countReached(reached.bricks, ...shape, axis, reached.tables[axis]);
        ready.reached.add(axis);
      }
  }

  return {
    end: reached.end,
    make(kernel, task, axes) {
      // A threshold of zero is met in empty space.
      if (task.kind !== "integrate" && !(task.threshold > 0)) return [0, 0, 0];
      if (task.kind !== "first-hits") {
        countOccupied(kernel, axes);
        return occupied.tables;
      }
      countReached(kernel, axes, lowestCounts(field, task.threshold));
      return reached.tables;
    },
  };
}

const brickCount = ({ bricks, tables }: OccupancyLayout): number => tables[0] - bricks;

/**
 * For each channel the least byte that some voxel has where a sample, an average of voxels, reaches the threshold, as one
 * 32-bit number.
 */
function lowestCounts(field: Field, threshold: number): number {
  const counts = [0, 1, 2, 3].map((channel) => Math.ceil(threshold / (field.scale[channel] ?? 1)));
  return counts.reduce((all, count, channel) => all | (Math.min(count, 255) << (8 * channel)), 0);
}
