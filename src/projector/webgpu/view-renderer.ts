import type { Camera, PixelRegion } from "../../geometry/camera.ts";
import type { Field } from "../../volume/field.ts";
import { rayFrame } from "../ray-frame.ts";
import type { FieldTexture } from "./field-texture.ts";
import type { GpuDevice } from "./gpu-device.ts";
import { bufferUsage, mapMode } from "./gpu-flags.ts";
import { growingBuffer } from "./growing-buffer.ts";
import { josephWgsl } from "./joseph.wgsl.ts";
import { RUN_BYTES, runUniform } from "./run-uniform.ts";
import { stripsOf } from "./strips.ts";
import { tilesOf, tileTable } from "./tile-table.ts";

/** Samples of one submission: a fraction of a second even on slow adapters, far from what a driver's watchdog allows. */
const SAMPLES_PER_STRIP = 2 ** 28;
const SAMPLES_PER_SOFTWARE_STRIP = 2 ** 23;
const STRIP_BYTES = 64 * 2 ** 20;

export interface ViewRequest {
  readonly field: Field;
  readonly texture: FieldTexture;
  readonly camera: Camera;
  readonly region: PixelRegion;
  /** Absent for integrals only. */
  readonly threshold: number | undefined;
  readonly skipEmptySpace: boolean;
}

/**
 * Planar images of one region: the integrals, and with a threshold the maxima and the first hits in mm, negative for never.
 * Not for concurrent use: the buffers are shared by all views.
 */
export type ViewRenderer = (request: ViewRequest) => Promise<Float32Array[]>;

export async function viewRenderer({ device, isSoftware }: GpuDevice): Promise<ViewRenderer> {
  const module = device.createShaderModule({ label: "joseph", code: josephWgsl });
  const pipeline = (tracing: number) =>
    device.createComputePipelineAsync({
      layout: "auto",
      compute: { module, entryPoint: "project", constants: { tracing } },
    });
  const [integrating, tracing] = await Promise.all([pipeline(0), pipeline(1)]);
  const uniform = growingBuffer(device, bufferUsage.uniform | bufferUsage.copyTarget);
  const table = growingBuffer(device, bufferUsage.storage | bufferUsage.copyTarget);
  const output = growingBuffer(device, bufferUsage.storage | bufferUsage.copySource);
  const readback = growingBuffer(device, bufferUsage.mapRead | bufferUsage.copyTarget);

  /** Runs one strip and hands its planar images to `receive` while they are mapped. */
  async function renderStrip(
    { texture, threshold }: ViewRequest,
    strip: { run: ArrayBuffer; tiles: ArrayBuffer; groups: [number, number]; byteLength: number },
    receive: (values: Float32Array) => void,
  ): Promise<void> {
    const run = uniform.atLeast(RUN_BYTES);
    const tiles = table.atLeast(strip.tiles.byteLength);
    const target = output.atLeast(strip.byteLength);
    const copy = readback.atLeast(strip.byteLength);
    device.queue.writeBuffer(run, 0, strip.run);
    device.queue.writeBuffer(tiles, 0, strip.tiles);
    const chosen = threshold === undefined ? integrating : tracing;
    const resources = device.createBindGroup({
      layout: chosen.getBindGroupLayout(0),
      entries: [
        { binding: 0, resource: texture.voxels.createView() },
        { binding: 1, resource: { buffer: run } },
        { binding: 2, resource: { buffer: tiles, size: strip.tiles.byteLength } },
        { binding: 3, resource: { buffer: texture.nearby } },
        { binding: 4, resource: { buffer: target, size: strip.byteLength } },
      ],
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(chosen);
    pass.setBindGroup(0, resources);
    pass.dispatchWorkgroups(...strip.groups);
    pass.end();
    encoder.copyBufferToBuffer(target, 0, copy, 0, strip.byteLength);
    device.queue.submit([encoder.finish()]);
    await copy.mapAsync(mapMode.read, 0, strip.byteLength);
    receive(new Float32Array(copy.getMappedRange(0, strip.byteLength)));
    copy.unmap();
  }

  return async (request) => {
    const { field, camera, region, threshold } = request;
    const planes = field.channels.length * (threshold === undefined ? 1 : 3);
    const pixels = region.widthPx * region.heightPx;
    const images = new Float32Array(planes * pixels);
    const frame = rayFrame(camera, field.grid);
    const strips = stripsOf(region, {
      samplesPerPixel: Math.max(...field.grid.shape),
      largestSamples: isSoftware ? SAMPLES_PER_SOFTWARE_STRIP : SAMPLES_PER_STRIP,
      bytesPerPixel: 4 * planes,
      largestBytes: Math.min(STRIP_BYTES, device.limits.maxStorageBufferBindingSize),
    });
    for (const strip of strips) {
      const tiles = tilesOf(strip);
      const stripPixels = strip.widthPx * strip.heightPx;
      const first = (strip.row - region.row) * region.widthPx;
      await renderStrip(
        request,
        {
          run: runUniform({ ...request, frame, strip, tiles }),
          tiles: tileTable(camera, field.grid, frame, tiles),
          groups: [tiles.across, tiles.down],
          byteLength: 4 * planes * stripPixels,
        },
        (values) => {
          for (let plane = 0; plane < planes; plane++)
            images.set(
              values.subarray(plane * stripPixels, (plane + 1) * stripPixels),
              plane * pixels + first,
            );
        },
      );
    }
    const perImage = field.channels.length * pixels;
    return Array.from({ length: planes / field.channels.length }, (_, image) =>
      images.slice(image * perImage, (image + 1) * perImage),
    );
  };
}
