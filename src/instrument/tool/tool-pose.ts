import { InputError } from "../../error/input-error.ts";
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
  return poseOfFrame(tool, {
    frame: frameAlong(normalize(options.direction), options.rollDeg),
    atLps: options.tipLps,
    keypoint: "tip",
  });
}

/** Right-handed unit axes: two sides of a tool, and where it points. */
export type ToolFrame = readonly [x: Vector3, y: Vector3, z: Vector3];

/**
 * 4×4 row-major: puts a keypoint of a tool at a point, the tool's axes (held by its base, those of the base) along those of a frame.
 *
 * @throws InputError `instrument-keypoint`
 */
export function poseOfFrame(
  tool: Tool,
  options: { frame: ToolFrame; atLps: Vector3; keypoint: string },
): Float64Array {
  const to = options.frame;
  const from = (options.keypoint === "base" ? tool.baseFrame : undefined) ?? frameAlong(tool.axis, 0);
  const held = tool.keypoints.find(({ name }) => name === options.keypoint)?.atMm;
  if (!held)
    throw new InputError("instrument-keypoint", `the instrument has no keypoint "${options.keypoint}"`, {
      remedy: `its keypoints: ${tool.keypoints.map(({ name }) => name).join(", ")}`,
    });
  const pose = new Float64Array(16);
  pose[15] = 1;
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++)
      pose[4 * row + column] = to.reduce((sum, side, n) => sum + side[row] * from[n][column], 0);
    pose[4 * row + 3] = options.atLps[row] - dot([pose[4 * row], pose[4 * row + 1], pose[4 * row + 2]], held);
  }
  return pose;
}

/** Right-handed axes, the third along a unit direction; see `poseOfTip` for the roll. */
export function frameAlong(axis: Vector3, rollDeg: number): ToolFrame {
  const up: Vector3 = Math.abs(axis[2]) < 0.9 ? [0, 0, 1] : [0, 1, 0];
  const x = normalize(subtract(cross(up, axis), scale(axis, dot(cross(up, axis), axis))));
  const y = cross(axis, x);
  const [c, s] = [Math.cos(radFromDeg(rollDeg)), Math.sin(radFromDeg(rollDeg))];
  return [add(scale(x, c), scale(y, s)), add(scale(x, -s), scale(y, c)), axis];
}
