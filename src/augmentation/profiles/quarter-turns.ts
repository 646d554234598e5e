import { quarterTurned } from "../quarter-turned.ts";
import { type Step, transform } from "../transform.ts";

/** Half of the pictures turned by 90, 180 or 270 degrees; those that are not square by 180. */
export const quarterTurns: Step = transform("quarter-turns", 0.5, (image, draws) => {
  const quarters = draws.oneOf([1, 2, 3] as const);
  return quarterTurned(image, image.widthPx === image.heightPx ? quarters : 2);
});
