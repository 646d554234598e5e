import type { Camera, PixelRegion } from "../../geometry/camera.ts";
import type { Grid } from "../../geometry/grid.ts";
import { type RayFrame, rayAt, TILE_PX, tileAxis } from "../ray-frame.ts";

/** Words of 32 bits of one record: struct Tile in joseph.wgsl.ts. */
const TILE_WORDS = 24;

/** The tiles of 16 × 16 pixels that hold a region, counted from pixel (0, 0) of the whole image. */
export interface TileRange {
  readonly firstColumn: number;
  readonly firstRow: number;
  readonly across: number;
  readonly down: number;
}

export function tilesOf(region: PixelRegion): TileRange {
  const firstColumn = Math.floor(region.column / TILE_PX);
  const firstRow = Math.floor(region.row / TILE_PX);
  return {
    firstColumn,
    firstRow,
    across: Math.ceil((region.column + region.widthPx) / TILE_PX) - firstColumn,
    down: Math.ceil((region.row + region.heightPx) / TILE_PX) - firstRow,
  };
}

/**
 * Ray set-up in float64, one record a tile. What a shader adds in float32 is small: the difference to the tile's anchor ray,
 * in voxels from where that ray meets the middle plane, so that positions hold to about 1e-5 voxels whatever the volume's size
 * or the source's distance.
 */
export function tileTable(camera: Camera, grid: Grid, frame: RayFrame, tiles: TileRange): ArrayBuffer {
  const table = new ArrayBuffer(4 * TILE_WORDS * tiles.across * tiles.down);
  for (let row = 0; row < tiles.down; row++)
    for (let column = 0; column < tiles.across; column++)
      writeTile(
        table,
        TILE_WORDS * (row * tiles.across + column),
        { camera, grid, frame },
        (tiles.firstColumn + column) * TILE_PX,
        (tiles.firstRow + row) * TILE_PX,
      );
  return table;
}

function writeTile(
  table: ArrayBuffer,
  firstWord: number,
  { camera, grid, frame }: { camera: Camera; grid: Grid; frame: RayFrame },
  column: number,
  row: number,
): void {
  const axis = tileAxis(frame, column, row);
  const [b, c] = [axis === 0 ? 1 : 0, axis === 2 ? 1 : 2];
  // An axis of the whole view is only known to be crossed by rays inside the image.
  const within = (first: number, size: number) =>
    frame.viewAxis === undefined ? first + (TILE_PX - 1) / 2 : Math.min(first + (TILE_PX - 1) / 2, size - 1);
  const anchor = [within(column, camera.widthPx), within(row, camera.heightPx)];

  const matrix = frame.voxelRayFromPixel;
  const ray = rayAt(matrix, anchor[0], anchor[1]);
  const slope = [ray[b] / ray[axis], ray[c] / ray[axis]];
  const planesFromSource = Math.floor(grid.shape[axis] / 2) - frame.sourceVoxel[axis];
  const position = [b, c].map((n, index) => frame.sourceVoxel[n] + planesFromSource * slope[index]);
  // Within the grid's neighbourhood a 32-bit integer holds the origin; further out no sample counts.
  const origin = position.map((p) => Math.max(-1e6, Math.min(1e6, Math.round(p))));
  // d(u, v)_b − slope · d(u, v)_a vanishes at the anchor: this is its gradient.
  const gradient = (pixelAxis: number) =>
    [b, c].map((n, index) => matrix[3 * n + pixelAxis] - slope[index] * matrix[3 * axis + pixelAxis]);
  const inRange = (plane: number) => Math.max(-1, Math.min(grid.shape[axis], plane));

  const floats = new Float32Array(table, 4 * firstWord, TILE_WORDS);
  const integers = new Int32Array(table, 4 * firstWord, TILE_WORDS);
  floats.set(slope, 0);
  floats.set([position[0] - origin[0], position[1] - origin[1]], 2);
  floats.set(gradient(0), 4);
  floats.set(gradient(1), 6);
  floats.set([ray[axis], matrix[3 * axis], matrix[3 * axis + 1], planesFromSource], 8);
  floats.set(rayAt(frame.lpsRayFromPixel, anchor[0], anchor[1]), 12);
  integers[15] = axis;
  integers.set(origin, 16);
  floats.set(anchor, 18);
  integers[20] = inRange(Math.floor(frame.sourceVoxel[axis]) + 1);
  integers[21] = inRange(Math.ceil(frame.sourceVoxel[axis]) - 1);
}
