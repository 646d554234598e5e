import type { DisplayPicture, Picture } from "./picture.ts";

/** An RGB picture to draw on; pixel centres lie on whole numbers. */
export type Canvas = Picture<Uint8ClampedArray> & { readonly channels: 3 };

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** A rectangle on a canvas, in pixels from the left and top edge. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function blankCanvas(widthPx: number, heightPx: number, [red, green, blue]: Colour): Canvas {
  const pixels = new Uint8ClampedArray(widthPx * heightPx * 3);
  for (let n = 0; n < pixels.length; n += 3) {
    pixels[n] = red;
    pixels[n + 1] = green;
    pixels[n + 2] = blue;
  }
  return { widthPx, heightPx, channels: 3, pixels };
}

/** Copies a grey or colour picture onto the canvas, cut at its edges. */
export function paste(canvas: Canvas, picture: DisplayPicture, left: number, top: number): void {
  const { channels } = picture;
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  for (let v = Math.max(0, -top); v < Math.min(picture.heightPx, canvas.heightPx - top); v++)
    for (let u = Math.max(0, -left); u < Math.min(picture.widthPx, canvas.widthPx - left); u++) {
      const from = (v * picture.widthPx + u) * channels;
      const to = ((v + top) * canvas.widthPx + u + left) * 3;
      canvas.pixels[to] = picture.pixels[from];
      canvas.pixels[to + 1] = picture.pixels[from + green];
      canvas.pixels[to + 2] = picture.pixels[from + blue];
    }
}

/** Lays a colour over one pixel; `opacity` 0 leaves it as it is. Outside the canvas nothing happens. */
export function blend(canvas: Canvas, u: number, v: number, colour: Colour, opacity: number): void {
  if (!(opacity > 0) || u < 0 || v < 0 || u >= canvas.widthPx || v >= canvas.heightPx) return;
  const at = (v * canvas.widthPx + u) * 3;
  for (let c = 0; c < 3; c++)
    canvas.pixels[at + c] += (colour[c] - canvas.pixels[at + c]) * Math.min(opacity, 1);
}

/** A filled rectangle with round corners and smooth edges. */
export function fillRectangle(
  canvas: Canvas,
  rectangle: Rectangle,
  style: { colour: Colour; opacity: number; cornerPx?: number },
): void {
  const { left, top, width, height } = rectangle;
  const corner = Math.min(style.cornerPx ?? 0, width / 2, height / 2);
  for (let v = Math.floor(top); v < top + height; v++)
    for (let u = Math.floor(left); u < left + width; u++) {
      // Signed distance from the pixel's centre to the rounded outline, negative inside.
      const x = Math.abs(u + 0.5 - left - width / 2) - width / 2 + corner;
      const y = Math.abs(v + 0.5 - top - height / 2) - height / 2 + corner;
      const distance = Math.hypot(Math.max(x, 0), Math.max(y, 0)) + Math.min(Math.max(x, y), 0) - corner;
      blend(canvas, u, v, style.colour, style.opacity * Math.min(Math.max(0.5 - distance, 0), 1));
    }
}
