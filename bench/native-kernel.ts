import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Camera } from "../src/geometry/camera.ts";
import type { Field } from "../src/volume/field.ts";
import { output } from "./child.ts";
import { BLOCK_ADDRESS, kernelImage } from "./kernel-image.ts";
import { median } from "./rounds.ts";

const RUNS = 2;

/** Compiles native/joseph.c for this machine; returns the program's path. */
export async function compileNativeKernel(folder: string): Promise<string> {
  const program = join(folder, "joseph");
  const source = join(import.meta.dirname, "native", "joseph.c");
  await output("cc", ["-O3", "-march=native", "-o", program, source, "-lm"]);
  return program;
}

/** The projector's kernel compiled natively, on the very memory that the WebAssembly one works on. */
export async function nativeKernel(options: {
  program: string;
  field: Field;
  camera: Camera;
  path: string;
}): Promise<{ measure: () => Promise<number>; picture: () => Promise<Float32Array> }> {
  const { program, field, camera, path } = options;
  const image = kernelImage(field, camera);
  await writeFile(path, image.bytes);
  const { outputAddress } = image;
  const values = field.channels.length * camera.widthPx * camera.heightPx;
  return {
    measure: async () => {
      const times = await output(program, [path, String(BLOCK_ADDRESS), String(RUNS)]);
      return median(times.trim().split("\n").map(Number));
    },
    picture: async () => {
      const file = await readFile(path);
      return new Float32Array(file.buffer, file.byteOffset + outputAddress, values).slice();
    },
  };
}
