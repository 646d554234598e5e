import { type Grid, spacingMm } from "../../geometry/grid.ts";
import { dot, normalize, type Vector3 } from "../../geometry/vector.ts";
import type { Finding } from "../finding.ts";

/** What the affine of a volume says that a user may not expect. */
export function geometryFindings(grid: Grid): Finding[] {
  const findings: Finding[] = [];
  const spacing = spacingMm(grid);
  const [smallest, largest] = [Math.min(...spacing), Math.max(...spacing)];
  const text = spacing.map((mm) => mm.toFixed(2)).join(" × ");
  if (smallest < 0.05 || largest > 20)
    findings.push({
      code: "spacing-implausible",
      severity: "error",
      message: `voxels of ${text} mm are implausible for a CT of a patient: is the spacing in another unit?`,
    });
  if (largest > 3 * smallest)
    findings.push({
      code: "anisotropic",
      severity: "warning",
      message: `voxels are ${(largest / smallest).toFixed(1)} times longer than wide (${text} mm): steps will show across the slices; use thinner slices if there are any`,
    });
  else if (largest > 2.5)
    findings.push({
      code: "coarse",
      severity: "info",
      message: `voxels of ${text} mm: fine bone structure will be missing from the radiographs`,
    });
  const m = grid.lpsFromVoxel.matrix;
  const axes = [0, 1, 2].map((axis): Vector3 => normalize([m[axis], m[4 + axis], m[8 + axis]]));
  const skew = Math.max(
    Math.abs(dot(axes[0], axes[1])),
    Math.abs(dot(axes[0], axes[2])),
    Math.abs(dot(axes[1], axes[2])),
  );
  if (skew > 1e-3)
    findings.push({
      code: "sheared",
      severity: "info",
      message: `the axes are ${((Math.asin(Math.min(skew, 1)) * 180) / Math.PI).toFixed(1)}° from right angles (gantry tilt): the full affine is used`,
    });
  const tilt = Math.max(
    ...axes.map((axis) => (Math.acos(Math.min(1, Math.max(...axis.map(Math.abs)))) * 180) / Math.PI),
  );
  if (tilt > 1)
    findings.push({
      code: "oblique",
      severity: "info",
      message: `the axes are turned up to ${tilt.toFixed(1)}° from the patient's: the full affine is used`,
    });
  return findings;
}
