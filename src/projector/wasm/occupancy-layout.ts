/** Sides of bricks and thickness of layers in voxels, as in assembly/occupancy.ts. */
const BRICK = 4;
const LAYER = 16;
const HIT_LAYER = 4;

/** Where the bricks that hold counts are marked, and counted for each axis; `end` is the first byte behind. */
export interface OccupancyLayout {
  readonly bricks: number;
  readonly tables: readonly [number, number, number];
  readonly end: number;
}

/** @param counts numbers in an entry of a table: one in all, or four for the channels, in thinner layers. */
export function occupancyLayout(
  shape: readonly [number, number, number],
  start: number,
  counts: 1 | 4,
): OccupancyLayout {
  const [bi, bj, bk] = shape.map((n) => Math.ceil(n / BRICK));
  const layer = counts === 1 ? LAYER : HIT_LAYER;
  const layers = (axis: number) => Math.ceil(shape[axis] / layer);
  const first = align(start + bi * bj * bk);
  const second = align(first + 4 * counts * layers(0) * (bj + 1) * (bk + 1));
  const third = align(second + 4 * counts * layers(1) * (bi + 1) * (bk + 1));
  const end = align(third + 4 * counts * layers(2) * (bi + 1) * (bj + 1));
  return { bricks: start, tables: [first, second, third], end };
}

const align = (address: number): number => Math.ceil(address / 64) * 64;
