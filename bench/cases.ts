import { cArmCamera } from "../src/geometry/c-arm.ts";
import type { Camera } from "../src/geometry/camera.ts";
import type { Vector3 } from "../src/geometry/vector.ts";

/** One size of CT and picture that everything is measured at. */
export interface BenchCase {
  readonly id: "a" | "b";
  readonly shape: Vector3;
  readonly sizePx: number;
  /** Side of the picture that plastimatch's slow mode makes; its cost is proportional to the number of pixels. */
  readonly uniformSizePx: number;
  /** Samples a ray of the PyTorch renderer over 740 mm: as far apart as ours, which are one plane of voxels apart. */
  readonly gridSamples: number;
  /** PyTorch renders one row in so many: its cost is proportional to the number of rows. */
  readonly gridRowStep: number;
}

export const benchCases: readonly BenchCase[] = [
  { id: "a", shape: [256, 256, 256], sizePx: 512, uniformSizePx: 256, gridSamples: 352, gridRowStep: 8 },
  { id: "b", shape: [512, 512, 400], sizePx: 1024, uniformSizePx: 256, gridSamples: 704, gridRowStep: 64 },
];

export const title = ({ shape, sizePx }: BenchCase): string =>
  `${shape.join(" × ")} to ${sizePx} × ${sizePx}`;

export const PANEL_MM = 400;
export const SOURCE_TO_AXIS_MM = 1000;
export const SOURCE_TO_PANEL_MM = 1500;
export const LAO_DEG = 30;
export const CRA_DEG = 15;

/** The view of every case: the middle of the volume, 30° LAO, 15° cranial, looked at from the source. */
export function benchCamera(sizePx: number): Camera {
  return cArmCamera({
    device: {
      id: "bench",
      name: "400 mm panel",
      source: "made up for benchmarks",
      widthPx: sizePx,
      heightPx: sizePx,
      pixelPitchMm: PANEL_MM / sizePx,
      sourceToDetectorMm: SOURCE_TO_PANEL_MM,
      sourceToIsocentreMm: SOURCE_TO_AXIS_MM,
    },
    angles: { laoDeg: LAO_DEG, craDeg: CRA_DEG, rollDeg: 0 },
    isocentreLps: [0, 0, 0],
    viewedFrom: "source",
  });
}
