import type { Grid } from "../geometry/grid.ts";

/** Sides of the bricks by which empty space is found. */
export const BRICK_VOXELS = 8;

export const brickShape = (grid: Grid): [number, number, number] => [
  Math.ceil(grid.shape[0] / BRICK_VOXELS),
  Math.ceil(grid.shape[1] / BRICK_VOXELS),
  Math.ceil(grid.shape[2] / BRICK_VOXELS),
];
