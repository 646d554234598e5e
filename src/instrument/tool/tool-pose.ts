import {
  add,
  cross,
  dot,
  normalize,
  radFromDeg,
  scale,
  subtract,
  type Vector3,
} from "../../geometry/vector.ts";
import type { Tool } from "./tool.ts";

/**
 * 4×4 row-major: puts the tool's tip at a point and its axis along a direction. At roll 0 the tool's own first side direction lies level,
 * across direction and superior (across posterior, where the direction is nearly superior); roll turns it about the direction, right-handed.
 */
export function poseOfTip(
  tool: Tool,
  options: { tipLps: Vector3; direction: Vector3; rollDeg: number },
): Float64Array {
  const to = frameAlong(normalize(options.direction), options.rollDeg);
  const from = frameAlong(tool.axis, 0);
  const tip = tool.keypoints.find(({ name }) => name === "tip")?.atMm ?? [0, 0, 0];
  const pose = new Float64Array(16);
  pose[15] = 1;
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++)
      pose[4 * row + column] = to.reduce((sum, side, n) => sum + side[row] * from[n][column], 0);
    pose[4 * row + 3] = options.tipLps[row] - dot([pose[4 * row], pose[4 * row + 1], pose[4 * row + 2]], tip);
  }
  return pose;
}

/** Right-handed axes, the third along a unit direction. */
function frameAlong(axis: Vector3, rollDeg: number): [Vector3, Vector3, Vector3] {
  const up: Vector3 = Math.abs(axis[2]) < 0.9 ? [0, 0, 1] : [0, 1, 0];
  const x = normalize(subtract(cross(up, axis), scale(axis, dot(cross(up, axis), axis))));
  const y = cross(axis, x);
  const [c, s] = [Math.cos(radFromDeg(rollDeg)), Math.sin(radFromDeg(rollDeg))];
  return [add(scale(x, c), scale(y, s)), add(scale(x, -s), scale(y, c)), axis];
}
