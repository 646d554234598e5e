import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Camera } from "../src/geometry/camera.ts";
import type { Grid } from "../src/geometry/grid.ts";
import { rayFrame } from "../src/projector/ray-frame.ts";
import { type BenchCase, SOURCE_TO_AXIS_MM } from "./cases.ts";
import { output } from "./child.ts";

const SCRIPT = join(import.meta.dirname, "grid_sample_drr.py");

/** Half the diagonal of the volume, in mm: what a ray may cross lies within it of the isocentre. */
const REACH_MM = 370;

/** A PyTorch renderer of one case; `measure` gives CPU milliseconds of a whole picture, from a part of its rows. */
export async function gridSampleRenderer(options: {
  python: string;
  bench: BenchCase;
  camera: Camera;
  grid: Grid;
  values: Int16Array;
  folder: string;
}): Promise<{ measure: () => Promise<number>; rows: () => Promise<Float32Array> }> {
  const { python, bench, camera, grid, folder } = options;
  const ctPath = join(folder, `${bench.id}.raw`);
  const outPath = join(folder, `${bench.id}-grid-sample.raw`);
  const settingsPath = join(folder, `${bench.id}-grid-sample.json`);
  const { sourceVoxel, voxelRayFromPixel } = rayFrame(camera, grid);
  const settings = {
    ctPath,
    outPath,
    shape: grid.shape,
    sizePx: bench.sizePx,
    rowStep: bench.gridRowStep,
    samples: bench.gridSamples,
    sourceVoxel,
    voxelRayFromPixel: [...voxelRayFromPixel],
    nearMm: SOURCE_TO_AXIS_MM - REACH_MM,
    farMm: SOURCE_TO_AXIS_MM + REACH_MM,
  };
  await writeFile(ctPath, options.values);
  await writeFile(settingsPath, JSON.stringify(settings));
  return {
    measure: async () => bench.gridRowStep * Number(await output(python, [SCRIPT, settingsPath])),
    rows: async () => new Float32Array(Uint8Array.from(await readFile(outPath)).buffer),
  };
}
