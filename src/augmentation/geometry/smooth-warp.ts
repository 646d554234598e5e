import type { Draws } from "../draws.ts";
import { normalField } from "../random-field.ts";
import type { PictureSize } from "../transform.ts";
import type { Displacement } from "./displacement.ts";
import { FIELD_OVER_CONTROL, type SmoothField, smoothFieldAt, smoothFieldPixels } from "./smooth-field.ts";

/** Furthest that a control point goes, in standard deviations: keeps the warp from folding. */
const FURTHEST = 2.2;

/** A smooth random displacement, each component with a mean standard deviation of `sdPx` over many draws. */
export function smoothWarp(
  size: PictureSize,
  options: { intervals: number; sdPx: number },
  draws: Draws,
): Displacement {
  const { intervals, sdPx } = options;
  const count = (intervals + 3) ** 2;
  const normals = normalField(draws.key, 2 * count);
  const field = (from: number): SmoothField => ({
    ...size,
    intervals,
    control: normals
      .subarray(from, from + count)
      .map((value) => (Math.min(Math.max(value, -FURTHEST), FURTHEST) * sdPx) / FIELD_OVER_CONTROL),
  });
  const [x, y] = [field(0), field(count)];
  return {
    x: smoothFieldPixels(x),
    y: smoothFieldPixels(y),
    at: (u, v) => ({ x: smoothFieldAt(x, u, v), y: smoothFieldAt(y, u, v) }),
  };
}
