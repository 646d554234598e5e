import type { Camera, PixelRegion } from "../geometry/camera.ts";

/** A region must lie inside its image; anything else is a defect of the caller. */
export function checkRegion(camera: Camera, region: PixelRegion): void {
  const { column, row, widthPx, heightPx } = region;
  const whole = [column, row, widthPx, heightPx].every(Number.isInteger);
  if (
    !whole ||
    column < 0 ||
    row < 0 ||
    widthPx < 1 ||
    heightPx < 1 ||
    column + widthPx > camera.widthPx ||
    row + heightPx > camera.heightPx
  )
    throw new RangeError(
      `region ${widthPx}×${heightPx} at (${column}, ${row}) does not fit into the image of ${camera.widthPx}×${camera.heightPx}`,
    );
}
