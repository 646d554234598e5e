import { josephWasm } from "./joseph.wasm.ts";

/** The compiled kernel on one memory. */
export interface JosephKernel {
  /** Projects strips of the run described at `block` until none is left. */
  run(block: number): void;
  /** Fills a table with 1 for every brick of a padded field that holds a count. */
  findOccupied(field: number, bytesPerVoxel: number, ni: number, nj: number, nk: number, table: number): void;
}

let compiled: WebAssembly.Module | undefined;

export function instantiateKernel(memory: WebAssembly.Memory): JosephKernel {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(josephWasm), (letter) => letter.charCodeAt(0)));
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as JosephKernel;
}
