import { InputError } from "../error/input-error.ts";
import { headerText, readDataFile } from "./detached-data.ts";
import { type Inflate, inflatePromised } from "./inflate.ts";
import { placedGrid } from "./placed-grid.ts";
import { bytesPerVoxel, type StoredVoxels, type VoxelType, voxelArray, voxelBytes } from "./stored-voxels.ts";

const types: ReadonlyMap<string, VoxelType> = new Map([
  ["MET_CHAR", "int8"],
  ["MET_UCHAR", "uint8"],
  ["MET_SHORT", "int16"],
  ["MET_USHORT", "uint16"],
  ["MET_INT", "int32"],
  ["MET_UINT", "uint32"],
  ["MET_LONG", "int32"],
  ["MET_ULONG", "uint32"],
  ["MET_LONG_LONG", "int64"],
  ["MET_ULONG_LONG", "uint64"],
  ["MET_FLOAT", "float32"],
  ["MET_DOUBLE", "float64"],
]);

const LONGEST_HEADER_BYTES = 2 ** 20;

const START = /^\s*(ObjectType|NDims|Comment)\s*=/;

export const looksLikeMetaImage = (bytes: Uint8Array): boolean =>
  START.test(headerText(bytes.subarray(0, 256)));

/**
 * Reads MetaImage (.mha, or .mhd with its data file), raw or zlib-compressed. Its space is LPS, as ITK writes it; each
 * column of TransformMatrix is stored as a run of three numbers.
 */
export async function readMetaImage(
  bytes: Uint8Array,
  options: { name: string; sibling?: (name: string) => Promise<Uint8Array>; inflate: Inflate },
): Promise<StoredVoxels> {
  const { name } = options;
  const refuse = (code: string, message: string): never => {
    throw new InputError(`metaimage-${code}`, `${name}: ${message}`);
  };
  const fields = new Map<string, string>();
  let at = 0;
  // ElementDataFile is the last line of the header; LOCAL data follow it.
  while (at < bytes.length && !fields.has("elementdatafile")) {
    let end = bytes.indexOf(10, at);
    if (end < 0) end = bytes.length;
    if (end > LONGEST_HEADER_BYTES) refuse("header", "the header has no end");
    const line = headerText(bytes.subarray(at, end));
    const equals = line.indexOf("=");
    if (equals > 0) fields.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
    at = end + 1;
  }
  const field = (key: string): string =>
    fields.get(key.toLowerCase()) ?? refuse("field", `the field "${key}" is missing`);
  const numbers = (key: string, count: number, fallback?: readonly number[]): number[] => {
    if (fallback && !fields.has(key.toLowerCase())) return [...fallback];
    const values = field(key).split(/\s+/).map(Number);
    if (values.length !== count || values.some((value) => !Number.isFinite(value)))
      refuse("field", `"${key}" needs ${count} numbers, found "${field(key)}"`);
    return values;
  };
  const isTrue = (key: string) => /^(true|1)$/i.test(fields.get(key.toLowerCase()) ?? "");
  if (Number(field("NDims")) !== 3) refuse("rank", `a volume has three dimensions, found ${field("NDims")}`);
  const channels = Number(fields.get("elementnumberofchannels") ?? 1);
  if (channels !== 1) refuse("channels", `the image has ${channels} channels a voxel, not one`);
  if (fields.has("binarydata") && !isTrue("BinaryData"))
    refuse("text", "the voxels are written as text; save them as binary data");
  for (const [key, neutral] of [
    ["elementtointensityfunctionslope", 1],
    ["elementtointensityfunctionoffset", 0],
  ] as const)
    if (Number(fields.get(key) ?? neutral) !== neutral)
      refuse("scaling", `"${key}" is ${fields.get(key)}; save the voxels as Hounsfield units`);
  const type =
    types.get(field("ElementType")) ??
    refuse("type", `voxel type ${field("ElementType")} is not a number type`);

  const shape = numbers("DimSize", 3);
  const spacing = numbers(
    "ElementSpacing",
    3,
    fields.has("elementsize") ? numbers("ElementSize", 3) : [1, 1, 1],
  );
  const direction = numbers(
    fields.has("transformmatrix") ? "TransformMatrix" : fields.has("rotation") ? "Rotation" : "Orientation",
    9,
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
  );
  const offset = numbers(
    fields.has("offset") ? "Offset" : fields.has("position") ? "Position" : "Origin",
    3,
    [0, 0, 0],
  );
  if (spacing.some((step) => step <= 0))
    refuse("spacing", `the spacing between voxels is ${spacing.join(" × ")}, not three positive numbers`);
  const matrix = [0, 1, 2].flatMap((row) => [
    ...[0, 1, 2].map((axis) => direction[3 * axis + row] * spacing[axis]),
    offset[row],
  ]);
  const placed = placedGrid(name, [shape[0], shape[1], shape[2]], matrix);

  const count = shape[0] * shape[1] * shape[2];
  const dataFile = field("ElementDataFile");
  const data =
    dataFile.toUpperCase() === "LOCAL" ? bytes.subarray(at) : await readDataFile(dataFile, options);
  const plain = isTrue("CompressedData")
    ? await inflatePromised(data, {
        name,
        format: "deflate",
        promisedBytes: count * bytesPerVoxel[type],
        inflate: options.inflate,
      })
    : data;
  const headerSize = Number(fields.get("headersize") ?? 0);
  const start = headerSize === -1 ? plain.length - count * bytesPerVoxel[type] : headerSize;
  const big = isTrue("ElementByteOrderMSB") || isTrue("BinaryDataByteOrderMSB");
  if (start < 0) refuse("truncated", `${count} voxels of type ${type} do not fit into ${plain.length} bytes`);
  const stored = voxelArray(voxelBytes(plain, start, count, type, name), type, !big);
  return { grid: placed, stored, slope: 1, intercept: 0 };
}
