import type { Grid } from "../geometry/grid.ts";

/** One label per voxel, 0 for background, and the names of the labels. */
export interface LabelMap {
  readonly grid: Grid;
  readonly labels: Uint8Array | Uint16Array;
  /** Label number -> name. A label that occurs without a name is called `label_N`. */
  readonly names: ReadonlyMap<number, string>;
}
