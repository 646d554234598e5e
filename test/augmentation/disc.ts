import type { ImagePoint, LabelledImage } from "../../src/augmentation/labelled-image.ts";

/** A bright disc with a smooth edge as picture, class, mask and landmark. */
export function disc(options: { side?: number; centre?: ImagePoint; radius?: number } = {}): LabelledImage {
  const { side = 96, centre = { x: 52.3, y: 41.6 }, radius = 11 } = options;
  const pixels = new Float32Array(side * side);
  const classes = new Uint8Array(side * side);
  for (let v = 0; v < side; v++)
    for (let u = 0; u < side; u++) {
      const distance = Math.hypot(u - centre.x, v - centre.y);
      pixels[v * side + u] = Math.min(Math.max(radius + 0.5 - distance, 0), 1);
      classes[v * side + u] = distance <= radius ? 1 : 0;
    }
  return {
    widthPx: side,
    heightPx: side,
    pixels,
    classes,
    masks: [classes.map((value) => 1 - value), classes],
    landmarks: [centre, undefined],
  };
}

/** Centre of gravity and sum of weights within `reach` of a point. */
export function centroid(
  { widthPx, heightPx }: LabelledImage,
  weight: (index: number) => number,
  about: ImagePoint,
  reach = 24,
): ImagePoint & { sum: number } {
  let [sum, x, y] = [0, 0, 0];
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++) {
      if (Math.hypot(u - about.x, v - about.y) > reach) continue;
      const w = weight(v * widthPx + u);
      sum += w;
      x += w * u;
      y += w * v;
    }
  return { x: x / sum, y: y / sum, sum };
}

/** A smooth picture from −3 to 5 that is nowhere flat. */
export function waves(widthPx = 64, heightPx = widthPx): LabelledImage {
  const pixels = Float32Array.from({ length: widthPx * heightPx }, (_, n) => {
    const [u, v] = [(n % widthPx) / widthPx, Math.floor(n / widthPx) / heightPx];
    return 1 + 2 * Math.sin(5 * u + 1) + 2 * Math.cos(7 * v - u);
  });
  return { widthPx, heightPx, pixels, landmarks: [] };
}

export const flat = (value: number, side = 32): LabelledImage => ({
  widthPx: side,
  heightPx: side,
  pixels: new Float32Array(side * side).fill(value),
  landmarks: [],
});

export const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

export const deviation = (values: ArrayLike<number>): number => {
  const middle = mean(values);
  return Math.sqrt(mean(Array.from(values, (value) => (value - middle) ** 2)));
};
