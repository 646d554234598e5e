import type { Vector3 } from "../geometry/vector.ts";

/** A named point of the patient. */
export interface Landmark {
  readonly name: string;
  readonly lpsMm: Vector3;
}
