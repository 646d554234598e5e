import type { Camera, PixelRegion } from "../../geometry/camera.ts";
import type { Field } from "../../volume/field.ts";
import type { RayFrame } from "../ray-frame.ts";

/** Numbers in a parameter block, all float64; the kernel in assembly/parameters.ts reads them at the same places. */
export const PARAMETER_COUNT = 49;

/** Where the kernel finds things in its memory, in bytes. */
export interface KernelAddresses {
  readonly voxels: number;
  readonly output: number;
  /** Two 32-bit counters: strips taken and workers started. */
  readonly counters: number;
  /** A few kilobytes for each worker. */
  readonly scratch: number;
  /** For each axis the table of occupied bricks, 0 where empty space is not skipped. */
  readonly tables: readonly [number, number, number];
}

/** What a run is for; thresholds are in values of the field. */
export type KernelTask =
  | { readonly kind: "integrate" }
  | { readonly kind: "trace" | "first-hits"; readonly threshold: number };

/** As in assembly/parameters.ts. */
const MODES = { integrate: 0, trace: 1, "first-hits": 2 } as const;

/** Everything the kernel needs to know about one run. */
export function parameterBlock(options: {
  field: Field;
  camera: Camera;
  region: PixelRegion;
  frame: RayFrame;
  addresses: KernelAddresses;
  task: KernelTask;
}): Float64Array {
  const { field, camera, region, frame, addresses, task } = options;
  const scale = [0, 1, 2, 3].map((channel) => field.scale[channel] ?? 0);
  return Float64Array.of(
    addresses.voxels,
    addresses.output,
    addresses.counters,
    addresses.scratch,
    ...field.grid.shape,
    field.kind === "u8x4" ? 0 : 1,
    MODES[task.kind],
    field.channels.length,
    region.column,
    region.row,
    region.widthPx,
    region.heightPx,
    camera.widthPx,
    camera.heightPx,
    frame.viewAxis ?? -1,
    ...frame.sourceVoxel,
    ...frame.voxelRayFromPixel,
    ...frame.lpsRayFromPixel,
    ...scale,
    // In counts; a channel without scale never reaches it.
    ...scale.map((factor) => (task.kind === "integrate" ? 0 : task.threshold / factor)),
    ...addresses.tables,
  );
}
