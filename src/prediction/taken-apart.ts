import type { Picture } from "./predict.ts";

const TILES = 4;

/**
 * A picture of the same grey values, noise and contrast without anatomy: its 4 × 4 tiles change places, tile n gets what was in tile (5 n + 3) mod 16,
 * so that none stays and no two neighbours in a row stay neighbours. What does not divide by four stays at the right and lower edges.
 */
export function takenApart({ widthPx, heightPx, pixels }: Picture): Picture {
  const [width, height] = [Math.floor(widthPx / TILES), Math.floor(heightPx / TILES)];
  const moved = pixels.slice();
  for (let tile = 0; tile < TILES ** 2; tile++) {
    const from = (5 * tile + 3) % TILES ** 2;
    const [column, row] = [(tile % TILES) * width, Math.floor(tile / TILES) * height];
    const start = Math.floor(from / TILES) * height * widthPx + (from % TILES) * width;
    for (let v = 0; v < height; v++)
      moved.set(
        pixels.subarray(start + v * widthPx, start + v * widthPx + width),
        (row + v) * widthPx + column,
      );
  }
  return { widthPx, heightPx, pixels: moved };
}
