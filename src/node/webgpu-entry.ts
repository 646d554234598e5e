import { InputError } from "../error/input-error.ts";
import { type WebgpuProjector, webgpuProjector } from "../projector/webgpu/webgpu-projector.ts";

const REMEDY = "or use the wasm projector, which needs no GPU";

/**
 * The `GPU` of Node: Dawn, from the optional package `webgpu`.
 *
 * @throws InputError `webgpu-not-installed`, or `webgpu-does-not-load` where its library does not fit the machine
 */
export async function webgpuEntry(
  // Not a literal: neither compilers nor bundlers shall look for an optional package.
  load: () => Promise<unknown> = () => import(["web", "gpu"].join("")),
): Promise<GPU> {
  let dawn: { create: (options: string[]) => GPU };
  try {
    dawn = (await load()) as typeof dawn;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND")
      throw new InputError("webgpu-not-installed", "the optional package webgpu is not installed", {
        remedy: `npm install webgpu, ${REMEDY}`,
        cause,
      });
    throw new InputError(
      "webgpu-does-not-load",
      `the optional package webgpu does not load on this machine: ${String(cause)}`,
      {
        remedy: `install a version that fits this machine, ${REMEDY}`,
        cause,
      },
    );
  }
  return dawn.create([]);
}

/** The WebGPU engine in Node, on a real adapter unless a software one is allowed. */
export async function webgpuNodeProjector(
  options: { allowSoftwareAdapter?: boolean; skipEmptySpace?: boolean } = {},
): Promise<WebgpuProjector> {
  return await webgpuProjector({ ...options, gpu: await webgpuEntry() });
}
