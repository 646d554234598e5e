/** The system's Chromium, headless, with WebGPU on its software adapter. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Undefined where no Chromium is installed. */
export const chromiumPath: string | undefined = [
  process.env.CHROMIUM_PATH ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== "" && existsSync(path));

export async function openChromium(executablePath: string): Promise<Browser> {
  return await chromium.launch({
    executablePath,
    args: [
      // Continuous integration runs as root, where Chromium's sandbox does not start.
      "--no-sandbox",
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      "--enable-features=Vulkan",
    ],
  });
}
