import type { Camera, PixelRegion } from "../geometry/camera.ts";
import type { Allocate, Field } from "../volume/field.ts";

/** One machine that integrates fields along the rays of a camera. All of them follow docs/projector.md to 2e-5 of peak. */
export interface Projector {
  readonly name: "reference" | "wasm" | "webgpu";
  /** Memory for the voxels of one field, where `load` finds them without a copy. */
  readonly allocate: Allocate;
  /** Makes a field ready to be projected any number of times. */
  load(field: Field): Promise<LoadedField>;
  /** Stops workers and frees devices; every loaded field is gone. */
  close(): Promise<void>;
}

export interface LoadedField {
  readonly field: Field;
  /** ∫ value dl in value·mm for every channel and pixel. */
  integrate(camera: Camera, region?: PixelRegion): Promise<LineIntegrals>;
  /** What a structure does to each ray: ∫ dl, the largest value met, and how far from the source it is first met. */
  trace(camera: Camera, options: TraceOptions): Promise<StructureTrace>;
  /** The first hits of `trace` alone, to the same bits, where that is all that is needed: several times faster. */
  firstHits(camera: Camera, options: TraceOptions): Promise<FirstHits>;
  release(): Promise<void>;
}

/** Planar images: channel c, row v, column u at (c · heightPx + v) · widthPx + u. */
export interface LineIntegrals {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: number;
  readonly values: Float32Array;
}

export interface TraceOptions {
  /** Value at which a ray has met the structure, e.g. half occupancy. */
  readonly threshold: number;
  readonly region?: PixelRegion;
}

/** Planar like `LineIntegrals`. */
export interface FirstHits {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: number;
  /** Distance in mm from the source to the first sample at or above the threshold; +Infinity if never. */
  readonly firstHitMm: Float32Array;
}

export interface StructureTrace extends FirstHits {
  /** ∫ value dl, value·mm: thickness in mm where value is occupancy. */
  readonly integral: Float32Array;
  /** Largest value along the ray. */
  readonly maximum: Float32Array;
}
