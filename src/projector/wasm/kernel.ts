import { josephPlainWasm } from "./joseph-plain.wasm.ts";
import { josephRelaxedWasm } from "./joseph-relaxed.wasm.ts";

/** The compiled kernel on one memory. */
export interface JosephKernel {
  /** Projects strips of the run described at `block` until none is left. */
  run(block: number): void;
  /** Marks every 4 × 4 × 4 brick of a padded field that holds a count with 1. */
  findOccupied(field: number, voxelBytes: number, ni: number, nj: number, nk: number, bricks: number): void;
  /** Sums marked bricks, layer by layer of 16 planes across one axis, for `run`. */
  countOccupied(bricks: number, ni: number, nj: number, nk: number, axis: number, table: number): void;
  /** Unmarks `count` bricks. */
  clear(bricks: number, count: number): void;
  /** Marks every brick of a padded u8x4 field with a bit for each channel that reaches its byte of `lowest`. */
  findReached(field: number, lowest: number, ni: number, nj: number, nk: number, bricks: number): void;
  /** As `countOccupied`, with four counts an entry. */
  countReached(bricks: number, ni: number, nj: number, nk: number, axis: number, table: number): void;
}

/** The same kernel in two builds; `relaxed` saves a few instructions where the host knows relaxed SIMD. Same bits. */
export type KernelBuild = "plain" | "relaxed";

const base64: Readonly<Record<KernelBuild, string>> = { plain: josephPlainWasm, relaxed: josephRelaxedWasm };
const compiled = new Map<KernelBuild, WebAssembly.Module>();

const bytesOf = (build: KernelBuild): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64[build]), (letter) => letter.charCodeAt(0));

/** The best build that this host accepts. */
export function bestKernelBuild(): KernelBuild {
  return WebAssembly.validate(bytesOf("relaxed")) ? "relaxed" : "plain";
}

export function instantiateKernel(memory: WebAssembly.Memory, build: KernelBuild): JosephKernel {
  const module = compiled.get(build) ?? new WebAssembly.Module(bytesOf(build));
  compiled.set(build, module);
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as JosephKernel;
}
