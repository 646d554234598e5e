import { InputError } from "../../error/input-error.ts";

/** A device that is ready for work, and what became of it. */
export interface GpuDevice {
  readonly device: GPUDevice;
  /** Maker and model as far as the host tells. */
  readonly name: string;
  /** Runs on the processor: right, but slower than the WebAssembly engine. */
  readonly isSoftware: boolean;
  /** Why the device is gone, once it is. */
  readonly lost: () => string | undefined;
}

const REMEDY = "use the wasm projector, which needs no GPU";

/**
 * Opens the fastest GPU with all the room its adapter allows.
 *
 * @throws InputError `gpu-missing` without an adapter, `gpu-software` where only a software adapter answers and none
 * was asked for, `gpu-refused` when the adapter gives no device
 */
export async function openGpuDevice(options: {
  /** `navigator.gpu`, undefined in browsers without WebGPU; in Node see src/node/webgpu-entry.ts. */
  gpu: GPU | undefined;
  allowSoftwareAdapter?: boolean;
}): Promise<GpuDevice> {
  // Null, not an exception, is how a host says that it has no driver.
  const adapter = await options.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter)
    throw new InputError("gpu-missing", "WebGPU finds no graphics adapter on this machine", {
      remedy: `install the GPU's driver (on Linux the Vulkan one, and libvulkan1), or ${REMEDY}`,
    });
  const name = adapterName(adapter.info);
  const isSoftware = adapter.info.isFallbackAdapter;
  if (isSoftware && !options.allowSoftwareAdapter)
    throw new InputError("gpu-software", `the only graphics adapter is a software one, ${name}`, {
      remedy: `install the GPU's driver, or ${REMEDY}; it is faster than software WebGPU`,
    });
  const { maxTextureDimension3D, maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const requiredLimits = { maxTextureDimension3D, maxStorageBufferBindingSize, maxBufferSize };
  const device = await adapter.requestDevice({ requiredLimits }).catch((cause: unknown) => {
    throw new InputError("gpu-refused", `${name} gives no device: ${String(cause)}`, {
      remedy: `close other programs that use the GPU, or ${REMEDY}`,
      cause,
    });
  });
  let reason: string | undefined;
  void device.lost.then((info) => {
    reason = info.message || info.reason;
  });
  return { device, name, isSoftware, lost: () => reason };
}

function adapterName(info: GPUAdapterInfo): string {
  const known = [info.vendor, info.architecture, info.device, info.description].filter((word) => word !== "");
  return known.join(" ") || "an adapter without a name";
}
