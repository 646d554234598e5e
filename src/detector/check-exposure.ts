import { InputError } from "../error/input-error.ts";
import type { ExposureOptions } from "./exposure.ts";

/** Refuses what a user can set wrongly with an InputError, and inconsistent arrays with a RangeError. */
export function checkExposure(options: ExposureOptions): void {
  const { areaDensity, materials, camera, mas, detector, focalSpot } = options;
  if (!(mas >= 0 && mas <= 1e6))
    throw new InputError("exposure-mas", `the tube charge must lie within 0 and 1e6 mAs, got ${mas}`);
  if (focalSpot && !(focalSpot.sideMm >= 0 && focalSpot.sideMm <= 10))
    throw new InputError(
      "exposure-focal-spot",
      `the focal spot must have a side from 0 to 10 mm, got ${focalSpot.sideMm}`,
    );
  const reach = camera.sourceToDetectorMm;
  if (focalSpot && !(focalSpot.sourceToObjectMm >= 50 && focalSpot.sourceToObjectMm <= reach))
    throw new InputError(
      "exposure-focal-spot",
      `the object must lie between 50 mm and the panel at ${reach} mm, got ${focalSpot.sourceToObjectMm} mm`,
    );
  if (!(Number.isInteger(detector.bits) && detector.bits >= 8 && detector.bits <= 16))
    throw new InputError(
      "exposure-bits",
      `a detector has 8 to 16 bits, "${detector.id}" has ${detector.bits}`,
    );

  const { widthPx, heightPx } = options.region ?? camera;
  if (areaDensity.widthPx !== widthPx || areaDensity.heightPx !== heightPx)
    throw new RangeError(
      `area densities of ${areaDensity.widthPx}×${areaDensity.heightPx} pixels do not fit an image of ${widthPx}×${heightPx}`,
    );
  if (areaDensity.materials.length !== materials.length)
    throw new RangeError(
      `area densities of (${areaDensity.materials.join(", ")}) came with the materials (${materials.map(({ name }) => name).join(", ")})`,
    );
  if (options.collimation && options.collimation.length !== widthPx * heightPx)
    throw new RangeError(
      `a collimation of ${options.collimation.length} values does not fit ${widthPx}×${heightPx} pixels`,
    );
  if (areaDensity.gPerCm2.length !== materials.length * widthPx * heightPx)
    throw new RangeError(
      `${materials.length} area densities need ${materials.length * widthPx * heightPx} values`,
    );
}
