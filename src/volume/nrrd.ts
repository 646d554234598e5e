import { InputError } from "../error/input-error.ts";
import { headerText, readDataFile } from "./detached-data.ts";
import { type Inflate, inflatePromised, isGzip } from "./inflate.ts";
import { mergeLayers, nrrdSegments, singleLayerNames } from "./nrrd-segments.ts";
import { placedGrid } from "./placed-grid.ts";
import { bytesPerVoxel, type StoredVoxels, type VoxelType, voxelArray, voxelBytes } from "./stored-voxels.ts";

interface NrrdOptions {
  readonly name: string;
  readonly sibling?: (name: string) => Promise<Uint8Array>;
  readonly inflate: Inflate;
}

export const looksLikeNrrd = (bytes: Uint8Array): boolean =>
  headerText(bytes.subarray(0, 7)).startsWith("NRRD000");

const types: ReadonlyMap<string, VoxelType> = new Map(
  Object.entries({
    int8: "signed char,int8,int8_t",
    uint8: "uchar,unsigned char,uint8,uint8_t",
    int16: "short,short int,signed short,signed short int,int16,int16_t",
    uint16: "ushort,unsigned short,unsigned short int,uint16,uint16_t",
    int32: "int,signed int,int32,int32_t",
    uint32: "uint,unsigned int,uint32,uint32_t",
    int64: "longlong,long long,long long int,signed long long,signed long long int,int64,int64_t",
    uint64: "ulonglong,unsigned long long,unsigned long long int,uint64,uint64_t",
    float32: "float",
    float64: "double",
  }).flatMap(([type, names]) =>
    names.split(",").map((name): [string, VoxelType] => [name, type as VoxelType]),
  ),
);

/** Which way the axes of the file's space point: the signs that turn it into LPS. */
const spaces: ReadonlyMap<string, readonly [number, number, number]> = new Map([
  ["left-posterior-superior", [1, 1, 1]],
  ["lps", [1, 1, 1]],
  ["right-anterior-superior", [-1, -1, 1]],
  ["ras", [-1, -1, 1]],
  ["left-anterior-superior", [1, -1, 1]],
  ["las", [1, -1, 1]],
]);

const LONGEST_HEADER_BYTES = 2 ** 22;
const MOST_LAYERS = 4096;
const LONGEST_TEXT_BYTES = 2 ** 28;

/**
 * Reads NRRD, attached or detached (.nhdr), raw, gzip or ascii; and Slicer's .seg.nrrd with the names of its segments.
 * A layered segmentation (four-dimensional) whose segments do not overlap becomes one label map; labels then count segments.
 * Without a declared space the axes are LPS, as ITK has it.
 *
 * @see https://teem.sourceforge.net/nrrd/format.html
 */
export async function readNrrd(bytes: Uint8Array, options: NrrdOptions): Promise<StoredVoxels> {
  const { name } = options;
  const refuse = (code: string, message: string): never => {
    throw new InputError(`nrrd-${code}`, `${name}: ${message}`);
  };
  const { fields, dataOffset } = nrrdFields(bytes, refuse);
  const field = (key: string): string => fields.get(key) ?? refuse("field", `the field "${key}" is missing`);
  const type =
    types.get(field("type").toLowerCase()) ??
    refuse("type", `voxel type "${field("type")}" is not a number type`);
  const sizes = field("sizes").split(/\s+/).map(Number);
  const spatial = sizes.slice(-3);
  const layers = sizes.length === 4 ? sizes[0] : 1;
  if (sizes.length !== 3 && sizes.length !== 4)
    refuse("sizes", `a volume has three dimensions, found sizes ${field("sizes")}`);
  const segments = nrrdSegments(fields);
  if (layers !== 1 && (segments.length === 0 || !(layers > 0 && layers <= MOST_LAYERS)))
    refuse("four-dimensional", `the file holds ${layers} values a voxel; give one volume of it`);
  const rows = placement(fields, sizes.length, refuse);
  const grid = placedGrid(name, [spatial[0], spatial[1], spatial[2]], rows);

  const stored = await voxelsOf(bytes.subarray(dataOffset), fields, {
    ...options,
    type,
    count: layers * spatial[0] * spatial[1] * spatial[2],
  });
  if (layers > 1) return { ...mergeLayers(stored, { layers, segments, name }), grid, slope: 1, intercept: 0 };
  const names = singleLayerNames(segments, name);
  return { grid, stored, slope: 1, intercept: 0, ...(names.size > 0 ? { names } : {}) };
}

type Refuse = (code: string, message: string) => never;

function nrrdFields(bytes: Uint8Array, refuse: Refuse): { fields: Map<string, string>; dataOffset: number } {
  // The header ends with an empty line; a detached header may end with the file.
  let end = bytes.length;
  let dataOffset = bytes.length;
  for (let n = 0; n + 1 < Math.min(bytes.length, LONGEST_HEADER_BYTES); n++)
    if (bytes[n] === 10 && (bytes[n + 1] === 10 || (bytes[n + 1] === 13 && bytes[n + 2] === 10))) {
      end = n;
      dataOffset = n + (bytes[n + 1] === 10 ? 2 : 3);
      break;
    }
  if (end > LONGEST_HEADER_BYTES) refuse("header", "the header has no end");
  const fields = new Map<string, string>();
  for (const line of headerText(bytes.subarray(0, end)).split(/\r?\n/).slice(1)) {
    const colon = line.indexOf(":");
    if (colon < 1 || line.startsWith("#")) continue;
    // "key:=value" is a key of the user's, "field: value" one of the format.
    const value = line.slice(line[colon + 1] === "=" ? colon + 2 : colon + 1);
    fields.set(line.slice(0, colon).trim().toLowerCase(), value.trim());
  }
  return { fields, dataOffset };
}

/** Three rows of four numbers, LPS mm from voxel. */
function placement(fields: ReadonlyMap<string, string>, rank: number, refuse: Refuse): number[] {
  const space = fields.get("space") ?? "lps";
  const signs =
    spaces.get(space.toLowerCase()) ?? refuse("space", `the space "${space}" is not LPS, RAS or LAS`);
  const units = fields.get("space units") ?? "";
  if (units.replace(/"(mm|)"|\s/g, "") !== "") refuse("units", `the units of space are ${units}, not mm`);
  const text = fields.get("space directions");
  const all = text === undefined ? spacingAxes(fields, rank, refuse) : vectors(text);
  const axes = all.slice(-3);
  if (
    all.length !== rank ||
    (rank === 4 && all[0] !== undefined) ||
    !axes.every((axis): axis is number[] => axis?.length === 3)
  )
    return refuse(
      "directions",
      `three directions in space are needed for the last three axes, found "${text}"`,
    );
  const origin = fields.has("space origin") ? vectors(fields.get("space origin") ?? "")[0] : [0, 0, 0];
  if (origin?.length !== 3)
    return refuse("origin", `the origin needs three numbers, found "${fields.get("space origin")}"`);
  return [0, 1, 2].flatMap((row) => [
    ...axes.map((axis) => signs[row] * axis[row] || 0),
    signs[row] * origin[row] || 0,
  ]);
}

/** `(1,0,0) none (0,0,2)`; `none`, or three times nan, for an axis without a place in space. */
function vectors(text: string): (number[] | undefined)[] {
  return [...text.matchAll(/none|\(([^)]*)\)/g)].map((match) => {
    const numbers = match[1]?.split(",").map((word) => (word.trim() === "" ? Number.NaN : Number(word)));
    return numbers?.some((value) => !Number.isNaN(value)) ? numbers : undefined;
  });
}

function spacingAxes(
  fields: ReadonlyMap<string, string>,
  rank: number,
  refuse: Refuse,
): (number[] | undefined)[] {
  const text = fields.get("spacings");
  const spacings = text === undefined ? Array<number>(rank).fill(1) : text.split(/\s+/).map(Number);
  if (spacings.length !== rank || spacings.slice(-3).some((step) => !(step > 0)))
    refuse("spacings", `the spacings are "${text}", not ${rank} positive numbers`);
  return spacings.map((step, axis) =>
    rank === 4 && axis === 0 ? undefined : [0, 1, 2].map((row) => (row === axis - (rank - 3) ? step : 0)),
  );
}

/** The voxels, from behind the header or from the file that it names, with what is to be skipped before them. */
async function voxelsOf(
  attached: Uint8Array,
  fields: ReadonlyMap<string, string>,
  options: NrrdOptions & { type: VoxelType; count: number },
): Promise<StoredVoxels["stored"]> {
  const { type, count, name } = options;
  const byteLength = count * bytesPerVoxel[type];
  const isLittleEndian = (fields.get("endian") ?? "little").toLowerCase() !== "big";
  const encoding = (fields.get("encoding") ?? "").toLowerCase();
  const lines = Number(fields.get("line skip") ?? fields.get("lineskip") ?? 0);
  const skip = Number(fields.get("byte skip") ?? fields.get("byteskip") ?? 0);
  const isFromEnd = skip === -1 && encoding === "raw";
  if (!(Number.isInteger(lines) && lines >= 0 && Number.isInteger(skip) && (skip >= 0 || isFromEnd)))
    throw new InputError("nrrd-skip", `${name}: "line skip" is ${lines} and "byte skip" ${skip}`);
  const dataFile = fields.get("data file") ?? fields.get("datafile");
  const data = afterLines(dataFile === undefined ? attached : await readDataFile(dataFile, options), lines);

  if (encoding === "raw") {
    // A start before the file is refused by voxelBytes, as is an end behind it.
    const start = isFromEnd ? data.length - byteLength : skip;
    return voxelArray(voxelBytes(data, start, count, type, name), type, isLittleEndian);
  }
  if (encoding === "gzip" || encoding === "gz") {
    if (!isGzip(data))
      throw new InputError("nrrd-encoding", `${name}: the data are not gzip as the header says`);
    const plain = await inflatePromised(data, {
      name,
      format: "gzip",
      promisedBytes: byteLength + skip,
      inflate: options.inflate,
    });
    return voxelArray(voxelBytes(plain, skip, count, type, name), type, isLittleEndian);
  }
  if (encoding === "ascii" || encoding === "text" || encoding === "txt")
    return textVoxels(data.subarray(skip), count, name);
  throw new InputError("nrrd-encoding", `${name}: the encoding "${encoding}" is not raw, gzip or ascii`, {
    remedy: "save it again with gzip compression",
  });
}

function afterLines(data: Uint8Array, lines: number): Uint8Array {
  let start = 0;
  for (let line = 0; line < lines; line++) {
    const end = data.indexOf(10, start);
    if (end < 0) return data.subarray(data.length);
    start = end + 1;
  }
  return data.subarray(start);
}

function textVoxels(data: Uint8Array, count: number, name: string): Float64Array {
  // A number and its blank take two characters at least.
  const words =
    2 * count - 1 <= data.length && data.length <= LONGEST_TEXT_BYTES
      ? headerText(data).trim().split(/\s+/)
      : [];
  const values = Float64Array.from(words.slice(0, count), Number);
  if (values.length < count || values.some(Number.isNaN))
    throw new InputError(
      "volume-truncated",
      `${name}: ${count} numbers are needed, found ${values.findIndex(Number.isNaN) + 1 || values.length}`,
    );
  return values;
}
