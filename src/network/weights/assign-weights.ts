import { elementCount, sameShape } from "../tensor.ts";
import type { ParameterPlace } from "../parameters.ts";
import type { NamedArray } from "./npz.ts";

export interface Assignment {
  /** Parameters that were given other numbers. */
  readonly assigned: readonly string[];
  /** Parameters for which there is no array: they stay as they were. */
  readonly missing: readonly string[];
  /** Arrays of the name of a parameter but another shape: not used, since another number of classes or channels has another meaning. */
  readonly misfits: readonly {
    readonly name: string;
    readonly found: readonly number[];
    readonly wanted: readonly number[];
  }[];
  /** Arrays that no parameter asks for. */
  readonly unused: readonly string[];
}

/** Fills a vector of parameters from named arrays, as far as name and shape agree. */
export function assignWeights(
  places: readonly ParameterPlace[],
  vector: Float32Array,
  arrays: ReadonlyMap<string, NamedArray>,
): Assignment {
  const assigned: string[] = [];
  const missing: string[] = [];
  const misfits: { name: string; found: readonly number[]; wanted: readonly number[] }[] = [];
  for (const { name, shape, offset } of places) {
    const array = arrays.get(name);
    if (!array) missing.push(name);
    else if (!sameShape(array.shape, shape) || array.data.length !== elementCount(shape))
      misfits.push({ name, found: array.shape, wanted: shape });
    else {
      vector.set(array.data, offset);
      assigned.push(name);
    }
  }
  const names = new Set(places.map(({ name }) => name));
  return { assigned, missing, misfits, unused: [...arrays.keys()].filter((name) => !names.has(name)) };
}
