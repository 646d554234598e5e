import { type Camera, type PixelRegion, project, wholeImage } from "../geometry/camera.ts";
import type { Grid } from "../geometry/grid.ts";
import { applyToPoint } from "../geometry/transform.ts";

/**
 * The smallest rectangle of pixels that holds the shadow of a field, its border of zeros included; undefined when
 * the field lies beside the image or behind the source.
 */
export function shadowRegion(camera: Camera, grid: Grid): PixelRegion | undefined {
  const corners = [-1, grid.shape[2]].flatMap((k) =>
    [-1, grid.shape[1]].flatMap((j) =>
      [-1, grid.shape[0]].map((i) => project(camera, applyToPoint(grid.lpsFromVoxel, [i, j, k]))),
    ),
  );
  const inFront = corners.filter((corner) => corner.depthMm > 0);
  if (inFront.length === 0) return undefined;
  // A box that reaches behind the source has no bounded shadow.
  if (inFront.length < corners.length) return wholeImage(camera);
  const span = (along: "u" | "v", size: number): [number, number] => {
    const values = corners.map((corner) => corner[along]);
    return [Math.max(Math.floor(Math.min(...values)), 0), Math.min(Math.ceil(Math.max(...values)), size - 1)];
  };
  const [left, right] = span("u", camera.widthPx);
  const [top, bottom] = span("v", camera.heightPx);
  if (left > right || top > bottom) return undefined;
  return { column: left, row: top, widthPx: right - left + 1, heightPx: bottom - top + 1 };
}
