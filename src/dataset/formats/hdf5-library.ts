/** `h5wasm` (files in memory) or `h5wasm/node` (files on the disk). */
export type Hdf5Library = typeof import("h5wasm").h5wasm;

/** A file on the disk; without one, files live in memory. */
export interface Hdf5Place {
  readonly library: Hdf5Library;
  readonly path: string;
}

/** The library with the place of one file. */
export interface Hdf5Access extends Hdf5Place {
  readonly fileSystem: LibraryFileSystem;
}

/** What is used of Emscripten's file system. */
interface LibraryFileSystem {
  readFile(path: string): Uint8Array;
  writeFile(path: string, bytes: Uint8Array): void;
  unlink(path: string): void;
  readonly streams: (OpenStream | null | undefined)[];
}

interface OpenStream {
  node?: { mode: number };
  stream_ops?: StreamOperations;
}

interface StreamOperations {
  write(stream: OpenStream, bytes: Uint8Array, offset: number, length: number): number;
}

let filesSoFar = 0;

/** Loads the library when it is first needed: it brings 4 MB of WebAssembly. */
export async function accessHdf5(place?: Hdf5Place): Promise<Hdf5Access> {
  const library = place?.library ?? (await import("h5wasm")).h5wasm;
  const { FS } = (await library.ready) as unknown as { FS: LibraryFileSystem };
  return { library, path: place?.path ?? `synthex-${filesSoFar++}.h5`, fileSystem: FS };
}

const STANDARD_ERROR = 2;
const CHARACTER_DEVICE = 0o20666;

/**
 * Does work with the library, and throws what HDF5 prints meanwhile as an error.
 *
 * h5wasm ignores failures of reading (it returns what was in memory), so the text that HDF5 prints on them is the one sign.
 * h5wasm's own exceptions instead of that text (`activate_throwing_error_handler`) are no way out: each leaves a part of its
 * stack and an open file behind, until after some 3000 damaged files every further call fails.
 */
export function attentively<T>({ fileSystem }: Hdf5Access, work: () => T): T {
  const stream = fileSystem.streams[STANDARD_ERROR] as OpenStream;
  const { node, stream_ops: operations } = stream;
  let printed = "";
  stream.node ??= { mode: CHARACTER_DEVICE };
  stream.stream_ops = {
    ...operations,
    write(_, bytes, offset, length) {
      printed += String.fromCharCode(...bytes.subarray(offset, offset + length));
      return length;
    },
  };
  try {
    const result = work();
    if (printed !== "") throw new Error(printed);
    return result;
  } finally {
    if (operations) stream.stream_ops = operations;
    else delete stream.stream_ops;
    if (!node) delete stream.node;
  }
}

/**
 * Does work while the clock of this thread stands still. HDF5 notes in every dataset when it was changed, and h5wasm cannot be
 * told not to (`track_times`); it takes the time from `Date.now`. Nothing else runs meanwhile, since `work` does not wait.
 */
export function withoutClock<T>(work: () => T): T {
  const now = Date.now;
  Date.now = () => 0;
  try {
    return work();
  } finally {
    Date.now = now;
  }
}
