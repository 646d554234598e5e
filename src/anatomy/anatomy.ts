import type { LabelMap } from "../volume/label-map.ts";
import type { Landmark } from "../volume/landmark.ts";
import type { Volume } from "../volume/volume.ts";

/** What is known about one patient. */
export interface Anatomy {
  readonly ct: Volume;
  readonly labelMap?: LabelMap;
  readonly landmarks: readonly Landmark[];
}
