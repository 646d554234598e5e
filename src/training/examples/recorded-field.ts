import { type Camera, cameraFromMatrix, pixelFromLpsOfLargerPixels } from "../../geometry/camera.ts";
import { collimatedField } from "../../scene/collimated-field.ts";
import type { RecordedScene } from "./exposure-drawn.ts";

/** The collimated field of a recorded scene on a coarser grid. */
export interface RecordedField {
  readonly transmitted: Float32Array;
  /** 1 within the field. */
  readonly mask: Uint8Array;
  readonly outside: "exposed" | "black" | "white";
}

/** Undefined where the scene has no collimation. */
export function recordedField(
  { collimation, beam }: RecordedScene,
  camera: Camera,
  { widthPx, heightPx, factor }: { widthPx: number; heightPx: number; factor: number },
): RecordedField | undefined {
  if (!collimation) return undefined;
  const coarse = cameraFromMatrix({
    ...camera,
    pixelFromLps: pixelFromLpsOfLargerPixels(camera.pixelFromLps, factor),
    widthPx,
    heightPx,
  });
  const field = collimatedField({ collimation, beam: { focalSpotMm: beam.focalSpotMm } }, camera, coarse);
  return field && { transmitted: field.transmitted, mask: field.label.mask, outside: collimation.outside };
}

/**
 * Outside of the field, in log units: behind electronic shutters the least or the largest value within it; behind bare blades, where hardly a
 * photon arrives, no more than that largest value, as `finishedPicture` has it.
 */
export function shuttered(values: Float32Array, { mask, outside }: RecordedField): Float32Array {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let n = 0; n < values.length; n++) {
    if (!mask[n]) continue;
    if (values[n] < least) least = values[n];
    if (values[n] > most) most = values[n];
  }
  if (most < least) return values;
  const result = values.slice();
  for (let n = 0; n < values.length; n++) {
    if (mask[n]) continue;
    if (outside === "exposed") result[n] = Math.min(values[n], most);
    else result[n] = outside === "black" ? least : most;
  }
  return result;
}
