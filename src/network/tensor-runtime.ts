/** Numbers with their shape, row-major, as they go into and come out of a model. */
export type TensorValue =
  | { readonly type: "float32"; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: "int32"; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly type: "uint8"; readonly shape: readonly number[]; readonly data: Uint8Array }
  | { readonly type: "int64"; readonly shape: readonly number[]; readonly data: BigInt64Array };

/** What runs models: an engine on a processor or graphics card. */
export interface TensorRuntime {
  readonly provider: "cpu" | "cuda" | "webgpu" | "wasm";
  readonly threads: number;
  /**
   * @param options.isTrial a failure is expected and not logged
   * @throws InputError `model-unreadable`
   */
  open(model: Uint8Array, options?: { readonly isTrial?: boolean }): Promise<TensorSession>;
}

export interface TensorSession {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * @param outputs which to make; a value is written into (in place), null makes a new one. Default: all, new.
   */
  run(
    feeds: Readonly<Record<string, TensorValue>>,
    outputs?: Readonly<Record<string, TensorValue | null>>,
  ): Promise<Record<string, TensorValue>>;
  release(): Promise<void>;
}

export const float32Value = (data: Float32Array, shape: readonly number[] = [data.length]): TensorValue => ({
  type: "float32",
  shape,
  data,
});
