import { InputError } from "../../error/input-error.ts";
import { type Camera, type PixelRegion, wholeImage } from "../../geometry/camera.ts";
import { type Field, paddedVoxelCount } from "../../volume/field.ts";
import { checkRegion } from "../check-region.ts";
import type { LoadedField, Projector } from "../projector.ts";
import { rayFrame } from "../ray-frame.ts";
import { bestKernelBuild, instantiateKernel, type JosephKernel, type KernelBuild } from "./kernel.ts";
import { occupancyTables } from "./occupancy-tables.ts";
import { type KernelTask, PARAMETER_COUNT, parameterBlock } from "./parameter-block.ts";
import { type KernelThread, workerPool } from "./worker-pool.ts";

const PAGE_BYTES = 65_536;
const MAX_PAGES = 65_536;
const BLOCK_ADDRESS = 1024;
const COUNTER_ADDRESS = BLOCK_ADDRESS + 8 * PARAMETER_COUNT + 64;
/** Bytes of scratch for each thread, as in assembly/joseph.ts. */
const SCRATCH_BYTES = 20_608;
/** The field starts on the second page, behind parameters and counters. */
const FIELD_ADDRESS = PAGE_BYTES;
const MAX_THREADS = 64;

/**
 * The default engine: WebAssembly SIMD on shared memory, on as many threads as it is given.
 * Results are the same bits for any number of threads, with and without skipping of empty space.
 */
export function wasmProjector(
  options: {
    /** Threads in all, the calling one included; default 1. More need `startThread`. */
    threads?: number;
    startThread?: () => KernelThread;
    /** For tests and benchmarks only: the result does not depend on it. */
    skipEmptySpace?: boolean;
    kernel?: KernelBuild;
  } = {},
): Projector {
  const build = options.kernel ?? bestKernelBuild();
  const helpers = options.startThread ? Math.min(Math.max(options.threads ?? 1, 1), MAX_THREADS) - 1 : 0;
  const pool = workerPool(
    options.startThread ??
      (() => {
        throw new Error("no threads");
      }),
    helpers,
  );
  const memories = new WeakMap<ArrayBufferLike, WebAssembly.Memory>();
  let nextMemoryId = 0;
  let queue: Promise<unknown> = Promise.resolve();
  // One run at a time: the threads share one parameter block.
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };

  function allocate(byteLength: number): Uint8Array {
    const memory = newMemory(FIELD_ADDRESS + byteLength, "this volume");
    memories.set(memory.buffer, memory);
    return new Uint8Array(memory.buffer, FIELD_ADDRESS, byteLength);
  }

  function load(field: Field): LoadedField {
    const bytes = new Uint8Array(field.voxels.buffer, field.voxels.byteOffset, field.voxels.byteLength);
    const expected = paddedVoxelCount(field.grid) * (field.kind === "u8x4" ? 4 : 2);
    if (bytes.byteLength !== expected)
      throw new RangeError(
        `a field of ${field.grid.shape.join(" × ")} voxels has ${expected} bytes, got ${bytes.byteLength}`,
      );
    let memory = bytes.byteOffset === FIELD_ADDRESS ? memories.get(bytes.buffer) : undefined;
    if (!memory) {
      const own = allocate(expected);
      own.set(bytes);
      memory = memories.get(own.buffer) as WebAssembly.Memory;
    }
    return loadedField(field, memory, nextMemoryId++);
  }

  function loadedField(field: Field, memory: WebAssembly.Memory, memoryId: number): LoadedField {
    let kernel: JosephKernel | undefined = instantiateKernel(memory, build);
    const tables = occupancyTables(field, FIELD_ADDRESS, align(FIELD_ADDRESS + field.voxels.byteLength));
    const scratchAddress = tables.end;
    const outputAddress = align(scratchAddress + SCRATCH_BYTES * (1 + helpers));

    async function run(camera: Camera, region: PixelRegion, task: KernelTask): Promise<Float32Array[]> {
      if (!kernel) throw new Error("this field was released");
      checkRegion(camera, region);
      const images = task.kind === "trace" ? 3 : 1;
      const values = field.channels.length * region.widthPx * region.heightPx;
      growTo(memory, outputAddress + 4 * images * values);
      const frame = rayFrame(camera, field.grid);
      const block = parameterBlock({
        field,
        camera,
        region,
        frame,
        addresses: {
          voxels: FIELD_ADDRESS,
          output: outputAddress,
          counters: COUNTER_ADDRESS,
          scratch: scratchAddress,
          tables:
            options.skipEmptySpace === false
              ? [0, 0, 0]
              : tables.make(kernel, task, frame.viewAxis === undefined ? [0, 1, 2] : [frame.viewAxis]),
        },
        task,
      });
      new Float64Array(memory.buffer, BLOCK_ADDRESS, PARAMETER_COUNT).set(block);
      new Int32Array(memory.buffer, COUNTER_ADDRESS, 2).fill(0);
      const others = pool.run({ memoryId, memory, build, block: BLOCK_ADDRESS });
      // A failure of the others is reported below, after this thread has finished its share.
      others.catch(() => undefined);
      kernel.run(BLOCK_ADDRESS);
      await others;
      return Array.from({ length: images }, (_, index) =>
        new Float32Array(memory.buffer, outputAddress + 4 * index * values, values).slice(),
      );
    }

    const channels = field.channels.length;
    return {
      field,
      integrate: (camera, region = wholeImage(camera)) =>
        exclusively(async () => {
          const [values] = await run(camera, region, { kind: "integrate" });
          return { widthPx: region.widthPx, heightPx: region.heightPx, channels, values };
        }),
      trace: (camera, { threshold, region = wholeImage(camera) }) =>
        exclusively(async () => {
          const [integral, maximum, firstHitMm] = await run(camera, region, { kind: "trace", threshold });
          return {
            widthPx: region.widthPx,
            heightPx: region.heightPx,
            channels,
            integral,
            maximum,
            firstHitMm,
          };
        }),
      firstHits: (camera, { threshold, region = wholeImage(camera) }) =>
        exclusively(async () => {
          const size = { widthPx: region.widthPx, heightPx: region.heightPx, channels };
          // Kernels look for first hits in four channels at once; one grey field is traced.
          if (field.kind === "u16") {
            const [, , firstHitMm] = await run(camera, region, { kind: "trace", threshold });
            return { ...size, firstHitMm };
          }
          const [firstHitMm] = await run(camera, region, { kind: "first-hits", threshold });
          return { ...size, firstHitMm };
        }),
      release: () =>
        exclusively(async () => {
          kernel = undefined;
          pool.forget(memoryId);
        }),
    };
  }

  return {
    name: "wasm",
    allocate,
    load: async (field) => load(field),
    close: () => exclusively(() => pool.close()),
  };
}

const align = (address: number): number => Math.ceil(address / 64) * 64;

function newMemory(byteLength: number, what: string): WebAssembly.Memory {
  const pages = Math.ceil(byteLength / PAGE_BYTES);
  if (pages > MAX_PAGES) throw tooLarge(byteLength, what);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: MAX_PAGES, shared: true });
  } catch (cause) {
    throw new InputError(
      "memory-exhausted",
      `this machine cannot give ${megabytes(byteLength)} of memory to ${what}`,
      {
        remedy: "close other programs, or crop or resample the volume",
        cause,
      },
    );
  }
}

function growTo(memory: WebAssembly.Memory, byteLength: number): void {
  const missing = byteLength - memory.buffer.byteLength;
  if (missing <= 0) return;
  const pages = Math.ceil(missing / PAGE_BYTES);
  if (memory.buffer.byteLength / PAGE_BYTES + pages > MAX_PAGES)
    throw tooLarge(byteLength, "this volume and its image");
  memory.grow(pages);
}

function tooLarge(byteLength: number, what: string): InputError {
  return new InputError(
    "volume-too-large",
    `${what} needs ${megabytes(byteLength)}, over the 4096 MB that WebAssembly can address`,
    { remedy: "crop the volume to the region of interest, or resample it to larger voxels" },
  );
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;
