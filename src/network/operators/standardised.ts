import type { Tensor } from "../tensor.ts";
import { abs, add, divide, greater, multiply, sqrt, subtract, where } from "./elementwise.ts";
import { localMean } from "./pooling.ts";
import { reduceMean } from "./reductions.ts";
import { slice } from "./shape.ts";

/**
 * Mean 0 and standard deviation 1 over each channel of a picture; one of a single value becomes (nearly) zeros.
 *
 * Each channel is counted from its first value, which the result does not depend on: the sums are then over memory of the runtime. Over a fed array
 * they come out otherwise in the last bit where that array begins at another place within 16 bytes, and a training would not repeat itself.
 */
export function standardised(image: Tensor): Tensor {
  const over = { axes: [2, 3], keepAxes: true };
  const first = slice(image, [
    { axis: 2, from: 0, to: 1 },
    { axis: 3, from: 0, to: 1 },
  ]);
  const counted = subtract(image, first);
  const mean = reduceMean(counted, over);
  const centred = subtract(counted, mean);
  const variance = reduceMean(multiply(centred, centred), over);
  // Below the rounding of the values themselves there is nothing but their rounding.
  const rounding = add(multiply(abs(add(first, mean)), 2 ** -20), 1e-30);
  return divide(centred, where(greater(sqrt(variance), rounding), sqrt(variance), 1e30));
}

/**
 * How a pixel differs from its neighbourhood, in units of how much the neighbourhood varies:
 *
 *   (x − m) / (√(mean of (x − m)² nearby) + ε),   m the mean over a square of `size` pixels, cut off at the edge
 *
 * Shading and gain over distances longer than the square leave it.
 */
export function localContrast(x: Tensor, size: number, epsilon = 0.1): Tensor {
  const difference = subtract(x, localMean(x, size));
  const spread = sqrt(add(localMean(multiply(difference, difference), size), 1e-12));
  return divide(difference, add(spread, epsilon));
}
