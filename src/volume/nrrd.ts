import { InputError } from "../error/input-error.ts";
import { grid } from "../geometry/grid.ts";
import { transform } from "../geometry/transform.ts";
import { headerText, readDataFile } from "./detached-data.ts";
import { type Inflate, isGzip } from "./inflate.ts";
import { bytesPerVoxel, type StoredVoxels, type VoxelType, voxelArray, voxelBytes } from "./stored-voxels.ts";

interface NrrdOptions {
  readonly name: string;
  readonly sibling?: (name: string) => Promise<Uint8Array>;
  readonly inflate: Inflate;
}

export const looksLikeNrrd = (bytes: Uint8Array): boolean =>
  headerText(bytes.subarray(0, 7)).startsWith("NRRD000");

const types: Readonly<Record<string, VoxelType>> = Object.fromEntries(
  Object.entries({
    int8: "signed char,int8,int8_t",
    uint8: "uchar,unsigned char,uint8,uint8_t",
    int16: "short,short int,signed short,signed short int,int16,int16_t",
    uint16: "ushort,unsigned short,unsigned short int,uint16,uint16_t",
    int32: "int,signed int,int32,int32_t",
    uint32: "uint,unsigned int,uint32,uint32_t",
    float32: "float",
    float64: "double",
  }).flatMap(([type, names]) => names.split(",").map((name) => [name, type as VoxelType])),
);

/** Which way the axes of the file's space point: the signs that turn it into LPS. */
const spaces: Readonly<Record<string, readonly [number, number, number]>> = {
  "left-posterior-superior": [1, 1, 1],
  lps: [1, 1, 1],
  "right-anterior-superior": [-1, -1, 1],
  ras: [-1, -1, 1],
  "left-anterior-superior": [1, -1, 1],
  las: [1, -1, 1],
};

/**
 * Reads NRRD, attached or detached (.nhdr), raw, gzip or ascii; and Slicer's .seg.nrrd with the names of its segments.
 * A layered segmentation (four-dimensional) whose segments do not overlap becomes one label map; labels then count segments.
 */
export async function readNrrd(bytes: Uint8Array, options: NrrdOptions): Promise<StoredVoxels> {
  const { name } = options;
  const refuse = (code: string, message: string): never => {
    throw new InputError(`nrrd-${code}`, `${name}: ${message}`);
  };
  const { fields, dataOffset } = nrrdFields(bytes);
  const field = (key: string): string => fields.get(key) ?? refuse("field", `the field "${key}" is missing`);
  const type =
    types[field("type").toLowerCase()] ??
    refuse("type", `voxel type "${field("type")}" is not a number type`);
  const sizes = field("sizes").trim().split(/\s+/).map(Number);
  const directions = fields.has("space directions") ? vectors(field("space directions")) : undefined;
  const layers = sizes.length === 4 ? sizes[0] : 1;
  const spatial = sizes.length === 4 ? sizes.slice(1) : sizes;
  if (spatial.length !== 3 || sizes.some((n) => !Number.isInteger(n) || n < 1))
    refuse("sizes", `a volume has three dimensions, found sizes ${field("sizes")}`);
  if (layers > 1 && !fields.has("segment0_layer") && !fields.has("segment0_id"))
    refuse("four-dimensional", `the file holds ${layers} values a voxel; give one volume of it`);

  const signs =
    spaces[(fields.get("space") ?? "lps").toLowerCase()] ??
    refuse("space", `the space "${fields.get("space")}" is not LPS, RAS or LAS`);
  const axes = directions?.filter((axis) => axis !== undefined) ?? spacingAxes(fields, spatial.length);
  if (axes.length !== 3 || axes.some((axis) => axis.length !== 3))
    refuse("directions", `three space directions are needed, found "${field("space directions")}"`);
  const origin = fields.has("space origin") ? (vectors(field("space origin"))[0] ?? [0, 0, 0]) : [0, 0, 0];
  const matrix = [0, 1, 2].flatMap((row) => [
    ...axes.map((axis) => signs[row] * axis[row]),
    signs[row] * origin[row],
  ]);
  const placed = grid(
    [spatial[0], spatial[1], spatial[2]],
    transform("lps", "voxel", [...matrix, 0, 0, 0, 1]),
  );

  const count = sizes.reduce((product, n) => product * n, 1);
  const little = (fields.get("endian") ?? "little").toLowerCase() !== "big";
  const detached = fields.get("data file") ?? fields.get("datafile");
  const data = detached === undefined ? bytes.subarray(dataOffset) : await readDataFile(detached, options);
  const stored = await decoded(data, {
    encoding: field("encoding").toLowerCase(),
    type,
    count,
    little,
    options,
  });
  const segments = segmentNames(fields);
  if (layers > 1)
    return { ...mergedLayers(stored, layers, fields, name), grid: placed, slope: 1, intercept: 0 };
  return { grid: placed, stored, slope: 1, intercept: 0, ...(segments.size > 0 ? { names: segments } : {}) };
}

function nrrdFields(bytes: Uint8Array): { fields: Map<string, string>; dataOffset: number } {
  // The header ends with an empty line; a detached header may end with the file.
  let end = bytes.length;
  let dataOffset = bytes.length;
  for (let n = 0; n + 1 < Math.min(bytes.length, 2 ** 22); n++)
    if (bytes[n] === 10 && (bytes[n + 1] === 10 || (bytes[n + 1] === 13 && bytes[n + 2] === 10))) {
      end = n;
      dataOffset = n + (bytes[n + 1] === 10 ? 2 : 3);
      break;
    }
  const fields = new Map<string, string>();
  for (const line of headerText(bytes.subarray(0, end)).split(/\r?\n/).slice(1)) {
    const match = /^([^#:][^:]*):=?\s*(.*)$/.exec(line);
    if (match) fields.set(match[1].trim().toLowerCase(), match[2].trim());
  }
  return { fields, dataOffset };
}

/** `(1,0,0) none (0,0,2)`; `none` for an axis without a place in space. */
function vectors(text: string): (number[] | undefined)[] {
  return [...text.matchAll(/none|\(([^)]*)\)/g)].map((match) =>
    match[1] === undefined ? undefined : match[1].split(",").map(Number),
  );
}

function spacingAxes(fields: ReadonlyMap<string, string>, rank: number): number[][] {
  const spacings = (fields.get("spacings") ?? "1 1 1")
    .split(/\s+/)
    .map(Number)
    .filter((value) => !Number.isNaN(value));
  return Array.from({ length: rank }, (_, axis) =>
    [0, 1, 2].map((row) => (row === axis ? (spacings[axis] ?? 1) : 0)),
  );
}

async function decoded(
  data: Uint8Array,
  how: { encoding: string; type: VoxelType; count: number; little: boolean; options: NrrdOptions },
): Promise<StoredVoxels["stored"]> {
  const { encoding, type, count, little, options } = how;
  const limitBytes = count * bytesPerVoxel[type];
  if (encoding === "raw") return voxelArray(voxelBytes(data, 0, count, type, options.name), type, little);
  if (encoding === "gzip" || encoding === "gz") {
    if (!isGzip(data))
      throw new InputError("nrrd-encoding", `${options.name}: the data are not gzip as the header says`);
    const plain = await options.inflate(data, { format: "gzip", limitBytes });
    return voxelArray(voxelBytes(plain, 0, count, type, options.name), type, little);
  }
  if (encoding === "ascii" || encoding === "text" || encoding === "txt") {
    const numbers = headerText(data).trim().split(/\s+/).map(Number);
    if (numbers.length < count || numbers.some((value) => Number.isNaN(value)))
      throw new InputError(
        "volume-truncated",
        `${options.name}: ${count} numbers are needed, found ${numbers.length}`,
      );
    return Float64Array.from(numbers.slice(0, count));
  }
  throw new InputError(
    "nrrd-encoding",
    `${options.name}: the encoding "${encoding}" is not raw, gzip or ascii`,
    {
      remedy: "save it again with gzip compression",
    },
  );
}

function segmentNames(fields: ReadonlyMap<string, string>): Map<number, string> {
  const names = new Map<number, string>();
  for (let index = 0; fields.has(`segment${index}_id`) || fields.has(`segment${index}_name`); index++) {
    const label = Number(fields.get(`segment${index}_labelvalue`) ?? index + 1);
    const name = fields.get(`segment${index}_name`) ?? fields.get(`segment${index}_id`);
    if (Number.isInteger(label) && name !== undefined) names.set(label, name);
  }
  return names;
}

/** Segments in layers of their own, to one label a segment; two segments in one voxel have no place in a label map. */
function mergedLayers(
  stored: StoredVoxels["stored"],
  layers: number,
  fields: ReadonlyMap<string, string>,
  name: string,
) {
  const labels = new Uint16Array(stored.length / layers);
  const names = new Map<number, string>();
  for (let index = 0; fields.has(`segment${index}_id`); index++) {
    const layer = Number(fields.get(`segment${index}_layer`) ?? 0);
    const value = Number(fields.get(`segment${index}_labelvalue`) ?? 1);
    const segment = fields.get(`segment${index}_name`) ?? `segment ${index}`;
    names.set(index + 1, segment);
    for (let voxel = 0; voxel < labels.length; voxel++) {
      if (stored[voxel * layers + layer] !== value) continue;
      if (labels[voxel] !== 0)
        throw new InputError(
          "nrrd-segments-overlap",
          `${name}: the segments "${names.get(labels[voxel])}" and "${segment}" overlap`,
          {
            remedy: "export them as separate label maps, or without overlap",
          },
        );
      labels[voxel] = index + 1;
    }
  }
  return { stored: labels, names };
}
