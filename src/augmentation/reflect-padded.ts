import { type LabelledImage, regridded, UNKNOWN_CLASS } from "./labelled-image.ts";
import { reflectedIndex } from "./reflected-index.ts";

/**
 * The picture in the middle of a larger one; beyond its edge it is mirrored about the centre of its outermost pixels, as
 * often as needed. An odd number of new columns or rows puts the one more to the right or below.
 *
 * @param options.labels what classes and masks are beyond the edge: mirrored as the picture is (default), or not known
 */
export function reflectPadded(
  image: LabelledImage,
  widthPx: number,
  heightPx: number,
  options: { labels?: "mirrored" | "unknown" } = {},
): LabelledImage {
  if (widthPx < image.widthPx || heightPx < image.heightPx)
    throw new RangeError(
      `a picture of ${image.widthPx} × ${image.heightPx} pixels cannot be padded to ${widthPx} × ${heightPx}`,
    );
  const left = Math.floor((widthPx - image.widthPx) / 2);
  const top = Math.floor((heightPx - image.heightPx) / 2);
  const columns = Int32Array.from({ length: widthPx }, (_, u) => reflectedIndex(u - left, image.widthPx));
  const rows = Int32Array.from({ length: heightPx }, (_, v) => reflectedIndex(v - top, image.heightPx));
  const padded = <Values extends Float32Array | Uint8Array>(from: Values, to: Values): Values => {
    for (let v = 0; v < heightPx; v++)
      for (let u = 0; u < widthPx; u++) to[v * widthPx + u] = from[rows[v] * image.widthPx + columns[u]];
    return to;
  };
  const unknownBeyond = (from: Uint8Array): Uint8Array => {
    const to = new Uint8Array(widthPx * heightPx).fill(UNKNOWN_CLASS);
    for (let v = 0; v < image.heightPx; v++)
      to.set(from.subarray(v * image.widthPx, (v + 1) * image.widthPx), (v + top) * widthPx + left);
    return to;
  };
  return regridded(image, {
    widthPx,
    heightPx,
    pixels: padded(image.pixels, new Float32Array(widthPx * heightPx)),
    labels: (values) =>
      options.labels === "unknown"
        ? unknownBeyond(values)
        : padded(values, new Uint8Array(widthPx * heightPx)),
    point: ({ x, y }) => ({ x: x + left, y: y + top }),
  });
}
