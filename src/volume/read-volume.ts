import { InputError } from "../error/input-error.ts";
import { type Inflate, inflatedStart, inflatePromised, isGzip, streamInflate } from "./inflate.ts";
import type { LabelMap } from "./label-map.ts";
import { looksLikeMetaImage, readMetaImage } from "./meta-image.ts";
import { looksLikeNifti, NIFTI_HEADER_BYTES, readNifti, readNiftiHeader } from "./nifti.ts";
import { looksLikeNrrd, readNrrd } from "./nrrd.ts";
import type { StoredVoxels } from "./stored-voxels.ts";
import { type Volume, type VoxelArray, volume } from "./volume.ts";

export interface ReadOptions {
  /** Of the file, for messages and where the content does not tell the format. */
  readonly name: string;
  /** Gives the bytes of a file beside this one (the data of a .nhdr or .mhd). */
  readonly sibling?: (name: string) => Promise<Uint8Array>;
  readonly inflate?: Inflate;
}

/** Reads a CT from the bytes of one file; the format is recognised by its content. Values are Hounsfield units. */
export async function readVolume(bytes: Uint8Array, options: ReadOptions): Promise<Volume> {
  return withinMemory(options.name, async () => {
    const voxels = await readStoredVoxels(bytes, options);
    const ct = volume("HU", voxels.grid, hounsfieldUnits(voxels, options.name));
    return voxels.findings?.length ? { ...ct, findings: voxels.findings } : ct;
  });
}

/** Reads a label map; names come with some formats, else from `readLabelNames`. */
export async function readLabelMap(bytes: Uint8Array, options: ReadOptions): Promise<LabelMap> {
  return withinMemory(options.name, async () => {
    const voxels = await readStoredVoxels(bytes, options);
    const labels = labelNumbers(voxels, options.name);
    return { grid: voxels.grid, labels, names: voxels.names ?? new Map() };
  });
}

/** What hosts call it when there is no memory for an array, or when they know no array that long. */
const NO_MEMORY = /allocation failed|array length|out of memory/i;

async function withinMemory<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof RangeError && NO_MEMORY.test(cause.message))) throw cause;
    throw new InputError("volume-memory", `${name}: there is no memory for its voxels (${cause.message})`, {
      remedy: "crop or resample it, or store it as 16-bit integers",
      cause,
    });
  }
}

async function readStoredVoxels(bytes: Uint8Array, options: ReadOptions): Promise<StoredVoxels> {
  const inflate = options.inflate ?? streamInflate;
  const plain = isGzip(bytes) ? await inflatedNifti(bytes, { name: options.name, inflate }) : bytes;
  if (looksLikeNifti(plain)) return readNifti(plain, options.name);
  if (looksLikeNrrd(plain)) return readNrrd(plain, { ...options, inflate });
  if (looksLikeMetaImage(plain)) return readMetaImage(plain, { ...options, inflate });
  throw new InputError("volume-format", `${options.name} is not a volume that can be read`, {
    remedy: "give NIfTI (.nii, .nii.gz), NRRD, MetaImage (.mha, .mhd) or a folder with a DICOM series",
  });
}

/** Undoes .nii.gz; the header is read first, so that a file cannot inflate to more than it says. */
async function inflatedNifti(
  bytes: Uint8Array,
  { name, inflate }: { name: string; inflate: Inflate },
): Promise<Uint8Array> {
  const start = await inflatedStart(bytes, NIFTI_HEADER_BYTES, name);
  if (!looksLikeNifti(start))
    throw new InputError("gzip-content", `${name} is gzip data, but there is no NIfTI image in it`, {
      remedy: "of compressed files only .nii.gz is read whole; unpack others first",
    });
  const { byteLength } = readNiftiHeader(start, name);
  return inflatePromised(bytes, { name, format: "gzip", promisedBytes: byteLength, inflate });
}

/** Keeps 16-bit integers where slope and intercept leave them 16-bit integers; float32 otherwise. */
function hounsfieldUnits({ stored, slope, intercept }: StoredVoxels, name: string): VoxelArray {
  const floats = stored instanceof Float32Array || stored instanceof Float64Array;
  if (!floats && Number.isInteger(slope) && Number.isInteger(intercept)) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of stored) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const ends = [low * slope + intercept, high * slope + intercept];
    if (Math.min(...ends) >= -32768 && Math.max(...ends) <= 32767) {
      if (stored instanceof Int16Array && slope === 1 && intercept === 0) return stored;
      const values = new Int16Array(stored.length);
      for (let n = 0; n < values.length; n++) values[n] = stored[n] * slope + intercept;
      return values;
    }
  }
  const values =
    stored instanceof Float32Array && slope === 1 && intercept === 0
      ? stored
      : new Float32Array(stored.length);
  for (let n = 0; n < values.length; n++) {
    values[n] = stored[n] * slope + intercept;
    if (!Number.isFinite(values[n]))
      throw new InputError("volume-not-finite", `${name}: voxel ${n} is ${values[n]}, not a CT number`, {
        remedy: "replace such voxels by −1000 (air)",
      });
  }
  return values;
}

function labelNumbers({ stored, slope, intercept }: StoredVoxels, name: string): Uint8Array | Uint16Array {
  if (stored instanceof Uint8Array && slope === 1 && intercept === 0) return stored;
  const labels = new Uint16Array(stored.length);
  let high = 0;
  for (let n = 0; n < labels.length; n++) {
    const value = stored[n] * slope + intercept;
    if (!(value >= 0 && value <= 65535 && Number.isInteger(value)))
      throw new InputError(
        "label-value",
        `${name}: voxel ${n} is ${value}; labels are whole numbers from 0 to 65535`,
        {
          remedy: "is this a CT instead of a label map?",
        },
      );
    labels[n] = value;
    if (value > high) high = value;
  }
  return high < 256 ? Uint8Array.from(labels) : labels;
}
