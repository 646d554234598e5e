import type { Draws } from "../draws.ts";
import type { Apply } from "../transform.ts";
import { type Affine, composed, inverse, rotation, scaling, shear, translation } from "../geometry/affine.ts";
import { type Pool, pooled } from "../sharpness/pooled.ts";

/**
 * The affine map of the published code: shear along y, then x, scale and rotation about the centre, then a shift in any direction; as
 * the map from new to old pixels about the centre.
 */
export function publishedAffine(draws: Draws): Affine {
  const direction = draws.uniformIn(0, 2 * Math.PI);
  const lengthPx = draws.uniformIn(0, 20);
  const angleDeg = draws.uniformIn(-5, 5);
  const [shearXDeg, shearYDeg] = [draws.uniformIn(-2, 2), draws.uniformIn(-2, 2)];
  const scale = draws.uniformIn(0.9, 1.1);
  const sheared = composed(shear(shearXDeg, 0), shear(0, shearYDeg));
  const turned = composed(composed(sheared, scaling(scale, scale)), rotation(angleDeg));
  return inverse(
    composed(turned, translation(lengthPx * Math.cos(direction), lengthPx * Math.sin(direction))),
  );
}

/** The four kinds of pooling with a side drawn from those given. */
export const poolings = (sides: readonly number[]): Readonly<Record<string, Apply>> =>
  Object.fromEntries(
    (["average", "max", "min", "median"] satisfies Pool[]).map((pool): [string, Apply] => [
      `${pool}-pooling`,
      (image, draws) => pooled(image, { pool, side: draws.oneOf(sides) }),
    ]),
  );
