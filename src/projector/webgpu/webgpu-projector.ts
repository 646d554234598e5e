import { InputError } from "../../error/input-error.ts";
import { type Camera, wholeImage } from "../../geometry/camera.ts";
import { type Field, paddedVoxelCount } from "../../volume/field.ts";
import { checkRegion } from "../check-region.ts";
import type { LoadedField, Projector, StructureTrace, TraceOptions } from "../projector.ts";
import { checkedWork } from "./checked-work.ts";
import { checkFieldFits, type FieldTexture, uploadField } from "./field-texture.ts";
import { openGpuDevice } from "./gpu-device.ts";
import { viewRenderer } from "./view-renderer.ts";

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
  /** `navigator.gpu`, undefined in browsers without WebGPU; in Node see src/node/webgpu-entry.ts. */
  gpu: GPU | undefined;
  /** Software adapters are slower than the WebAssembly engine; they count as no GPU unless this is true. */
  allowSoftwareAdapter?: boolean;
  /** For tests and benchmarks only: the result does not depend on it. */
  skipEmptySpace?: boolean;
}): Promise<WebgpuProjector> {
  const gpu = await openGpuDevice(options);
  const loaded = new Set<FieldTexture>();
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
  const render = await exclusively("the projection shader", () => viewRenderer(gpu));

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

    const draw = async (
      camera: Camera,
      { region = wholeImage(camera), threshold }: Partial<TraceOptions>,
    ) => {
      checkRegion(camera, region);
      const images = await exclusively("a projection", () => {
        if (!loaded.has(texture)) throw new Error("this field was released");
        // A threshold of zero is met in empty space.
        const skipEmptySpace = options.skipEmptySpace !== false && (threshold ?? 1) > 0;
        return render({ field, texture, camera, region, threshold, skipEmptySpace });
      });
      return { widthPx: region.widthPx, heightPx: region.heightPx, channels, images };
    };
    const trace = async (camera: Camera, traceOptions: TraceOptions): Promise<StructureTrace> => {
      const { images, ...size } = await draw(camera, traceOptions);
      const [integral, maximum, firstHitMm] = images;
      for (const [index, mm] of firstHitMm.entries())
        if (mm < 0) firstHitMm[index] = Number.POSITIVE_INFINITY;
      return { ...size, integral, maximum, firstHitMm };
    };
    return {
      field,
      async integrate(camera, region) {
        const { images, ...size } = await draw(camera, region ? { region } : {});
        return { ...size, values: images[0] };
      },
      trace,
      async firstHits(camera, traceOptions) {
        const { widthPx, heightPx, channels, firstHitMm } = await trace(camera, traceOptions);
        return { widthPx, heightPx, channels, firstHitMm };
      },
      async release() {
        await queue;
        if (loaded.delete(texture)) texture.destroy();
      },
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
      gpu.device.destroy();
    },
  };
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
