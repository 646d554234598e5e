import type { ImagePoint } from "../labelled-image.ts";

/** x' = xx · x + xy · y + x0, y' = yx · x + yy · y + y0. */
export interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

export const IDENTITY: Affine = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };

export const translation = (x0: number, y0: number): Affine => ({ ...IDENTITY, x0, y0 });

/** Counter-clockwise as seen on a screen, where y points down. */
export function rotation(angleDeg: number): Affine {
  const angle = (angleDeg * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return { ...IDENTITY, xx: cosine, xy: sine, yx: -sine, yy: cosine };
}

export const scaling = (x: number, y: number): Affine => ({ ...IDENTITY, xx: x, yy: y });

/** Columns slide by tan(xDeg) a row, rows by tan(yDeg) a column. */
export const shear = (xDeg: number, yDeg: number): Affine => ({
  ...IDENTITY,
  xy: Math.tan((xDeg * Math.PI) / 180),
  yx: Math.tan((yDeg * Math.PI) / 180),
});

/** First `first`, then `then`. */
export const composed = (first: Affine, then: Affine): Affine => ({
  xx: then.xx * first.xx + then.xy * first.yx,
  xy: then.xx * first.xy + then.xy * first.yy,
  x0: then.xx * first.x0 + then.xy * first.y0 + then.x0,
  yx: then.yx * first.xx + then.yy * first.yx,
  yy: then.yx * first.xy + then.yy * first.yy,
  y0: then.yx * first.x0 + then.yy * first.y0 + then.y0,
});

/** The map with the middle of the picture as its origin. */
export function aboutCentre(
  map: Affine,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): Affine {
  const [x, y] = [(widthPx - 1) / 2, (heightPx - 1) / 2];
  return composed(composed(translation(-x, -y), map), translation(x, y));
}

export function inverse({ xx, xy, x0, yx, yy, y0 }: Affine): Affine {
  const determinant = xx * yy - xy * yx;
  if (!(Math.abs(determinant) > 1e-9))
    throw new RangeError("an affine map that flattens pictures has no inverse");
  const [ixx, ixy, iyx, iyy] = [yy, -xy, -yx, xx].map((value) => value / determinant);
  return { xx: ixx, xy: ixy, x0: -(ixx * x0 + ixy * y0), yx: iyx, yy: iyy, y0: -(iyx * x0 + iyy * y0) };
}

export const mapped = (map: Affine, { x, y }: ImagePoint): ImagePoint => ({
  x: map.xx * x + map.xy * y + map.x0,
  y: map.yx * x + map.yy * y + map.y0,
});
