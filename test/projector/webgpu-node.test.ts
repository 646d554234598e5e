import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { webgpuEntry } from "../../src/node/webgpu-entry.ts";
import { testGpu } from "./webgpu-software.ts";

const gpu = await testGpu();

test("without the optional package the message says how to install it", async () => {
  const missing = async () => {
    throw Object.assign(new Error("Cannot find package 'webgpu'"), { code: "ERR_MODULE_NOT_FOUND" });
  };
  await expect(webgpuEntry(missing)).rejects.toMatchObject({
    name: "InputError",
    code: "webgpu-not-installed",
    remedy: expect.stringContaining("npm install webgpu"),
  });
});

test("a package whose library does not fit the machine is named with the loader's reason", async () => {
  const unfit = async () => {
    throw Object.assign(new Error("version `GLIBC_2.34' not found"), { code: "ERR_DLOPEN_FAILED" });
  };
  await expect(webgpuEntry(unfit)).rejects.toMatchObject({
    name: "InputError",
    code: "webgpu-does-not-load",
    message: expect.stringContaining("GLIBC_2.34"),
  });
});

// A process of its own: the Vulkan loader reads its environment once.
test.skipIf(!gpu || process.platform !== "linux")(
  "without a Vulkan driver there is an input error",
  async () => {
    const program = `
    import { webgpuEntry } from "./src/node/webgpu-entry.ts";
    import { webgpuProjector } from "./src/projector/webgpu/webgpu-projector.ts";
    await webgpuProjector({ gpu: await webgpuEntry() }).catch((error) => console.log(error.name, error.code));`;
    const none = "/nonexistent/vulkan.json";
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module-typescript", "--eval", program],
      { env: { ...process.env, VK_ICD_FILENAMES: none, VK_DRIVER_FILES: none } },
    );
    expect(stdout.trim()).toBe("InputError gpu-missing");
  },
);
