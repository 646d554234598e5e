import { type Camera, placedCamera } from "./camera.ts";
import type { Device } from "./device.ts";
import { InputError } from "../error/input-error.ts";
import { add, cross, radFromDeg, scale, type Vector3 } from "./vector.ts";

/**
 * Where the panel stands about the patient, in degrees, after the DICOM positioner angles.
 * - `laoDeg`: from the front (0) towards the patient's left (+90); negative is RAO; ±180 is behind
 * - `craDeg`: towards the head; negative is caudal
 * - `rollDeg`: turns the panel about the beam, clockwise as the viewer sees it
 */
export interface CArmAngles {
  readonly laoDeg: number;
  readonly craDeg: number;
  readonly rollDeg: number;
}

/** From which side of the beam the finished picture is looked at. */
export type ViewedFrom = "detector" | "source";

/**
 * The radiological custom: the viewer faces the patient, so the patient's right is on the image's left. A panel in
 * front of the patient is looked at from the panel, one behind the patient from the source.
 */
export function customaryViewpoint(laoDeg: number): ViewedFrom {
  const wrapped = ((((laoDeg + 180) % 360) + 360) % 360) - 180;
  return Math.abs(wrapped) <= 90 ? "detector" : "source";
}

/** Unit LPS directions of the C-arm: isocentre to panel, and upwards in the picture before any roll. */
export function cArmAxes(angles: CArmAngles): { towardsDetector: Vector3; up: Vector3 } {
  const lao = radFromDeg(angles.laoDeg);
  const cra = radFromDeg(angles.craDeg);
  return {
    towardsDetector: [Math.sin(lao) * Math.cos(cra), -Math.cos(lao) * Math.cos(cra), Math.sin(cra)],
    up: [-Math.sin(lao) * Math.sin(cra), Math.cos(lao) * Math.sin(cra), Math.cos(cra)],
  };
}

/** The camera of a C-arm that aims at `isocentreLps`. */
export function cArmCamera(options: {
  device: Device;
  angles: CArmAngles;
  isocentreLps: Vector3;
  sourceToIsocentreMm?: number;
  viewedFrom?: ViewedFrom;
}): Camera {
  const { device, angles, isocentreLps } = options;
  const sourceToIsocentreMm = options.sourceToIsocentreMm ?? device.sourceToIsocentreMm;
  if (!(sourceToIsocentreMm > 0) || sourceToIsocentreMm > device.sourceToDetectorMm)
    throw new InputError(
      "source-to-isocentre",
      `the isocentre must lie between source and detector: got ${sourceToIsocentreMm} mm from the source of ${device.sourceToDetectorMm} mm`,
    );
  for (const [name, degrees] of Object.entries(angles))
    if (!Number.isFinite(degrees) || Math.abs(degrees) > 360)
      throw new InputError("c-arm-angle", `${name} must be a number of degrees within ±360, got ${degrees}`);
  const viewedFrom = options.viewedFrom ?? customaryViewpoint(angles.laoDeg);
  const { towardsDetector, up } = cArmAxes(angles);
  // The viewer looks along the beam (from the source) or against it (from the detector); right = look × up.
  const look = viewedFrom === "source" ? towardsDetector : scale(towardsDetector, -1);
  const right = cross(look, up);
  const roll = radFromDeg(angles.rollDeg);
  // A panel turned clockwise: its rows point right and down, its columns down and left.
  const columnAxis = add(scale(right, Math.cos(roll)), scale(up, -Math.sin(roll)));
  const rowAxis = add(scale(up, -Math.cos(roll)), scale(right, -Math.sin(roll)));
  return placedCamera({
    widthPx: device.widthPx,
    heightPx: device.heightPx,
    pixelPitchMm: [device.pixelPitchMm, device.pixelPitchMm],
    sourceToDetectorMm: device.sourceToDetectorMm,
    sourceLps: add(isocentreLps, scale(towardsDetector, -sourceToIsocentreMm)),
    columnAxis,
    rowAxis,
    towardsDetector,
  });
}
