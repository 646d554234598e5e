import type { Dataset, File, Group } from "h5wasm";
import { InputError } from "../../error/input-error.ts";
import { hasDamagedHeap } from "./hdf5-heaps.ts";
import { accessHdf5, attentively, type Hdf5Access, type Hdf5Place, withoutClock } from "./hdf5-library.ts";

/** An HDF5 file that is being written. */
export interface Hdf5Target {
  /** Creates groups and datasets. Within it the clock of this thread stands still. */
  readonly write: <T>(work: (root: Group) => T) => T;
  /** Closes the file; its bytes, where it lies in memory. */
  readonly close: () => Uint8Array | undefined;
}

/** Starts a file. The same data, written in the same order, give the same bytes. */
export async function createHdf5(place?: Hdf5Place): Promise<Hdf5Target> {
  const access = await accessHdf5(place);
  const { library, path, fileSystem } = access;
  const safely = <T>(work: () => T): T => withoutClock(() => attentively(access, work));
  const file = safely(() => new library.File(path, "w"));
  return {
    write: (work) => safely(() => work(file)),
    close() {
      safely(() => file.close());
      if (place) return undefined;
      const bytes = fileSystem.readFile(path);
      fileSystem.unlink(path);
      return bytes;
    },
  };
}

/** A whole file in memory. */
export async function encodeHdf5(write: (root: Group) => void): Promise<Uint8Array> {
  const target = await createHdf5();
  let isComplete = false;
  try {
    target.write(write);
    isComplete = true;
  } finally {
    if (!isComplete) target.close();
  }
  return target.close() as Uint8Array;
}

/** An HDF5 file that is read. Every method throws InputError `hdf5-damaged` where the library stumbles over the file. */
export interface Hdf5Source {
  readonly name: string;
  /** Names in a group, in the file's order; empty where there is no such group. */
  readonly childrenOf: (path: string) => readonly string[];
  /** @throws InputError `hdf5-missing` */
  readonly shapeOf: (path: string) => readonly number[];
  /** Numbers of a dataset, or of entry `index` of its first dimension. @throws InputError `hdf5-missing`, `hdf5-kind` */
  readonly numbers: (path: string, index?: number) => Hdf5Numbers;
  readonly has: (path: string) => boolean;
  readonly text: (path: string) => string;
  readonly close: () => void;
}

export type Hdf5Numbers = Float32Array | Float64Array | Uint8Array | Int8Array | Uint16Array | Int16Array;

/** No single read takes more memory: a picture of 8192 × 8192 in float64. */
const MAX_READ_BYTES = 2 ** 29;

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Opens a file by its bytes.
 *
 * @throws InputError `hdf5-unreadable` when it is no HDF5 file, `hdf5-damaged` when it is cut short
 */
export async function openHdf5(bytes: Uint8Array, name: string): Promise<Hdf5Source> {
  if (SIGNATURE.some((byte, index) => bytes[index] !== byte))
    throw new InputError("hdf5-unreadable", `${name} does not begin as an HDF5 file does`);
  if (hasDamagedHeap(bytes))
    throw new InputError("hdf5-damaged", `${name}: the texts of the file are damaged`, {
      remedy: "copy the file again",
    });
  const file = await accessHdf5();
  const release = (): void => file.fileSystem.unlink(file.path);
  file.fileSystem.writeFile(file.path, bytes);
  try {
    return source(file, name, release);
  } catch (error) {
    release();
    throw error;
  }
}

/** Opens a file on the disk: only what is asked for is read. */
export async function openHdf5At(place: Hdf5Place, name: string): Promise<Hdf5Source> {
  return source(await accessHdf5(place), name, () => undefined);
}

function source(access: Hdf5Access, name: string, release: () => void): Hdf5Source {
  const { library, path } = access;
  const guarded = <T>(what: string, work: () => T): T => {
    try {
      return attentively(access, work);
    } catch (cause) {
      if (cause instanceof InputError) throw cause;
      throw new InputError(
        "hdf5-damaged",
        `${name}: ${what} cannot be read: the file is damaged or cut short`,
        { remedy: "copy the file again; h5dump says more", cause },
      );
    }
  };
  const file: File = guarded("the file", () => new library.File(path, "r"));
  const find = (inside: string) => guarded(inside, () => file.get(inside));
  const dataset = (inside: string): Dataset => {
    const found = find(inside);
    if (!(found instanceof library.Dataset))
      throw new InputError("hdf5-missing", `${name} holds no dataset ${inside}`);
    return found;
  };
  const checkSize = (inside: string, found: Dataset, shape: readonly number[]): number => {
    const count = shape.reduce((product, side) => product * side, 1);
    const byteLength = count * guarded(inside, () => found.metadata.size);
    if (!(byteLength <= MAX_READ_BYTES))
      throw new InputError(
        "hdf5-kind",
        `${name}: ${inside} claims ${byteLength} bytes, too many to be read at once`,
      );
    return count;
  };
  const shapeOf = (inside: string): readonly number[] =>
    guarded(inside, () => dataset(inside).shape?.map(Number)) ?? [];
  return {
    name,
    has: (inside) => find(inside) !== null,
    childrenOf(inside) {
      const group = inside === "" ? file : find(inside);
      return group instanceof library.Group ? guarded(inside, () => group.keys()) : [];
    },
    shapeOf,
    numbers(inside, index) {
      const found = dataset(inside);
      const shape = shapeOf(inside);
      const wanted = index === undefined ? shape : shape.slice(1);
      const count = checkSize(inside, found, wanted);
      if (index !== undefined && !(index >= 0 && index < (shape[0] ?? 0)))
        throw new InputError(
          "hdf5-missing",
          `${name}: ${inside} has ${shape[0] ?? 0} entries, no number ${index}`,
        );
      const value = guarded(inside, () =>
        index === undefined
          ? found.value
          : found.slice([[index, index + 1], ...wanted.map((side): [number, number] => [0, side])]),
      );
      return numbersOf(value, count, `${name}: ${inside}`);
    },
    text(inside) {
      const found = dataset(inside);
      checkSize(inside, found, shapeOf(inside));
      const value = guarded(inside, () => found.value);
      const text = Array.isArray(value) && value.length === 1 ? value[0] : value;
      if (typeof text !== "string") throw new InputError("hdf5-kind", `${name}: ${inside} is not a text`);
      return text;
    },
    close() {
      try {
        guarded("the file", () => file.close());
      } finally {
        release();
      }
    },
  };
}

function numbersOf(value: unknown, count: number, where: string): Hdf5Numbers {
  const given = typeof value === "number" || typeof value === "bigint" ? [Number(value)] : value;
  const numbers =
    given instanceof Float32Array ||
    given instanceof Float64Array ||
    given instanceof Uint8Array ||
    given instanceof Int8Array ||
    given instanceof Uint16Array ||
    given instanceof Int16Array
      ? given
      : given instanceof BigInt64Array || given instanceof BigUint64Array
        ? Float64Array.from(given, Number)
        : given instanceof Int32Array || given instanceof Uint32Array || Array.isArray(given)
          ? Float64Array.from(given as ArrayLike<number>)
          : undefined;
  if (numbers?.length !== count)
    throw new InputError("hdf5-kind", `${where} does not hold numbers where numbers are expected`);
  return numbers;
}
