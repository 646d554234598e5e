import type { PixelRegion } from "../../geometry/camera.ts";
import { TILE_PX } from "../ray-frame.ts";

/** Cuts a region into bands of whole tile rows, each within a number of samples and bytes where one row of tiles is. */
export function stripsOf(
  region: PixelRegion,
  limits: { samplesPerPixel: number; largestSamples: number; bytesPerPixel: number; largestBytes: number },
): PixelRegion[] {
  const pixels = Math.min(
    limits.largestSamples / limits.samplesPerPixel,
    limits.largestBytes / limits.bytesPerPixel,
  );
  const rows = TILE_PX * Math.max(1, Math.floor(pixels / region.widthPx / TILE_PX));
  const strips: PixelRegion[] = [];
  const end = region.row + region.heightPx;
  for (let row = region.row; row < end; ) {
    // Up to a border between tiles, so that no tile is worked on twice.
    const next = Math.min(end, Math.floor(row / TILE_PX) * TILE_PX + rows);
    strips.push({ ...region, row, heightPx: next - row });
    row = next;
  }
  return strips;
}
