/** Pixels of `classes` and `masks` that nobody knows: they count in no metric. */
export const UNKNOWN_PIXEL = 255;

/** x along columns, y along rows; pixel centres lie on whole numbers. */
export interface PixelPoint {
  readonly x: number;
  readonly y: number;
}

/**
 * What is known of one picture. It has `classes` or `masks`, or neither where only landmarks were annotated; with both, metrics are of the masks.
 */
export interface Truth {
  readonly widthPx: number;
  readonly heightPx: number;
  /** 0 background, n + 1 the n-th structure, 255 unknown. */
  readonly classes?: Uint8Array;
  /** One a structure: 0 or not, 255 unknown; they may overlap. undefined: this structure was not annotated. */
  readonly masks?: readonly (Uint8Array | undefined)[];
  /** One a landmark. undefined: not in the picture. "unknown": not annotated. */
  readonly landmarks?: readonly (PixelPoint | "unknown" | undefined)[];
  /** mm at the detector from one pixel to the next. */
  readonly pixelPitchMm?: number;
  /** Source to detector over source to patient, 1 and more: errors divided by it are in the patient. */
  readonly magnification?: number;
}
