import { existsSync } from "node:fs";
import { webgpuEntry } from "../../src/node/webgpu-entry.ts";

/** Where Debian's chromium-common and other builds of Chromium keep the Vulkan description of SwiftShader. */
const SWIFTSHADER = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
  "/usr/lib64/chromium-browser/vk_swiftshader_icd.json",
].find((path) => existsSync(path));

/** A `GPU` of Node that has an adapter, software or real; undefined where none does, so that tests skip. */
export async function testGpu(): Promise<GPU | undefined> {
  if (SWIFTSHADER && !process.env.VK_DRIVER_FILES) process.env.VK_ICD_FILENAMES ??= SWIFTSHADER;
  try {
    const gpu = await webgpuEntry();
    return (await gpu.requestAdapter()) ? gpu : undefined;
  } catch {
    return undefined;
  }
}
