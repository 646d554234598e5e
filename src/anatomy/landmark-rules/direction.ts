import { InputError } from "../../error/input-error.ts";
import { normalize, type Vector3 } from "../../geometry/vector.ts";
import type { AnatomicalDirection } from "./landmark-rule.ts";

const UNIT: Record<Extract<AnatomicalDirection, string>, Vector3> = {
  left: [1, 0, 0],
  right: [-1, 0, 0],
  anterior: [0, -1, 0],
  posterior: [0, 1, 0],
  superior: [0, 0, 1],
  inferior: [0, 0, -1],
};

/** A direction in words, or a vector of any length, as a unit vector of LPS. */
export function unitDirection(direction: AnatomicalDirection): Vector3 {
  if (typeof direction === "string") return UNIT[direction];
  if (Math.hypot(...direction) > 0) return normalize([...direction]);
  throw new InputError("direction-without-length", "a direction needs a length, found [0, 0, 0]");
}
