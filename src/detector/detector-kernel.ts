import { detectorWasm } from "./wasm/detector.wasm.ts";

/** The functions of wasm/assembly/detector.ts; addresses are bytes in `memory`. */
export interface DetectorKernel {
  readonly memory: WebAssembly.Memory;
  readonly absorb: (...numbers: number[]) => void;
  readonly fluctuate: (...numbers: number[]) => void;
  readonly blur: (...numbers: number[]) => void;
  readonly digitise: (...numbers: number[]) => number;
  readonly evaluate: (input: number, output: number, kind: number) => void;
}

let compiled: WebAssembly.Module | undefined;

/** A kernel with memory of its own: nothing of one exposure is left for the next. */
export function detectorKernel(): DetectorKernel {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(detectorWasm), (letter) => letter.charCodeAt(0)));
  return new WebAssembly.Instance(compiled).exports as unknown as DetectorKernel;
}

/** Hands out consecutive 16-byte aligned pieces of a kernel's memory, growing it. */
export function kernelAllocator(memory: WebAssembly.Memory): (bytes: number) => number {
  let next = 65536;
  return (bytes) => {
    const address = next;
    next += Math.ceil(bytes / 16) * 16;
    const missing = next + 64 - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    return address;
  };
}
