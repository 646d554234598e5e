import { type LabelledImage, regridded } from "./labelled-image.ts";

/** The picture turned clockwise by so many quarters; sides of the body keep their names. */
export function quarterTurned(image: LabelledImage, quarters: 1 | 2 | 3): LabelledImage {
  const { widthPx, heightPx } = image;
  const [width, height] = quarters === 2 ? [widthPx, heightPx] : [heightPx, widthPx];
  const turned = <Values extends Float32Array | Uint8Array>(from: Values): Values => {
    const to = from.slice() as Values;
    for (let v = 0; v < heightPx; v++)
      for (let u = 0; u < widthPx; u++) {
        const point = place({ x: u, y: v });
        to[point.y * width + point.x] = from[v * widthPx + u];
      }
    return to;
  };
  const place = ({ x, y }: { x: number; y: number }): { x: number; y: number } => {
    if (quarters === 1) return { x: heightPx - 1 - y, y: x };
    if (quarters === 2) return { x: widthPx - 1 - x, y: heightPx - 1 - y };
    return { x: y, y: widthPx - 1 - x };
  };
  return regridded(image, {
    widthPx: width,
    heightPx: height,
    pixels: turned(image.pixels),
    labels: turned,
    point: place,
  });
}
