import type { ImagePoint } from "../labelled-image.ts";

/** How far the source of each pixel is moved, in pixels, on the grid of the new picture and between its pixels. */
export interface Displacement {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly at: (x: number, y: number) => ImagePoint;
}
