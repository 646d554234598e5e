import { InputError } from "../../error/input-error.ts";
import type { GpuDevice } from "./gpu-device.ts";

/**
 * Does work on the device and throws what the device reports about it. Not for concurrent use: a device has one stack
 * of error scopes.
 *
 * @throws InputError `gpu-memory-exhausted` when the GPU's memory does not suffice, `gpu-lost` when the device is gone
 */
export async function checkedWork<T>(gpu: GpuDevice, what: string, work: () => Promise<T> | T): Promise<T> {
  const { device } = gpu;
  failIfLost(gpu);
  const filters = ["validation", "out-of-memory", "internal"] as const;
  for (const filter of filters) device.pushErrorScope(filter);
  const [outcome] = await Promise.allSettled([(async () => work())()]);
  const [internal, outOfMemory, validation] = await Promise.all(
    filters.map(() => device.popErrorScope().catch(() => null)),
  );
  failIfLost(gpu);
  if (outOfMemory)
    throw new InputError("gpu-memory-exhausted", `${gpu.name} has not enough memory for ${what}`, {
      remedy:
        "crop the volume to the region of interest, resample it to larger voxels, or use the wasm projector",
      cause: outOfMemory,
    });
  const failure = validation ?? internal;
  if (failure) throw new Error(`${gpu.name} refused ${what}: ${failure.message}`);
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}

function failIfLost(gpu: GpuDevice): void {
  const reason = gpu.lost();
  if (reason !== undefined)
    throw new InputError("gpu-lost", `${gpu.name} stopped working: ${reason}`, {
      remedy: "open a new projector; if it happens again, update the GPU's driver or use the wasm projector",
    });
}
