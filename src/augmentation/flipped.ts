import { type LabelledImage, pointInside } from "./labelled-image.ts";
import type { SideExchange } from "./side-exchange.ts";

/**
 * Left and right of the picture exchanged, x' = width − 1 − x, and with `exchange` the sides in its labels: what was the left hip looks
 * like a right one now. Without it, labels keep their numbers.
 */
export function flipped(image: LabelledImage, exchange?: SideExchange): LabelledImage {
  const { widthPx, heightPx } = image;
  const mirrored = <Values extends Float32Array | Uint8Array>(from: Values): Values => {
    const to = from.slice() as Values;
    for (let v = 0; v < heightPx; v++) to.subarray(v * widthPx, (v + 1) * widthPx).reverse();
    return to;
  };
  const landmarks = image.landmarks.map(
    (point) => point && pointInside({ x: widthPx - 1 - point.x, y: point.y }, image),
  );
  return {
    widthPx,
    heightPx,
    pixels: mirrored(image.pixels),
    ...(image.classes ? { classes: renumbered(mirrored(image.classes), exchange?.classes) } : {}),
    ...(image.masks ? { masks: reordered(image.masks.map(mirrored), exchange?.masks) } : {}),
    landmarks: reordered(landmarks, exchange?.landmarks),
  };
}

function renumbered(classes: Uint8Array, table: readonly number[] | undefined): Uint8Array {
  if (table) for (let n = 0; n < classes.length; n++) classes[n] = table[classes[n]] ?? classes[n];
  return classes;
}

/** What was number n becomes number table[n]; a table that is its own inverse may be read either way. */
const reordered = <Value>(values: readonly Value[], table: readonly number[] | undefined): Value[] =>
  values.map((_, index) => values[table?.[index] ?? index]);
