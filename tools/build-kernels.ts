/**
 * Compiles the AssemblyScript kernels into base64 modules that are committed, so that nothing must be built to run.
 * `npm run build:kernels` writes them; the test suite compiles them again and compares.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { main as compile } from "assemblyscript/asc";

const root = resolve(import.meta.dirname, "..");

export interface Kernel {
  readonly source: string;
  readonly module: string;
  readonly flags: readonly string[];
}

const joseph = "src/projector/wasm/assembly/joseph.ts";
// Shared memory, up to 4 GiB, made by the host; the kernel itself keeps nothing in it.
const sharedMemory =
  "--importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 --enable threads".split(" ");

export const kernels: readonly Kernel[] = [
  { source: joseph, module: "src/projector/wasm/joseph-plain.wasm.ts", flags: sharedMemory },
  {
    source: joseph,
    module: "src/projector/wasm/joseph-relaxed.wasm.ts",
    flags: [...sharedMemory, "--enable", "relaxed-simd"],
  },
  {
    source: "src/detector/wasm/assembly/detector.ts",
    module: "src/detector/wasm/detector.wasm.ts",
    flags: [],
  },
];

/** The text of the module that carries one compiled kernel. */
export async function compileKernel(kernel: Kernel): Promise<string> {
  const output = new Map<string, Uint8Array | string>();
  const { error } = await compile(
    [
      kernel.source,
      "--outFile",
      "kernel.wasm",
      "--optimizeLevel",
      "3",
      "--shrinkLevel",
      "0",
      "--converge",
      "--noAssert",
      "--runtime",
      "stub",
      "--enable",
      "simd",
      "--use",
      "abort=",
      ...kernel.flags,
    ],
    {
      readFile: (name) => {
        try {
          return readFileSync(resolve(root, name), "utf8");
        } catch {
          return null;
        }
      },
      writeFile: (name, contents) => void output.set(name, contents),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${kernel.source} does not compile: ${error.message}`);
  const bytes = output.get("kernel.wasm") as Uint8Array;
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,120}/g) ?? [];
  const file = kernel.module.split("/").at(-1) as string;
  const name = file.replace(".wasm.ts", "").replace(/-[a-z]/g, (hyphened) => hyphened[1].toUpperCase());
  return `// Compiled from ${kernel.source} by \`npm run build:kernels\`; do not edit.\nexport const ${name}Wasm =\n${lines.map((line) => `  "${line}"`).join(" +\n")};\n`;
}

if (import.meta.main)
  for (const kernel of kernels) {
    const text = await compileKernel(kernel);
    writeFileSync(resolve(root, kernel.module), text);
    console.log(`${kernel.module}: ${text.length} characters`);
  }
