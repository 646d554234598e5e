import { type Camera, project } from "../geometry/camera.ts";
import { cornersLps, type Grid } from "../geometry/grid.ts";

/** What an empty or overexposed picture has to say for itself. */
export interface SceneFinding {
  readonly code: string;
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
}

/**
 * Tells whether the volume meets the beam, before anything is computed.
 * Distances are measured sideways in mm at the depth of the volume's middle.
 *
 * @param advice what to try, asked for only where there is something to mend
 */
export function beamCoverage(camera: Camera, grid: Grid, advice: () => string): SceneFinding[] {
  const corners = cornersLps(grid).map((corner) => project(camera, corner));
  const inFront = corners.filter((corner) => corner.depthMm > 0);
  if (inFront.length === 0)
    return [finding("volume-behind-source", "error", `the whole volume lies behind the source; ${advice()}`)];
  if (inFront.length < corners.length)
    return [
      finding(
        "source-inside-volume",
        "warning",
        "the source lies inside or beside the volume: only what is in front of it is seen",
      ),
    ];
  const range = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];
  const [left, right] = range(corners.map((corner) => corner.u));
  const [top, bottom] = range(corners.map((corner) => corner.v));
  const depthMm = corners.reduce((sum, corner) => sum + corner.depthMm, 0) / corners.length;
  const mmPerPixel = (axis: 0 | 1) => (camera.pixelPitchMm[axis] * depthMm) / camera.sourceToDetectorMm;
  const sidewaysMm = Math.max(-right, left - (camera.widthPx - 1), 0) * mmPerPixel(0);
  const lengthwiseMm = Math.max(-bottom, top - (camera.heightPx - 1), 0) * mmPerPixel(1);
  if (sidewaysMm > 0 || lengthwiseMm > 0) {
    const distance = Math.hypot(sidewaysMm, lengthwiseMm).toFixed(0);
    return [
      finding("volume-outside-beam", "error", `the volume is ${distance} mm outside the beam; ${advice()}`),
    ];
  }
  const behindPanel = corners.filter((corner) => corner.depthMm > camera.sourceToDetectorMm).length;
  if (behindPanel > 0)
    return [
      finding(
        "volume-reaches-panel",
        "warning",
        "part of the volume lies behind the panel and is still counted; move the isocentre towards the source (--source-to-isocentre)",
      ),
    ];
  return [];
}

function finding(code: string, severity: SceneFinding["severity"], message: string): SceneFinding {
  return { code, severity, message };
}
