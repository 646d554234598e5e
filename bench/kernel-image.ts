import type { Camera } from "../src/geometry/camera.ts";
import { wholeImage } from "../src/geometry/camera.ts";
import { rayFrame } from "../src/projector/ray-frame.ts";
import { bestKernelBuild, instantiateKernel } from "../src/projector/wasm/kernel.ts";
import { occupancyLayout } from "../src/projector/wasm/occupancy-layout.ts";
import { PARAMETER_COUNT, parameterBlock } from "../src/projector/wasm/parameter-block.ts";
import type { Field } from "../src/volume/field.ts";

export const BLOCK_ADDRESS = 1024;
const COUNTER_ADDRESS = BLOCK_ADDRESS + 8 * PARAMETER_COUNT;
const FIELD_ADDRESS = 65_536;
const SCRATCH_BYTES = 20_608;

/** The memory of one run of the projector's kernel, laid out so that another program can do the same run. */
export interface KernelImage {
  readonly bytes: Uint8Array;
  /** Runs the WebAssembly kernel on it. */
  readonly run: () => void;
  /** What the last run wrote. */
  readonly output: Float32Array;
  readonly outputAddress: number;
}

/** A field with its tables of occupied bricks and the parameters of one view whose rays all cross one axis. */
export function kernelImage(field: Field, camera: Camera): KernelImage {
  const { shape } = field.grid;
  const voxelBytes = field.kind === "u8x4" ? 4 : 2;
  const layout = occupancyLayout(shape, align(FIELD_ADDRESS + field.voxels.byteLength), 1);
  const scratch = layout.end;
  const outputAddress = align(scratch + SCRATCH_BYTES);
  const values = field.channels.length * camera.widthPx * camera.heightPx;
  const pages = Math.ceil((outputAddress + 4 * values) / 65_536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65_536, shared: true });
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(
    new Uint8Array(field.voxels.buffer, field.voxels.byteOffset, field.voxels.byteLength),
    FIELD_ADDRESS,
  );
  const kernel = instantiateKernel(memory, bestKernelBuild());
  const frame = rayFrame(camera, field.grid);
  if (frame.viewAxis === undefined) throw new RangeError("the native kernel knows views of one axis only");
  kernel.findOccupied(FIELD_ADDRESS, voxelBytes, ...shape, layout.bricks);
  kernel.countOccupied(layout.bricks, ...shape, frame.viewAxis, layout.tables[frame.viewAxis]);
  const addresses = {
    voxels: FIELD_ADDRESS,
    output: outputAddress,
    counters: COUNTER_ADDRESS,
    scratch,
    tables: layout.tables,
  };
  const block = parameterBlock({
    field,
    camera,
    region: wholeImage(camera),
    frame,
    addresses,
    task: { kind: "integrate" },
  });
  new Float64Array(memory.buffer, BLOCK_ADDRESS, PARAMETER_COUNT).set(block);
  const counters = new Int32Array(memory.buffer, COUNTER_ADDRESS, 2);
  return {
    bytes,
    run: () => {
      counters.fill(0);
      kernel.run(BLOCK_ADDRESS);
    },
    output: new Float32Array(memory.buffer, outputAddress, values),
    outputAddress,
  };
}

const align = (address: number): number => Math.ceil(address / 64) * 64;
