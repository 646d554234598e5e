import { InputError } from "../../error/input-error.ts";
import { type Camera, type PixelRegion, wholeImage } from "../../geometry/camera.ts";
import { type Field, paddedVoxelCount } from "../../volume/field.ts";
import { checkRegion } from "../check-region.ts";
import type { LoadedField, Projector } from "../projector.ts";
import { rayFrame } from "../ray-frame.ts";
import { checkedWork } from "./checked-work.ts";
import { checkFieldFits, type FieldTexture, uploadField } from "./field-texture.ts";
import { openGpuDevice } from "./gpu-device.ts";
import { bufferUsage, mapMode } from "./gpu-flags.ts";
import { josephWgsl } from "./joseph.wgsl.ts";
import { growingBuffer } from "./growing-buffer.ts";
import { RUN_BYTES, runUniform } from "./run-uniform.ts";
import { stripsOf } from "./strips.ts";
import { tilesOf, tileTable } from "./tile-table.ts";

/** Samples of one submission: a fraction of a second even on slow adapters, far from what a driver's watchdog allows. */
const SAMPLES_PER_STRIP = 2 ** 28;
const SAMPLES_PER_SOFTWARE_STRIP = 2 ** 23;
const STRIP_BYTES = 64 * 2 ** 20;

export interface WebgpuProjector extends Projector {
  /** The adapter's maker and model. */
  readonly adapterName: string;
}

/**
 * The engine for machines with a GPU, in browsers (`navigator.gpu`) and wherever else a `GPU` comes from.
 * Results do not depend on skipping, strips or regions, not by one bit.
 *
 * @throws InputError where no adapter does, see `openGpuDevice`
 */
export async function webgpuProjector(options: {
  gpu: GPU;
  /** Software adapters are slower than the WebAssembly engine; they count as no GPU unless this is true. */
  allowSoftwareAdapter?: boolean;
  /** For tests and benchmarks only: the result does not depend on it. */
  skipEmptySpace?: boolean;
}): Promise<WebgpuProjector> {
  const gpu = await openGpuDevice(options);
  const { device } = gpu;
  const loaded = new Set<FieldTexture>();
  const uniform = growingBuffer(device, bufferUsage.uniform | bufferUsage.copyTarget);
  const table = growingBuffer(device, bufferUsage.storage | bufferUsage.copyTarget);
  const output = growingBuffer(device, bufferUsage.storage | bufferUsage.copySource);
  const readback = growingBuffer(device, bufferUsage.mapRead | bufferUsage.copyTarget);
  let closed = false;
  let queue: Promise<unknown> = Promise.resolve();
  // One piece of work at a time: buffers and error scopes are the device's.
  const exclusively = <T>(what: string, work: () => Promise<T> | T): Promise<T> => {
    const result = queue.then(() => {
      if (closed) throw new Error("this projector was closed");
      return checkedWork(gpu, what, work);
    });
    queue = result.catch(() => undefined);
    return result;
  };

  const pipelines = await exclusively("the projection shader", () => {
    const module = device.createShaderModule({ label: "joseph", code: josephWgsl });
    const pipeline = (tracing: number) =>
      device.createComputePipelineAsync({
        layout: "auto",
        compute: { module, entryPoint: "project", constants: { tracing } },
      });
    return Promise.all([pipeline(0), pipeline(1)]);
  });

  /** Planar images of one region: integrals, and for a trace the maxima and the first hits. */
  async function render(
    field: Field,
    texture: FieldTexture,
    camera: Camera,
    { region, threshold }: { region: PixelRegion; threshold?: number },
  ): Promise<Float32Array[]> {
    const channels = field.channels.length;
    const images = threshold === undefined ? 1 : 3;
    const pixels = region.widthPx * region.heightPx;
    const result = Array.from({ length: images }, () => new Float32Array(channels * pixels));
    const frame = rayFrame(camera, field.grid);
    // A threshold of zero is met in empty space.
    const skipEmptySpace = options.skipEmptySpace !== false && (threshold === undefined || threshold > 0);
    const pipeline = pipelines[threshold === undefined ? 0 : 1];
    const strips = stripsOf(region, {
      samplesPerPixel: Math.max(...field.grid.shape),
      largestSamples: gpu.isSoftware ? SAMPLES_PER_SOFTWARE_STRIP : SAMPLES_PER_STRIP,
      bytesPerPixel: 4 * channels * images,
      largestBytes: Math.min(STRIP_BYTES, device.limits.maxStorageBufferBindingSize),
    });
    for (const strip of strips) {
      const tiles = tilesOf(strip);
      const bytes = 4 * images * channels * strip.widthPx * strip.heightPx;
      const records = tileTable(camera, field.grid, frame, tiles);
      const target = output.atLeast(bytes);
      const copy = readback.atLeast(bytes);
      const run = runUniform({ field, frame, strip, tiles, threshold, skipEmptySpace });
      device.queue.writeBuffer(uniform.atLeast(RUN_BYTES), 0, run);
      device.queue.writeBuffer(table.atLeast(records.byteLength), 0, records);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(
        0,
        device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: [
            { binding: 0, resource: texture.voxels.createView() },
            { binding: 1, resource: { buffer: uniform.atLeast(RUN_BYTES) } },
            { binding: 2, resource: { buffer: table.atLeast(records.byteLength), size: records.byteLength } },
            { binding: 3, resource: { buffer: texture.nearby } },
            { binding: 4, resource: { buffer: target, size: bytes } },
          ],
        }),
      );
      pass.dispatchWorkgroups(tiles.across, tiles.down);
      pass.end();
      encoder.copyBufferToBuffer(target, 0, copy, 0, bytes);
      device.queue.submit([encoder.finish()]);
      await copy.mapAsync(mapMode.read, 0, bytes);
      const values = new Float32Array(copy.getMappedRange(0, bytes));
      spread(values, result, { strip, region, channels });
      copy.unmap();
    }
    return result;
  }

  async function load(field: Field): Promise<LoadedField> {
    const expected = paddedVoxelCount(field.grid) * (field.kind === "u8x4" ? 4 : 1);
    if (field.voxels.length !== expected)
      throw new RangeError(
        `a field of ${field.grid.shape.join(" × ")} voxels has ${expected} counts, got ${field.voxels.length}`,
      );
    checkFieldFits(gpu, field);
    const size = `a volume of ${field.grid.shape.join(" × ")} voxels`;
    const texture = await exclusively(size, () => uploadField(gpu, field));
    loaded.add(texture);
    const channels = field.channels.length;
    const draw = (camera: Camera, request: { region: PixelRegion; threshold?: number }) => {
      checkRegion(camera, request.region);
      return exclusively("a projection", () => {
        if (!loaded.has(texture)) throw new Error("this field was released");
        return render(field, texture, camera, request);
      });
    };
    return {
      field,
      async integrate(camera, region = wholeImage(camera)) {
        const [values] = await draw(camera, { region });
        return { widthPx: region.widthPx, heightPx: region.heightPx, channels, values };
      },
      async trace(camera, { threshold, region = wholeImage(camera) }) {
        const [integral, maximum, firstHitMm] = await draw(camera, { region, threshold });
        for (const [index, mm] of firstHitMm.entries())
          if (mm < 0) firstHitMm[index] = Number.POSITIVE_INFINITY;
        const { widthPx, heightPx } = region;
        return { widthPx, heightPx, channels, integral, maximum, firstHitMm };
      },
      release: () =>
        exclusively("a release", () => {
          if (loaded.delete(texture)) texture.destroy();
        }),
    };
  }

  return {
    name: "webgpu",
    adapterName: gpu.name,
    allocate,
    load,
    async close() {
      await queue;
      closed = true;
      loaded.clear();
      device.destroy();
    },
  };
}

/** Planes of a strip to their rows in the planes of the region. */
function spread(
  values: Float32Array,
  result: readonly Float32Array[],
  { strip, region, channels }: { strip: PixelRegion; region: PixelRegion; channels: number },
): void {
  const pixels = strip.widthPx * strip.heightPx;
  const start = (strip.row - region.row) * region.widthPx;
  for (const [image, target] of result.entries())
    for (let channel = 0; channel < channels; channel++) {
      const from = (image * channels + channel) * pixels;
      target.set(values.subarray(from, from + pixels), channel * region.widthPx * region.heightPx + start);
    }
}

function allocate(byteLength: number): Uint8Array {
  try {
    return new Uint8Array(byteLength);
  } catch (cause) {
    throw new InputError(
      "memory-exhausted",
      `this machine cannot give ${Math.ceil(byteLength / 2 ** 20)} MB of memory to one volume`,
      { remedy: "close other programs, or crop or resample the volume", cause },
    );
  }
}
