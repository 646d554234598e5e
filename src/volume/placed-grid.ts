import { InputError } from "../error/input-error.ts";
import { type Grid, grid, spacingMm } from "../geometry/grid.ts";
import { transform } from "../geometry/transform.ts";
import type { Vector3 } from "../geometry/vector.ts";

/**
 * The grid of a file: three rows of four numbers, LPS mm from voxel. Refuses, by the file's name, what cannot be a scan:
 * numbers that are not finite, flat axes, voxels outside 0.1 µm to 1 m, places further than 100 m away.
 */
export function placedGrid(name: string, shape: Vector3, rows: readonly number[]): Grid {
  try {
    const placed = grid(shape, transform("lps", "voxel", [...rows, 0, 0, 0, 1]));
    const spacing = spacingMm(placed);
    if (spacing.some((mm) => !(mm >= 1e-4 && mm <= 1e3)))
      throw new InputError("grid-spacing", `voxels of ${spacing.join(" × ")} mm are not those of a scan`);
    if ([rows[3], rows[7], rows[11]].some((mm) => Math.abs(mm) > 1e5))
      throw new InputError("grid-origin", `the first voxel lies at (${rows[3]}, ${rows[7]}, ${rows[11]}) mm`);
    return placed;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.code, `${name}: ${error.message}`, {
      remedy: error.remedy ?? "correct the file's geometry, or export it again",
      cause: error,
    });
  }
}
