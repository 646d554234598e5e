import { commandTargets } from "./command-targets.ts";
import { containerTargets } from "./container-targets.ts";
import { dicomTarget } from "./dicom-target.ts";
import { networkTargets } from "./network-targets.ts";
import { pictureTargets } from "./picture-targets.ts";
import { pngTarget } from "./png-target.ts";
import { spectrumTarget } from "./spectrum-target.ts";
import { tableTargets } from "./table-targets.ts";
import type { FuzzTarget } from "./target.ts";
import { trainingTargets } from "./training-targets.ts";
import { volumeTargets } from "./volume-targets.ts";

/** Every door that takes what users bring. */
export const fuzzTargets: readonly FuzzTarget[] = [
  ...volumeTargets,
  dicomTarget,
  ...tableTargets,
  spectrumTarget,
  pngTarget,
  ...pictureTargets,
  ...containerTargets,
  ...trainingTargets,
  ...networkTargets,
  ...commandTargets,
];
