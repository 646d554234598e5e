import { type LabelledImage, regridded } from "./labelled-image.ts";

/** A rectangle of whole pixels, its first column and row and its size. */
export interface PixelRectangle {
  readonly left: number;
  readonly top: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The part of the picture within a rectangle, which must lie in it. */
export function cropped(image: LabelledImage, rectangle: PixelRectangle): LabelledImage {
  const { left, top, widthPx, heightPx } = rectangle;
  if (
    ![left, top, widthPx, heightPx].every(Number.isInteger) ||
    left < 0 ||
    top < 0 ||
    widthPx < 1 ||
    heightPx < 1 ||
    left + widthPx > image.widthPx ||
    top + heightPx > image.heightPx
  )
    throw new RangeError(
      `no ${widthPx} × ${heightPx} pixels at (${left}, ${top}) in a picture of ${image.widthPx} × ${image.heightPx}`,
    );
  const part = <Values extends Float32Array | Uint8Array>(from: Values, to: Values): Values => {
    for (let v = 0; v < heightPx; v++) {
      const start = (v + top) * image.widthPx + left;
      to.set(from.subarray(start, start + widthPx), v * widthPx);
    }
    return to;
  };
  return regridded(image, {
    widthPx,
    heightPx,
    pixels: part(image.pixels, new Float32Array(widthPx * heightPx)),
    labels: (values) => part(values, new Uint8Array(widthPx * heightPx)),
    point: ({ x, y }) => ({ x: x - left, y: y - top }),
  });
}

/** The part of the picture without so many pixels at each of its four edges. */
export function croppedAtEdges(image: LabelledImage, edgePx: number): LabelledImage {
  return cropped(image, {
    left: edgePx,
    top: edgePx,
    widthPx: image.widthPx - 2 * edgePx,
    heightPx: image.heightPx - 2 * edgePx,
  });
}
