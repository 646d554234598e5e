import { InputError } from "../../error/input-error.ts";
import { type Field, paddedShape } from "../../volume/field.ts";
import { BRICK_VOXELS, bricksWgsl } from "./bricks.wgsl.ts";
import type { GpuDevice } from "./gpu-device.ts";
import { bufferUsage, textureUsage } from "./gpu-flags.ts";

const SLAB_BYTES = 32 * 2 ** 20;
/** Per side of a workgroup in bricks.wgsl.ts. */
const BRICKS_PER_GROUP = 4;

/** A field where shaders can read it: the padded voxels as integers, and which bricks are worth a visit. */
export interface FieldTexture {
  readonly voxels: GPUTexture;
  /** One word a brick, see bricks.wgsl.ts. */
  readonly nearby: GPUBuffer;
  destroy(): void;
}

/** Refuses a field that no texture of this device can hold, before any memory is asked for. */
export function checkFieldFits(gpu: GpuDevice, field: Field): void {
  const padded = paddedShape(field.grid);
  const limit = gpu.device.limits.maxTextureDimension3D;
  const longest = Math.max(...padded);
  if (longest > limit)
    throw new InputError(
      "volume-too-large",
      `a volume of ${field.grid.shape.join(" × ")} voxels needs a texture of ${padded.join(" × ")}, over maxTextureDimension3D = ${limit} of ${gpu.name}`,
      { remedy: `crop or resample it to at most ${limit - 3} voxels a side, or use the wasm projector` },
    );
}

export async function uploadField(gpu: GpuDevice, field: Field): Promise<FieldTexture> {
  const { device } = gpu;
  const size = paddedShape(field.grid);
  const voxels = device.createTexture({
    label: "voxels",
    dimension: "3d",
    size,
    format: field.kind === "u8x4" ? "rgba8uint" : "r16uint",
    // Never rendered to: with this usage Dawn clears the texture slice by slice before the first slab, without it by a
    // buffer as large as the whole volume.
    usage: textureUsage.copyTarget | textureUsage.textureBinding | textureUsage.renderAttachment,
  });
  const bricks = field.grid.shape.map((n) => Math.ceil(n / BRICK_VOXELS));
  const nearby = device.createBuffer({
    label: "nearby bricks",
    size: 4 * bricks[0] * bricks[1] * bricks[2],
    usage: bufferUsage.storage,
  });
  try {
    await writeVoxels(device, voxels, field);
    markBricks(device, voxels, nearby, field);
    await device.queue.onSubmittedWorkDone();
  } catch (error) {
    voxels.destroy();
    nearby.destroy();
    throw error;
  }
  return {
    voxels,
    nearby,
    destroy() {
      voxels.destroy();
      nearby.destroy();
    },
  };
}

/** In slabs of whole slices, each done before the next: the host need not hold the volume a second time. */
async function writeVoxels(device: GPUDevice, texture: GPUTexture, field: Field): Promise<void> {
  const { buffer, byteOffset } = field.voxels;
  const [ni, nj, nk] = paddedShape(field.grid);
  const bytesPerRow = ni * (field.kind === "u8x4" ? 4 : 2);
  const sliceBytes = bytesPerRow * nj;
  const slices = Math.max(1, Math.floor(SLAB_BYTES / sliceBytes));
  for (let k = 0; k < nk; k += slices) {
    const count = Math.min(slices, nk - k);
    const slab = new Uint8Array(buffer, byteOffset + k * sliceBytes, count * sliceBytes);
    // Shared memory must not be handed to a GPU: browsers may refuse it, Dawn in Node crashes.
    const plain = buffer instanceof ArrayBuffer ? slab : new Uint8Array(slab);
    device.queue.writeTexture({ texture, origin: [0, 0, k] }, plain, { bytesPerRow, rowsPerImage: nj }, [
      ni,
      nj,
      count,
    ]);
    await device.queue.onSubmittedWorkDone();
  }
}

function markBricks(device: GPUDevice, voxels: GPUTexture, nearby: GPUBuffer, field: Field): void {
  const module = device.createShaderModule({ label: "bricks", code: bricksWgsl });
  const groups = field.grid.shape.map((n) => Math.ceil(n / BRICK_VOXELS / BRICKS_PER_GROUP));
  const shape = device.createBuffer({ size: 16, usage: bufferUsage.uniform | bufferUsage.copyTarget });
  device.queue.writeBuffer(shape, 0, Int32Array.of(...field.grid.shape, 0));
  const occupied = device.createBuffer({ size: nearby.size, usage: bufferUsage.storage });
  const encoder = device.createCommandEncoder();
  const stage = (entryPoint: string, constants: Record<string, number>, resources: GPUBindGroupEntry[]) => {
    const pipeline = device.createComputePipeline({
      layout: "auto",
      compute: { module, entryPoint, constants },
    });
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: resources }),
    );
    pass.dispatchWorkgroups(groups[0], groups[1], groups[2]);
    pass.end();
  };
  const common = [
    { binding: 1, resource: { buffer: shape } },
    { binding: 2, resource: { buffer: occupied } },
  ];
  stage("markOccupied", { channels: field.kind === "u8x4" ? 4 : 1 }, [
    { binding: 0, resource: voxels.createView() },
    ...common,
  ]);
  stage("markNearby", {}, [...common, { binding: 3, resource: { buffer: nearby } }]);
  device.queue.submit([encoder.finish()]);
}
