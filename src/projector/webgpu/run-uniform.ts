import type { PixelRegion } from "../../geometry/camera.ts";
import type { Field } from "../../volume/field.ts";
import type { RayFrame } from "../ray-frame.ts";
import type { TileRange } from "./tile-table.ts";

export const RUN_BYTES = 112;

/** What one strip of a view has in common: struct Run in joseph.wgsl.ts. */
export function runUniform(options: {
  field: Field;
  frame: RayFrame;
  strip: PixelRegion;
  tiles: TileRange;
  /** In values; absent for `integrate`. */
  threshold: number | undefined;
  skipEmptySpace: boolean;
}): ArrayBuffer {
  const { field, frame, strip, tiles, threshold } = options;
  const lps = frame.lpsRayFromPixel;
  const buffer = new ArrayBuffer(RUN_BYTES);
  const floats = new Float32Array(buffer);
  const integers = new Int32Array(buffer);
  integers.set(field.grid.shape, 0);
  integers[3] = field.channels.length;
  integers.set([strip.column, strip.row, strip.widthPx, strip.heightPx], 4);
  floats.set([lps[0], lps[3], lps[6]], 8);
  integers[11] = options.skipEmptySpace ? 1 : 0;
  floats.set([lps[1], lps[4], lps[7]], 12);
  integers[15] = tiles.firstColumn;
  floats.set(field.scale, 16);
  for (const [channel, scale] of field.scale.entries())
    floats[20 + channel] = thresholdCount(threshold, scale);
  integers[24] = tiles.firstRow;
  integers[25] = tiles.across;
  return buffer;
}

/** The threshold in counts; where no count reaches it, the largest float. */
function thresholdCount(threshold: number | undefined, scale: number): number {
  const count = threshold === undefined ? Number.POSITIVE_INFINITY : threshold / scale;
  return Number.isNaN(count) ? 0 : Math.min(count, 3e38);
}
