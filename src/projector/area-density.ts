/** Grams of each material per cm² along the ray of every pixel; planar: (m · heightPx + v) · widthPx + u. */
export interface AreaDensityImage {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly materials: readonly string[];
  readonly gPerCm2: Float32Array;
}
