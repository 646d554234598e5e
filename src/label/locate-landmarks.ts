import { type Camera, project } from "../geometry/camera.ts";
import type { Vector3 } from "../geometry/vector.ts";
import type { Landmark } from "../volume/landmark.ts";

/** A landmark in the picture. Outside the detector it counts as not visible, though its place is still known. */
export type LandmarkLabel = {
  readonly name: string;
  /** Of a keypoint of an instrument: other instruments whose shadow lies over it. */
  readonly hiddenBy?: readonly string[];
} & (
  | {
      readonly lpsMm: Vector3;
      readonly status: "visible" | "outside";
      readonly pixel: readonly [number, number];
      readonly depthMm: number;
    }
  | { readonly lpsMm: Vector3; readonly status: "behind source"; readonly pixel: null }
  /** A keypoint of an instrument that this sample of a data set does not have. */
  | { readonly lpsMm: null; readonly status: "absent"; readonly pixel: null }
);

/**
 * Where landmarks fall. Pixel centres lie on whole numbers, so the detector reaches from −0.5 to width − 0.5:
 * a point is visible when it falls on one of its pixels.
 */
export function locateLandmarks(camera: Camera, landmarks: readonly Landmark[]): LandmarkLabel[] {
  return landmarks.map(({ name, lpsMm }) => {
    const { u, v, depthMm } = project(camera, lpsMm);
    if (!(depthMm > 0)) return { name, lpsMm, status: "behind source", pixel: null };
    const isOnDetector = u >= -0.5 && v >= -0.5 && u < camera.widthPx - 0.5 && v < camera.heightPx - 0.5;
    return { name, lpsMm, status: isOnDetector ? "visible" : "outside", pixel: [u, v], depthMm };
  });
}
