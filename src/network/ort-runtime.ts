import { InputError } from "../error/input-error.ts";
import type { TensorRuntime, TensorValue } from "./tensor-runtime.ts";

/** What we use of onnxruntime's interface, which is the same in Node and in browsers. */
export interface OrtModule {
  readonly Tensor: new (type: never, data: never, shape: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<OrtSession>;
  };
}

export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

export interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: never): Promise<Readonly<Record<string, OrtTensor>>>;
  run(feeds: never, fetches: never): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

export interface OrtRuntimeOptions {
  readonly provider: TensorRuntime["provider"];
  /** 0: as many as onnxruntime thinks. */
  readonly threads: number;
  /** Whether results are written into tensors that are given; where not (browsers), they are copied there. */
  readonly writesInPlace: boolean;
}

/** Sessions of onnxruntime as a `TensorRuntime`. */
export function ortRuntime(ort: OrtModule, options: OrtRuntimeOptions): TensorRuntime {
  const { provider, threads, writesInPlace } = options;
  const tensor = ({ type, data, shape }: TensorValue): OrtTensor =>
    new ort.Tensor(type as never, data as never, shape);
  return {
    provider,
    threads,
    async open(model, { isTrial = false } = {}) {
      let session: OrtSession;
      try {
        session = await ort.InferenceSession.create(model, {
          executionProviders: [provider],
          graphOptimizationLevel: "all",
          // A plan of the memory of a whole run takes a third more of it, and was measured to save 2 % of the time.
          enableMemPattern: false,
          // Errors only: warnings are about the optimiser's own doings.
          logSeverityLevel: isTrial ? 4 : 3,
          ...(threads > 0 ? { intraOpNumThreads: threads, interOpNumThreads: 1 } : {}),
        });
      } catch (cause) {
        throw new InputError(
          "model-unreadable",
          `onnxruntime (${provider}) cannot load the model: ${(cause as Error).message}`,
          { cause },
        );
      }
      return {
        inputs: session.inputNames,
        outputs: session.outputNames,
        async run(feeds, outputs) {
          const given = mapped(feeds, tensor) as never;
          if (!outputs) return mapped(await session.run(given), asValue);
          const wanted = mapped(outputs, (value) => (value && writesInPlace ? tensor(value) : null));
          const made = await session.run(given, wanted as never);
          return mapped(made, (found, name) => {
            const place = outputs[name];
            if (!place) return asValue(found);
            if (!writesInPlace) (place.data as Float32Array).set(found.data as Float32Array);
            return place;
          });
        },
        release: () => session.release(),
      };
    },
  };
}

const asValue = ({ type, dims, data }: OrtTensor): TensorValue =>
  ({ type, shape: dims, data }) as unknown as TensorValue;

const mapped = <From, To>(
  record: Readonly<Record<string, From>>,
  of: (value: From, name: string) => To,
): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value, name)]));
