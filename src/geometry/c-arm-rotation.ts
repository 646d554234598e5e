import { type CArmAngles, cArmAxes } from "./c-arm.ts";
import { InputError } from "../error/input-error.ts";
import { cross, degFromRad, dot, norm, subtract, type Vector3 } from "./vector.ts";

/** Rows of a rotation: the LPS directions of columns (u), rows (v) and of the beam (source to panel). */
export type CameraAxes = readonly [Vector3, Vector3, Vector3];

/** What numbers printed with six digits can deviate from a rotation. */
const TOLERANCE = 1e-5;

/**
 * The C-arm angles of a rotation `cameraFromLps`, whose picture is looked at from the source: LAO and CRA from the
 * direction of the beam d = (sin a cos c, −cos a cos c, sin c), roll from the columns about it.
 *
 * Every proper rotation has such angles; a beam along the body's axis (CRA ±90) has LAO 0.
 *
 * @throws InputError `camera-rotation` when the rows are not unit vectors at right angles, or mirror
 */
export function cArmAnglesFromRotation(cameraFromLps: CameraAxes): CArmAngles {
  const [columns, rows, beam] = cameraFromLps;
  const isRotation =
    norm(subtract(cross(columns, rows), beam)) < TOLERANCE &&
    norm(subtract(cross(rows, beam), columns)) < TOLERANCE &&
    [columns, rows, beam].every((axis) => Math.abs(norm(axis) - 1) < TOLERANCE);
  if (!isRotation)
    throw new InputError(
      "camera-rotation",
      `the matrix [${cameraFromLps.map((row) => row.join(", ")).join("; ")}] is not a rotation`,
      {
        remedy:
          "its rows must be unit vectors at right angles (directions of columns, rows and beam in LPS) with determinant +1; AP is 1,0,0,0,0,-1,0,1,0",
      },
    );
  const craDeg = degFromRad(Math.atan2(beam[2], Math.hypot(beam[0], beam[1])));
  const laoDeg = Math.hypot(beam[0], beam[1]) < TOLERANCE ? 0 : degFromRad(Math.atan2(beam[0], -beam[1]));
  const { towardsDetector, up } = cArmAxes({ laoDeg, craDeg, rollDeg: 0 });
  const right = cross(towardsDetector, up);
  return { laoDeg, craDeg, rollDeg: degFromRad(Math.atan2(-dot(columns, up), dot(columns, right))) };
}
