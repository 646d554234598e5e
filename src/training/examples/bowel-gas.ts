import type { Draws } from "../../augmentation/draws.ts";
import type { ExposureVariation } from "./exposure-variation.ts";

/** Gas lies where there is at least so much soft tissue. */
const BODY_GPER_CM2 = 6;
const MOST_TRIES = 20;
const MOST_BUBBLES = 8;

/**
 * Soft tissue that chains of bubbles take away, in g/cm² a pixel. A bubble is an ellipsoid, so its chord is √(1 − r²) of that at its middle; the
 * bubbles of a chain follow each other along a line that bends at random and overlap without adding up. A random picture of gas, not a bowel.
 */
export function bowelGas(
  softGPerCm2: Float32Array,
  picture: { readonly widthPx: number; readonly heightPx: number; readonly pitchMm: number },
  variation: ExposureVariation["bowelGas"],
  draws: Draws,
): Float32Array {
  const { widthPx, heightPx, pitchMm } = picture;
  const removed = new Float32Array(softGPerCm2.length);
  const chains = 1 + draws.integerBelow(variation.chains);
  for (let chain = 0; chain < chains; chain++) {
    const start = placeInBody(softGPerCm2, draws);
    if (start === undefined) continue;
    let [x, y] = [start % widthPx, Math.floor(start / widthPx)];
    let direction = draws.uniformIn(0, 2 * Math.PI);
    const bubbles = 1 + draws.integerBelow(MOST_BUBBLES);
    const typicalMm = draws.logUniformIn(...variation.semiAxisMm);
    const depth = draws.uniformIn(...variation.gPerCm2);
    for (let bubble = 0; bubble < bubbles; bubble++) {
      const long = (typicalMm * draws.uniformIn(0.7, 1.3)) / pitchMm;
      const across = long * draws.uniformIn(0.5, 1);
      addBubble(removed, widthPx, heightPx, {
        x,
        y,
        long,
        across,
        direction,
        depth: depth * draws.uniformIn(0.5, 1),
      });
      direction += draws.uniformIn(-0.8, 0.8);
      const step = long * draws.uniformIn(0.9, 1.6);
      x += step * Math.cos(direction);
      y += step * Math.sin(direction);
    }
  }
  return removed;
}

function placeInBody(softGPerCm2: Float32Array, draws: Draws): number | undefined {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const place = draws.integerBelow(softGPerCm2.length);
    if (softGPerCm2[place] > BODY_GPER_CM2) return place;
  }
  return undefined;
}

function addBubble(
  removed: Float32Array,
  widthPx: number,
  heightPx: number,
  bubble: { x: number; y: number; long: number; across: number; direction: number; depth: number },
): void {
  const { x, y, long, across, direction, depth } = bubble;
  const [cosine, sine] = [Math.cos(direction) / long, Math.sin(direction) / long];
  const [acrossX, acrossY] = [-Math.sin(direction) / across, Math.cos(direction) / across];
  const reach = Math.max(long, across);
  const bottom = Math.min(heightPx - 1, Math.floor(y + reach));
  const right = Math.min(widthPx - 1, Math.floor(x + reach));
  for (let v = Math.max(0, Math.ceil(y - reach)); v <= bottom; v++)
    for (let u = Math.max(0, Math.ceil(x - reach)); u <= right; u++) {
      const [dx, dy] = [u - x, v - y];
      const inside = 1 - (dx * cosine + dy * sine) ** 2 - (dx * acrossX + dy * acrossY) ** 2;
      if (inside <= 0) continue;
      const chord = depth * Math.sqrt(inside);
      if (chord > removed[v * widthPx + u]) removed[v * widthPx + u] = chord;
    }
}
