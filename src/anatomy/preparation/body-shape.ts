import { type AxialStack, pixelLps } from "./axial-stack.ts";

/** Both thighs together have this share of the last slice's area. */
const THIGH_SHARE = 0.84;
/** A circumference of 38 cm. */
const NECK_RADIUS_MM = 60;
/** The spine lies behind the middle of the neck. */
const SPINE_BEHIND_MM = 15;

/** What the outline of a body turns into beyond the end of a scan. */
export type BodyShape =
  | { readonly kind: "thighs"; readonly apartAtX: number }
  /** About the spine, whose middle in the last slice is at LPS x and y. */
  | { readonly kind: "neck"; readonly spine: readonly [number, number] };

/** Signed distance in mm of every pixel of a slice to the outline of a shape, negative inside. */
export function bodyShapeDistanceMm(
  shape: BodyShape,
  stack: AxialStack,
  slice: number,
  given: { body: Uint8Array; outline: Float32Array },
): Float32Array {
  if (shape.kind === "thighs") return thighDistance(stack, slice, { ...given, middle: shape.apartAtX });
  const [x, y] = shape.spine;
  return given.outline.map((_, pixel) => {
    const lps = pixelLps(stack, pixel % stack.width, Math.floor(pixel / stack.width), slice);
    return Math.hypot(lps[0] - x, lps[1] - (y - SPINE_BEHIND_MM)) - NECK_RADIUS_MM;
  });
}

/** Signed distance to two circles, one under each side of the body, as far out as the body reaches. */
function thighDistance(
  stack: AxialStack,
  slice: number,
  given: { body: Uint8Array; outline: Float32Array; middle: number },
): Float32Array {
  const { width } = stack;
  const lpsOf = (pixel: number) => pixelLps(stack, pixel % width, Math.floor(pixel / width), slice);
  let [area, left, right] = [0, -Infinity, Infinity];
  given.body.forEach((inside, pixel) => {
    if (!inside) return;
    const [x] = lpsOf(pixel);
    area += stack.pixelMm[0] * stack.pixelMm[1];
    left = Math.max(left, x);
    right = Math.min(right, x);
  });
  const halfWidth = (left - right) / 2;
  const radius = Math.min(Math.sqrt((THIGH_SHARE * area) / (2 * Math.PI)), halfWidth / 2 + 5);
  const circles = [left - radius - 6, right + radius + 6].map((x): [number, number] => {
    // Thighs lie on the same couch as the body: their backs are level with its back.
    let back = -Infinity;
    let front = Infinity;
    given.body.forEach((inside, pixel) => {
      if (!inside) return;
      const lps = lpsOf(pixel);
      if (Math.abs(lps[0] - x) > 6) return;
      back = Math.max(back, lps[1]);
      front = Math.min(front, lps[1]);
    });
    return [x, Number.isFinite(back) ? Math.max(back - radius, (back + front) / 2) : 0];
  });
  return given.outline.map((_, pixel) => {
    const [x, y] = lpsOf(pixel);
    const [cx, cy] = circles[x > given.middle ? 0 : 1];
    return Math.hypot(x - cx, y - cy) - radius;
  });
}
