/**
 * Prints milliseconds per image of the WebGPU engine, from the call to the numbers on the host, with the adapter's name:
 * `node bench/webgpu.ts`, on a machine with a GPU and its driver. `--software` only tries the benchmark out.
 */
import { InputError } from "../src/error/input-error.ts";
import { cArmCamera } from "../src/geometry/c-arm.ts";
import { centreLps, type Grid, grid } from "../src/geometry/grid.ts";
import { transform } from "../src/geometry/transform.ts";
import type { Vector3 } from "../src/geometry/vector.ts";
import { webgpuNodeProjector } from "../src/node/webgpu-entry.ts";
import {
  type FourChannelField,
  paddedIndex,
  paddedVoxelCount,
  type ScalarField,
} from "../src/volume/field.ts";

const RUNS = 20;

/** A chest of ellipsoids, 400 mm wide: wall 0, lungs 1, spine 2, heart 3; undefined is air. */
function partAt([x, y, z]: Vector3): number | undefined {
  const within = (cx: number, cy: number, cz: number, rx: number, ry: number, rz: number) =>
    ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 + ((z - cz) / rz) ** 2 < 1;
  if (!within(0, 0, 0, 160, 100, 400)) return undefined;
  if (within(0, 60, 0, 22, 22, 400)) return 2;
  if (within(20, -20, -30, 55, 45, 60)) return 3;
  return within(-75, 0, 0, 60, 75, 150) || within(75, 0, 0, 60, 75, 150) ? 1 : 0;
}

function chest(shape: Vector3): Grid {
  const spacing = shape.map((n) => 400 / n);
  const [i, j, k] = spacing;
  return grid(shape, transform("lps", "voxel", [i, 0, 0, -200, 0, j, 0, -200, 0, 0, k, -200, 0, 0, 0, 1]));
}

function fields(shape: Vector3): [ScalarField, FourChannelField] {
  const g = chest(shape);
  const attenuation = new Uint16Array(paddedVoxelCount(g));
  const densities = new Uint8Array(4 * paddedVoxelCount(g));
  for (let k = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++)
      for (let i = 0; i < shape[0]; i++) {
        const part = partAt([i, j, k].map((n, axis) => (400 * n) / shape[axis] - 200) as unknown as Vector3);
        if (part === undefined) continue;
        const at = paddedIndex(g, i, j, k);
        attenuation[at] = 700 + 100 * part + ((i * j + k) % 50);
        densities[4 * at + part] = 150 + ((i * j + k) % 50);
      }
  return [
    { kind: "u16", grid: g, channels: ["attenuation"], voxels: attenuation, scale: Float64Array.of(1e-5) },
    {
      kind: "u8x4",
      grid: g,
      channels: ["soft", "lung", "bone", "heart"],
      voxels: densities,
      scale: new Float64Array(4).fill(0.01),
    },
  ];
}

const cases: readonly { name: string; shape: Vector3; sizePx: number }[] = [
  { name: "A, 256 × 256 × 256 to 512 × 512", shape: [256, 256, 256], sizePx: 512 },
  { name: "B, 512 × 512 × 400 to 1024 × 1024", shape: [512, 512, 400], sizePx: 1024 },
];

async function main(): Promise<void> {
  const software = process.argv.includes("--software");
  const projector = await webgpuNodeProjector({ allowSoftwareAdapter: software });
  const runs = software ? 1 : RUNS;
  console.log(
    `${projector.adapterName}${software ? ": times of a software adapter say nothing about a GPU" : ""}`,
  );
  for (const { name, shape, sizePx } of cases)
    for (const field of fields(shape)) {
      const camera = cArmCamera({
        device: {
          id: "bench",
          name: "400 mm panel",
          source: "the engine prototype's case",
          widthPx: sizePx,
          heightPx: sizePx,
          pixelPitchMm: 400 / sizePx,
          sourceToDetectorMm: 1500,
          sourceToIsocentreMm: 1000,
        },
        angles: { laoDeg: 30, craDeg: 15, rollDeg: 0 },
        isocentreLps: centreLps(field.grid),
      });
      const started = performance.now();
      const loaded = await projector.load(field);
      const loadMs = performance.now() - started;
      await loaded.integrate(camera);
      const times: number[] = [];
      for (let run = 0; run < runs; run++) {
        const start = performance.now();
        await loaded.integrate(camera);
        times.push(performance.now() - start);
      }
      times.sort((a, b) => a - b);
      const median = times[Math.floor(times.length / 2)];
      console.log(
        `case ${name}, ${field.kind}: ${median.toFixed(1)} ms per image (median of ${runs}, fastest ${times[0].toFixed(1)}), upload ${loadMs.toFixed(0)} ms`,
      );
      await loaded.release();
    }
  await projector.close();
}

try {
  await main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.log(`${error.message}; ${error.remedy ?? ""}`);
}
