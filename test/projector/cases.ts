import { type Camera, cameraFromMatrix } from "../../src/geometry/camera.ts";
import { cArmCamera } from "../../src/geometry/c-arm.ts";
import { deviceById, resizedDevice } from "../../src/geometry/device.ts";
import { centreLps, grid } from "../../src/geometry/grid.ts";
import { transform } from "../../src/geometry/transform.ts";
import type { Vector3 } from "../../src/geometry/vector.ts";
import {
  type FourChannelField,
  paddedIndex,
  paddedVoxelCount,
  type ScalarField,
} from "../../src/volume/field.ts";

/**
 * Fields and cameras that every back end of the projector is held against: textured tissue-like blobs with sharp edges in empty space, on grids that are
 * axial, anisotropic, oblique, sheared (gantry tilt) and left-handed. No host is assumed, so browsers run them too.
 */
export interface ConformanceCase {
  readonly name: string;
  readonly field: FourChannelField | ScalarField;
  readonly camera: Camera;
}

/** A small deterministic generator for test data (the MINSTD sequence). */
export function testNumbers(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

const GRIDS: Readonly<Record<string, { shape: Vector3; matrix: readonly number[] }>> = {
  axial: { shape: [45, 38, 52], matrix: [2, 0, 0, -40, 0, 2, 0, -30, 0, 0, 2, 10, 0, 0, 0, 1] },
  anisotropic: { shape: [64, 60, 17], matrix: [-1.1, 0, 0, 30, 0, -0.9, 0, 30, 0, 0, 5, -40, 0, 0, 0, 1] },
  oblique: {
    shape: [40, 44, 36],
    matrix: [1.6, -0.8, 0.3, -20, 0.9, 1.7, -0.4, -40, -0.1, 0.5, 1.9, -30, 0, 0, 0, 1],
  },
  sheared: { shape: [50, 40, 30], matrix: [1.5, 0, 0, -35, 0, 1.5, 0.9, -40, 0, 0, 2.5, -30, 0, 0, 0, 1] },
  "left-handed": { shape: [41, 39, 43], matrix: [0, 0, 2, -40, 0, 2, 0, -40, 2, 0, 0, -40, 0, 0, 0, 1] },
};

function gridOf(name: string) {
  const { shape, matrix } = GRIDS[name];
  return grid(shape, transform("lps", "voxel", matrix));
}

/** Calls `paint` for the voxels of a few random ellipsoids; everything else stays empty. */
function paintBlobs(
  shape: Vector3,
  seed: number,
  paint: (i: number, j: number, k: number, blob: number) => void,
): void {
  const random = testNumbers(seed);
  for (let blob = 0; blob < 5; blob++) {
    const centre = shape.map((n) => n * (0.15 + 0.7 * random()));
    const radius = shape.map((n) => n * (0.06 + 0.14 * random()));
    for (let k = 0; k < shape[2]; k++)
      for (let j = 0; j < shape[1]; j++)
        for (let i = 0; i < shape[0]; i++) {
          const r = [i, j, k].map((x, axis) => (x - centre[axis]) / radius[axis]);
          if (Math.hypot(...r) < 1) paint(i, j, k, blob);
        }
  }
}

export function fourChannelField(name: string, seed: number): FourChannelField {
  const g = gridOf(name);
  const voxels = new Uint8Array(4 * paddedVoxelCount(g));
  const random = testNumbers(seed + 1);
  paintBlobs(g.shape, seed, (i, j, k, blob) => {
    const at = 4 * paddedIndex(g, i, j, k);
    for (let channel = 0; channel < 4; channel++)
      voxels[at + channel] = Math.floor(120 + 30 * ((blob + channel) % 4) + 30 * random());
  });
  return {
    kind: "u8x4",
    grid: g,
    channels: ["a", "b", "c", "d"],
    voxels,
    scale: Float64Array.of(0.01, 0.004, 1, 3),
  };
}

export function scalarField(name: string, seed: number): ScalarField {
  const g = gridOf(name);
  const voxels = new Uint16Array(paddedVoxelCount(g));
  const random = testNumbers(seed + 1);
  paintBlobs(g.shape, seed, (i, j, k, blob) => {
    voxels[paddedIndex(g, i, j, k)] = Math.floor(1000 + 400 * blob + 200 * random());
  });
  return { kind: "u16", grid: g, channels: ["mu"], voxels, scale: Float64Array.of(2.7e-5) };
}

const views: Readonly<Record<string, readonly [number, number, number]>> = {
  front: [180, 0, 0],
  oblique: [-135, 20, 10],
  lateral: [90, -5, 0],
  axial: [0, 85, 30],
};

export function conformanceCases(sizePx = 72): ConformanceCase[] {
  const device = resizedDevice(deviceById("cios-fusion"), sizePx);
  const cases: ConformanceCase[] = [];
  for (const [gridIndex, gridName] of Object.keys(GRIDS).entries())
    for (const [viewIndex, [viewName, [laoDeg, craDeg, rollDeg]]] of Object.entries(views).entries()) {
      // Both kinds on every grid and view in turn, to keep the suite short.
      const field =
        (gridIndex + viewIndex) % 2 === 0
          ? fourChannelField(gridName, 7 * gridIndex + 1)
          : scalarField(gridName, 7 * gridIndex + 1);
      const camera = cArmCamera({
        device,
        angles: { laoDeg, craDeg, rollDeg },
        isocentreLps: centreLps(field.grid),
        sourceToIsocentreMm: 500,
      });
      cases.push({ name: `${gridName} grid, ${viewName} view, ${field.kind}`, field, camera });
    }
  // A very wide view, where every tile chooses its own axis, with the source close to the volume.
  const wide = fourChannelField("axial", 99);
  const [x, y, z] = centreLps(wide.grid);
  const focalPx = 22;
  const c = (sizePx - 1) / 2;
  const source = [x, y - 60, z];
  // Columns along +x, rows along −z, depth along +y.
  const rows = [
    [focalPx, c, 0],
    [0, c, -focalPx],
    [0, 1, 0],
  ].map((row) => [...row, -(row[0] * source[0] + row[1] * source[1] + row[2] * source[2])]);
  const wideCamera = (pixelFromLps: number[]) =>
    cameraFromMatrix({ pixelFromLps, widthPx: sizePx, heightPx: sizePx, sourceToDetectorMm: 300 });
  cases.push({ name: "wide view", field: wide, camera: wideCamera(rows.flat()) });
  // The source inside the volume: only what lies in front counts.
  const inside = rows.map((row) => [row[0], row[1], row[2], row[3] - row[1] * 62]);
  cases.push({ name: "source inside", field: wide, camera: wideCamera(inside.flat()) });
  // Pixels far larger than voxels, and far smaller.
  const coarse = resizedDevice(deviceById("cios-fusion"), 16);
  const fine = { ...resizedDevice(deviceById("cios-fusion"), sizePx), pixelPitchMm: 0.05 };
  for (const [name, panel] of Object.entries({ coarse, fine })) {
    const field = fourChannelField("oblique", 5);
    const angles = { laoDeg: 200, craDeg: 10, rollDeg: 0 };
    cases.push({
      name: `${name} pixels`,
      field,
      camera: cArmCamera({ device: panel, angles, isocentreLps: centreLps(field.grid) }),
    });
  }
  return cases;
}

/** Largest difference as a fraction of the largest value of each channel; NaN counts as infinite. */
export function worstDifference(ours: Float32Array, expected: Float32Array, channels: number): number {
  const pixels = expected.length / channels;
  let worst = ours.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
  for (let channel = 0; channel < channels; channel++) {
    let peak = 0;
    let difference = 0;
    for (let n = channel * pixels; n < (channel + 1) * pixels; n++) {
      peak = Math.max(peak, Math.abs(expected[n]));
      const d = Math.abs(ours[n] - expected[n]);
      difference = d <= difference ? difference : Number.isNaN(d) ? Number.POSITIVE_INFINITY : d;
    }
    worst = Math.max(worst, peak === 0 ? difference : difference / peak);
  }
  return worst;
}
