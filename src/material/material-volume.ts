import type { Grid } from "../geometry/grid.ts";
import type { FourChannelField } from "../volume/field.ts";
import type { Material } from "./material.ts";

/** Mass density in g/cm³ of any number of materials on one grid: material m is channel m % 4 of field ⌊m / 4⌋. */
export interface MaterialVolume {
  readonly grid: Grid;
  readonly materials: readonly Material[];
  readonly fields: readonly FourChannelField[];
}
