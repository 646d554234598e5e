import { detectorWasm } from "./wasm/detector.wasm.ts";

/** The functions of wasm/assembly/detector.ts; addresses are bytes in `memory`. */
export interface DetectorKernel {
  readonly memory: WebAssembly.Memory;
  absorb(
    density: number,
    densityPlane: number,
    materials: number,
    table: number,
    nodes: number,
    ray: number,
    mean: number,
    variance: number,
    width: number,
    stride: number,
    rows: number,
    firstColumn: number,
    firstRow: number,
  ): void;
  fluctuate(
    mean: number,
    variance: number,
    normal: number,
    width: number,
    stride: number,
    rows: number,
    firstColumn: number,
    firstRow: number,
    imageWidth: number,
    keyLow: number,
    keyHigh: number,
  ): void;
  blur(
    source: number,
    scratch: number,
    target: number,
    line: number,
    kernel: number,
    radius: number,
    weight: number,
    add: number,
    width: number,
    stride: number,
    rows: number,
  ): void;
  digitise(
    energy: number,
    normal: number,
    noise: number,
    fullWell: number,
    gain: number,
    offset: number,
    largest: number,
    digital: number,
    width: number,
    stride: number,
    rows: number,
  ): number;
  evaluate(input: number, output: number, kind: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** A kernel with memory of its own: nothing of one exposure is left for the next. */
export function detectorKernel(): DetectorKernel {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(detectorWasm), (letter) => letter.charCodeAt(0)));
  return new WebAssembly.Instance(compiled).exports as unknown as DetectorKernel;
}
