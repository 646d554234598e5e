import { type ImagePoint, type LabelledImage, regridded, UNKNOWN_CLASS } from "../labelled-image.ts";
import { reflectedIndex } from "../reflected-index.ts";
import type { Beyond } from "../transform.ts";
import { type Affine, inverse, mapped } from "./affine.ts";
import type { Displacement } from "./displacement.ts";

/**
 * The picture on another place of its plane: the pixel at p of the result is what the picture has at
 *
 *   source(p) = sourceFromTarget · p + displacement(p).
 *
 * Grey values are interpolated linearly; classes and masks are those of the pixel that covers source(p); a landmark at s goes where
 * source(p) = s, found by iteration to a thousandth of a pixel when there are displacements.
 */
export function resample(
  image: LabelledImage,
  sourceFromTarget: Affine,
  options: { displacement?: Displacement | undefined; beyond: Beyond },
): LabelledImage {
  const { widthPx, heightPx, pixels } = image;
  const { displacement, beyond } = options;
  const { xx, xy, x0, yx, yy, y0 } = sourceFromTarget;
  const hasLabels = image.classes !== undefined || image.masks !== undefined;
  const result = new Float32Array(widthPx * heightPx);
  // Index of the pixel that covers source(p); −1 outside the picture.
  const nearest = new Int32Array(hasLabels ? widthPx * heightPx : 0);
  const [lastColumn, lastRow] = [widthPx - 1, heightPx - 1];
  for (let v = 0, n = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++, n++) {
      let x = xx * u + xy * v + x0;
      let y = yx * u + yy * v + y0;
      if (displacement) {
        x += displacement.x[n];
        y += displacement.y[n];
      }
      const column = Math.floor(x);
      const row = Math.floor(y);
      const [s, t] = [x - column, y - row];
      if (column >= 0 && row >= 0 && column < lastColumn && row < lastRow) {
        const at = row * widthPx + column;
        const upper = pixels[at] + s * (pixels[at + 1] - pixels[at]);
        const lower = pixels[at + widthPx] + s * (pixels[at + widthPx + 1] - pixels[at + widthPx]);
        result[n] = upper + t * (lower - upper);
        if (hasLabels) nearest[n] = at + (s < 0.5 ? 0 : 1) + (t < 0.5 ? 0 : widthPx);
        continue;
      }
      const left = reflectedIndex(column, widthPx);
      const right = reflectedIndex(column + 1, widthPx);
      const top = reflectedIndex(row, heightPx) * widthPx;
      const bottom = reflectedIndex(row + 1, heightPx) * widthPx;
      const upper = pixels[top + left] + s * (pixels[top + right] - pixels[top + left]);
      const lower = pixels[bottom + left] + s * (pixels[bottom + right] - pixels[bottom + left]);
      const value = upper + t * (lower - upper);
      const isInside = x >= -0.5 && y >= -0.5 && x < widthPx - 0.5 && y < heightPx - 0.5;
      if (beyond.kind === "border") {
        // Distance into the picture from its outline; the border begins within a pixel.
        const depth = Math.min(x + 0.5, y + 0.5, widthPx - 0.5 - x, heightPx - 0.5 - y);
        const share = Math.min(Math.max(depth + 0.5, 0), 1);
        result[n] = beyond.value + share * (value - beyond.value);
      } else result[n] = value;
      if (hasLabels)
        nearest[n] =
          isInside || (beyond.kind === "mirrored" && beyond.labels === "mirrored")
            ? (t < 0.5 ? top : bottom) + (s < 0.5 ? left : right)
            : -1;
    }
  const outside = beyond.kind === "border" ? beyond.label : UNKNOWN_CLASS;
  const targetFromSource = inverse(sourceFromTarget);
  return regridded(image, {
    widthPx,
    heightPx,
    pixels: result,
    labels: (from) => {
      const to = new Uint8Array(nearest.length);
      for (let n = 0; n < nearest.length; n++) to[n] = nearest[n] < 0 ? outside : from[nearest[n]];
      return to;
    },
    point: (point) => targetOf(point, targetFromSource, displacement),
  });
}

/** Enough for warps whose displacement changes by less than 0.8 pixels a pixel. */
const MOST_ITERATIONS = 40;

function targetOf(
  source: ImagePoint,
  targetFromSource: Affine,
  displacement: Displacement | undefined,
): ImagePoint {
  let target = mapped(targetFromSource, source);
  if (!displacement) return target;
  for (let n = 0; n < MOST_ITERATIONS; n++) {
    const move = displacement.at(target.x, target.y);
    const next = mapped(targetFromSource, { x: source.x - move.x, y: source.y - move.y });
    const change = Math.hypot(next.x - target.x, next.y - target.y);
    target = next;
    if (change < 1e-4) break;
  }
  return target;
}
