import type { Camera, PixelRegion } from "../../geometry/camera.ts";
import type { Field } from "../../volume/field.ts";
import { type RayFrame, rayFrame } from "../ray-frame.ts";

/** Numbers in a parameter block, all float64; the kernel in assembly/joseph.ts reads them at the same places. */
export const PARAMETER_COUNT = 42;

/** Where the kernel finds things in its memory, in bytes. */
export interface KernelAddresses {
  readonly voxels: number;
  readonly occupancy: number;
  readonly output: number;
  readonly counter: number;
}

/** Everything the kernel needs to know about one run. */
export function parameterBlock(options: {
  field: Field;
  camera: Camera;
  region: PixelRegion;
  addresses: KernelAddresses;
  /** Absent for `integrate`. */
  threshold?: number;
  skipEmptySpace: boolean;
  frame?: RayFrame;
}): Float64Array {
  const { field, region, addresses } = options;
  const frame = options.frame ?? rayFrame(options.camera, field.grid);
  return Float64Array.of(
    addresses.voxels,
    addresses.occupancy,
    addresses.output,
    addresses.counter,
    ...field.grid.shape,
    field.kind === "u8x4" ? 0 : 1,
    options.threshold === undefined ? 0 : 1,
    field.channels.length,
    region.column,
    region.row,
    region.widthPx,
    region.heightPx,
    frame.viewAxis ?? -1,
    ...frame.sourceVoxel,
    ...frame.voxelRayFromPixel,
    ...frame.lpsRayFromPixel,
    ...[0, 1, 2, 3].map((channel) => field.scale[channel] ?? 0),
    options.threshold ?? 0,
    options.skipEmptySpace ? 1 : 0,
  );
}
