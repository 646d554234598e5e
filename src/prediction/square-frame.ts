import { reflectPadded } from "../augmentation/reflect-padded.ts";
import { resampled } from "../augmentation/resized.ts";

/** How a picture of any size stands in the square that a network takes: its longer side fills it, the shorter one is in the middle. */
export interface SquareFrame {
  readonly sidePx: number;
  readonly picture: { readonly widthPx: number; readonly heightPx: number };
  /** The part of the square that the picture fills. */
  readonly content: {
    readonly column: number;
    readonly row: number;
    readonly widthPx: number;
    readonly heightPx: number;
  };
}

export function squareFrame(picture: { widthPx: number; heightPx: number }, sidePx: number): SquareFrame {
  const { widthPx, heightPx } = picture;
  const factor = sidePx / Math.max(widthPx, heightPx);
  const width = Math.max(1, Math.round(widthPx * factor));
  const height = Math.max(1, Math.round(heightPx * factor));
  return {
    sidePx,
    picture: { widthPx, heightPx },
    content: {
      column: Math.floor((sidePx - width) / 2),
      row: Math.floor((sidePx - height) / 2),
      widthPx: width,
      heightPx: height,
    },
  };
}

/** The square: the picture averaged or interpolated to its size there, reflected at its edges where the square is wider. */
export function framed(pixels: Float32Array, { picture, content, sidePx }: SquareFrame): Float32Array {
  const small = resampled({ pixels, ...picture }, content.widthPx, content.heightPx);
  if (content.widthPx === sidePx && content.heightPx === sidePx) return small;
  const { widthPx, heightPx } = content;
  return reflectPadded({ widthPx, heightPx, pixels: small, landmarks: [] }, sidePx, sidePx).pixels;
}

/** A plane of the square on the pixels of the picture, interpolated linearly. */
export function unframed(plane: Float32Array, { picture, content, sidePx }: SquareFrame): Float32Array {
  const { column, row, widthPx, heightPx } = content;
  const inside = new Float32Array(widthPx * heightPx);
  for (let v = 0; v < heightPx; v++) {
    const start = (row + v) * sidePx + column;
    inside.set(plane.subarray(start, start + widthPx), v * widthPx);
  }
  return resampled({ pixels: inside, widthPx, heightPx }, picture.widthPx, picture.heightPx);
}

/** A place in the square as a place in the picture; whole numbers are centres of pixels in both. */
export function pointInPicture(
  point: { readonly x: number; readonly y: number },
  { picture, content }: SquareFrame,
): { x: number; y: number } {
  return {
    x: ((point.x - content.column + 0.5) * picture.widthPx) / content.widthPx - 0.5,
    y: ((point.y - content.row + 0.5) * picture.heightPx) / content.heightPx - 0.5,
  };
}
