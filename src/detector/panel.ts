import type { PixelRegion } from "../geometry/camera.ts";
import { type DetectorKernel, detectorKernel } from "./detector-kernel.ts";
import type { SymmetricKernel } from "./light-spread.ts";

/** The float32 planes of one exposure in the kernel's memory, by address; rows have `stride` values. */
export interface Panel {
  readonly kernel: DetectorKernel;
  readonly region: PixelRegion;
  readonly stride: number;
  /** Absorbed energy in keV. */
  readonly mean: number;
  /** Its variance in keV², later its random deviation in keV, at last digital values. */
  readonly variance: number;
  /** Standard normal numbers for the read-out. */
  readonly normal: number;
  readonly scratch: number;
  /** What is read out, in keV. */
  readonly energy: number;
  /** Room for so many bytes, aligned to 16; views on the memory that were made before may be detached. */
  allocate(bytes: number): number;
}

/** Allocations begin behind the kernel's own first page. */
const PAGE_BYTES = 65536;
/** Kernels may read so many bytes beyond an allocation. */
const SLACK_BYTES = 64;

export function panelOf(region: PixelRegion): Panel {
  const kernel = detectorKernel();
  const stride = Math.ceil(region.widthPx / 4) * 4;
  let next = PAGE_BYTES;
  const allocate = (bytes: number): number => {
    const address = next;
    next += Math.ceil(bytes / 16) * 16;
    const missing = next + SLACK_BYTES - kernel.memory.buffer.byteLength;
    if (missing > 0) kernel.memory.grow(Math.ceil(missing / PAGE_BYTES));
    return address;
  };
  const plane = (): number => allocate(4 * stride * region.heightPx);
  return {
    kernel,
    region,
    stride,
    mean: plane(),
    variance: plane(),
    normal: plane(),
    scratch: plane(),
    energy: plane(),
    allocate,
  };
}

/** A copy of a plane without the padding of its rows. */
export function readPlane(panel: Panel, address: number): Float32Array {
  const padded = new Float32Array(panel.kernel.memory.buffer, address, panel.stride * panel.region.heightPx);
  return withoutPadding(panel, padded, new Float32Array(panel.region.widthPx * panel.region.heightPx));
}

/** The same of 16-bit values. */
export function readDigitalPlane(panel: Panel, address: number): Uint16Array {
  const padded = new Uint16Array(panel.kernel.memory.buffer, address, panel.stride * panel.region.heightPx);
  return withoutPadding(panel, padded, new Uint16Array(panel.region.widthPx * panel.region.heightPx));
}

function withoutPadding<T extends Float32Array | Uint16Array>(panel: Panel, padded: T, target: T): T {
  const { stride, region } = panel;
  if (stride === region.widthPx) target.set(padded);
  else
    for (let row = 0; row < region.heightPx; row++)
      target.set(padded.subarray(row * stride, row * stride + region.widthPx), row * region.widthPx);
  return target;
}

/** to (+)= weight · from, filtered with a kernel along rows and columns; borders are replicated. */
export function blurPlane(
  panel: Panel,
  filter: SymmetricKernel,
  planes: { from: number; to: number; weight: number; add: boolean },
): void {
  const { kernel, region, stride } = panel;
  const radius = filter.length - 1;
  const taps = panel.allocate(4 * filter.length);
  const line = panel.allocate(4 * (region.widthPx + 2 * radius + 4));
  new Float32Array(kernel.memory.buffer, taps, filter.length).set(filter);
  const add = planes.add ? 1 : 0;
  const { from, to, weight } = planes;
  kernel.blur(
    from,
    panel.scratch,
    to,
    line,
    taps,
    radius,
    weight,
    add,
    region.widthPx,
    stride,
    region.heightPx,
  );
}
