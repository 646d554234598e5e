import type { Projector } from "../projector/projector.ts";
import { referenceProjector } from "../projector/reference.ts";
import { nodeProjector } from "./node-projector.ts";

/**
 * The projector that was asked for. `auto` is the WebAssembly engine: its bits are the same on every machine, which
 * is what a recorded scene promises; a GPU is used when it is named.
 */
export async function chooseProjector(name: "auto" | "wasm" | "webgpu" | "reference"): Promise<Projector> {
  if (name === "reference") return referenceProjector();
  if (name === "webgpu") {
    const { webgpuEntry } = await import("./webgpu-entry.ts");
    const { webgpuProjector } = await import("../projector/webgpu/webgpu-projector.ts");
    return webgpuProjector({ gpu: await webgpuEntry() });
  }
  return nodeProjector();
}
