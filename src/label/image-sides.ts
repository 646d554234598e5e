import { type Camera, lpsRayFromPixel } from "../geometry/camera.ts";

const TOWARDS = ["L", "P", "S"] as const;
const AWAY = ["R", "A", "I"] as const;

/**
 * Which side of the patient lies at the left and the right edge of the picture, as the letter that radiographs carry:
 * R and L on a frontal view, A and P on a lateral one.
 */
export function imageSides(camera: Camera): { left: string; right: string } {
  // The first column of the ray matrix: the LPS direction in which u grows.
  const rays = lpsRayFromPixel(camera);
  const alongRow = [rays[0], rays[3], rays[6]];
  const lengths = alongRow.map(Math.abs);
  // Oblique views keep R and L up to 60° from the frontal one.
  const isFrontal = lengths[0] >= 0.5 * Math.hypot(...alongRow);
  const axis = isFrontal ? 0 : lengths.indexOf(Math.max(...lengths));
  const [growing, falling] = alongRow[axis] > 0 ? [TOWARDS[axis], AWAY[axis]] : [AWAY[axis], TOWARDS[axis]];
  return { left: falling, right: growing };
}
