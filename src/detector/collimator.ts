import { InputError } from "../error/input-error.ts";
import { type Camera, lpsRayFromPixel } from "../geometry/camera.ts";

/** A place on the panel in mm from the centre of the picture: x along its columns, y along its rows. */
export type PanelPoint = readonly [number, number];

/** What limits the field: an opening on the panel, and what its blades let through. */
export interface Collimator {
  /** Corners of a convex outline, every side one blade; or an iris. */
  readonly opening:
    | { readonly kind: "blades"; readonly cornersMm: readonly PanelPoint[] }
    | { readonly kind: "iris"; readonly centreMm: PanelPoint; readonly radiusMm: number };
  /** Width of the half shadow on the panel, see `penumbraMm`. */
  readonly penumbraMm: number;
  /** Part of the beam that goes through a blade. */
  readonly leakage: number;
}

/** Width of the half shadow of an edge: f (M − 1), f the focal spot's side, M = source-to-detector / source-to-blade distance. */
export const penumbraMm = (
  focalSpotMm: number,
  sourceToDetectorMm: number,
  sourceToBladesMm: number,
): number => focalSpotMm * (sourceToDetectorMm / sourceToBladesMm - 1);

/**
 * Part of the beam that reaches each pixel past the collimator:
 *
 *   T = ∏ₖ (q + (1 − q) ramp(dₖ / w)),   ramp(x) = min(max(x + ½, 0), 1)
 *
 * over the blades, dₖ the pixel's distance from the edge (positive in the open), w the penumbra, q the leakage. The ramp is what a
 * square uniform focal spot makes of a straight edge along its side; across other edges the true half shadow is up to √2
 * as wide. An edge is never sharper than a pixel, so that it does not alias.
 *
 * @param camera of the panel that the opening is given on
 * @param pictureCamera of the picture wanted, cropped or reduced from that panel; default the panel itself
 * @throws InputError `collimation-outline`
 */
export function transmittedPart(
  collimator: Collimator,
  camera: Camera,
  pictureCamera: Camera = camera,
): Float32Array {
  const { opening, leakage } = collimator;
  const { widthPx, heightPx } = pictureCamera;
  const width = Math.max(collimator.penumbraMm, Math.max(...pictureCamera.pixelPitchMm));
  const [m0, m1, m2, m3, m4, m5] = panelMmFromPixel(camera, pictureCamera);
  const part = new Float32Array(widthPx * heightPx).fill(1);
  const past = (distanceMm: number): number =>
    leakage + (1 - leakage) * Math.min(Math.max(distanceMm / width + 0.5, 0), 1);
  if (opening.kind === "iris") {
    const [centreX, centreY] = opening.centreMm;
    for (let v = 0; v < heightPx; v++)
      for (let u = 0; u < widthPx; u++) {
        const x = m0 * u + m1 * v + m2 - centreX;
        const y = m3 * u + m4 * v + m5 - centreY;
        part[v * widthPx + u] = past(opening.radiusMm - Math.sqrt(x * x + y * y));
      }
    return part;
  }
  for (const [nx, ny, offset] of bladesOf(opening.cornersMm))
    for (let v = 0; v < heightPx; v++) {
      // Along a row the distance from a blade grows evenly; most rows lie all on one side of it.
      const start = nx * (m1 * v + m2) + ny * (m4 * v + m5) + offset;
      const step = nx * m0 + ny * m3;
      const end = start + step * (widthPx - 1);
      if (Math.min(start, end) >= width / 2) continue;
      const row = v * widthPx;
      const isBehind = Math.max(start, end) <= -width / 2;
      for (let u = 0; u < widthPx; u++) part[row + u] *= isBehind ? leakage : past(start + step * u);
    }
  return part;
}

/** Half planes n · p + offset ≥ 0 of a convex outline, normals pointing inwards. */
function bladesOf(corners: readonly PanelPoint[]): [number, number, number][] {
  const area = signedArea(corners);
  const turns = corners.map((corner, n) => {
    const [next, after] = [corners[(n + 1) % corners.length], corners[(n + 2) % corners.length]];
    return (next[0] - corner[0]) * (after[1] - next[1]) - (next[1] - corner[1]) * (after[0] - next[0]);
  });
  if (corners.length < 3 || area === 0 || turns.some((turn) => turn * area < 0) || windings(corners) !== 1)
    throw new InputError(
      "collimation-outline",
      `the collimator's outline must be convex and enclose an area, found ${JSON.stringify(corners).slice(0, 120)}`,
      { remedy: "give its corners in order, around the outline" },
    );
  const inwards = Math.sign(area);
  return corners.flatMap((corner, n) => {
    const next = corners[(n + 1) % corners.length];
    const length = Math.hypot(next[0] - corner[0], next[1] - corner[1]);
    if (length === 0) return [];
    const nx = (-inwards * (next[1] - corner[1])) / length;
    const ny = (inwards * (next[0] - corner[0])) / length;
    return [[nx, ny, -(nx * corner[0] + ny * corner[1])]] as [number, number, number][];
  });
}

const signedArea = (corners: readonly PanelPoint[]): number =>
  corners.reduce((sum, [x, y], n) => {
    const [nextX, nextY] = corners[(n + 1) % corners.length];
    return sum + (x * nextY - y * nextX) / 2;
  }, 0);

/** How often an outline runs around its middle: a star of equal turns would do so twice. */
function windings(corners: readonly PanelPoint[]): number {
  const middle = [0, 1].map((axis) => corners.reduce((sum, c) => sum + c[axis], 0) / corners.length);
  const turned = corners.reduce((sum, corner, n) => {
    const next = corners[(n + 1) % corners.length];
    const [ax, ay, bx, by] = [
      corner[0] - middle[0],
      corner[1] - middle[1],
      next[0] - middle[0],
      next[1] - middle[1],
    ];
    return sum + Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
  }, 0);
  return Math.round(Math.abs(turned) / (2 * Math.PI));
}

/** 2×3: mm on the panel of `camera` from pixels of a picture that shows the same panel from the same source. */
function panelMmFromPixel(camera: Camera, picture: Camera): readonly number[] {
  const p = camera.pixelFromLps;
  const ray = lpsRayFromPixel(picture);
  const centre = [(camera.widthPx - 1) / 2, (camera.heightPx - 1) / 2];
  return [0, 1].flatMap((axis) =>
    [0, 1, 2].map((column) => {
      const pixel =
        p[4 * axis] * ray[column] + p[4 * axis + 1] * ray[3 + column] + p[4 * axis + 2] * ray[6 + column];
      return camera.pixelPitchMm[axis] * (pixel - (column === 2 ? centre[axis] : 0));
    }),
  );
}
