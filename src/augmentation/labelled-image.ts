/**
 * One picture and what is known of it, on one grid of pixels.
 *
 * Row by row: pixel (u, v) is at v · widthPx + u, and (0, 0) is the centre of the first pixel. Values are never changed in place:
 * every operation returns another picture, which may share what it did not change.
 */
export interface LabelledImage {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Any unit, bone bright (log); finite. Normalised only at the very end. */
  readonly pixels: Float32Array;
  /** Class of every pixel, 0 background; 255 is not known, left out of losses and metrics. */
  readonly classes?: Uint8Array;
  /** Overlapping masks, one each structure, 0 or 1 (255 not known). */
  readonly masks?: readonly Uint8Array[];
  /** Undefined: not in the picture. */
  readonly landmarks: readonly (ImagePoint | undefined)[];
}

/** A point in pixels; whole numbers are centres of pixels. */
export interface ImagePoint {
  readonly x: number;
  readonly y: number;
}

/** The class, or the value in a mask, of a pixel of which nothing is known. */
export const UNKNOWN_CLASS = 255;

/** The point itself where some pixel covers it, −0.5 ≤ x < width − 0.5 and likewise y; else undefined. */
export function pointInside(
  point: ImagePoint,
  size: { widthPx: number; heightPx: number },
): ImagePoint | undefined {
  const { x, y } = point;
  return x >= -0.5 && y >= -0.5 && x < size.widthPx - 0.5 && y < size.heightPx - 0.5 ? point : undefined;
}

/** The picture with another grid: every array through its function, landmarks moved and dropped where they leave it. */
export function regridded(
  image: LabelledImage,
  to: {
    widthPx: number;
    heightPx: number;
    pixels: Float32Array;
    labels: (values: Uint8Array) => Uint8Array;
    point: (point: ImagePoint) => ImagePoint;
  },
): LabelledImage {
  const { widthPx, heightPx, pixels, labels } = to;
  return {
    widthPx,
    heightPx,
    pixels,
    ...(image.classes ? { classes: labels(image.classes) } : {}),
    ...(image.masks ? { masks: image.masks.map(labels) } : {}),
    landmarks: image.landmarks.map((point) => point && pointInside(to.point(point), { widthPx, heightPx })),
  };
}
