import { z } from "zod";
import { InputError } from "../../error/input-error.ts";
import { crc32, type Deflate, deflateStream } from "../../image/encode-png.ts";
import type { AreaDensityImage } from "../../projector/area-density.ts";
import { damaged, type Inflate, streamInflate } from "../../volume/inflate.ts";
import type { ByteSource } from "./byte-source.ts";
import {
  averagedDensity,
  codesFromPrediction,
  densityOfCodes,
  type DensityPrecision,
  finestPrecision,
  predictedBytes,
  quantisePlane,
} from "./density-plane.ts";
import { joinBytes } from "./join-bytes.ts";

/**
 * A file of area densities is any number of records, one sample each, one after the other: shards are merged by joining their
 * bytes, and one sample is found by walking over the 24 bytes that open each record, or by an index of offsets kept elsewhere.
 *
 * | bytes | |
 * | 0–7   | `SYNXAREA` |
 * | 8–11  | length of the header, uint32 |
 * | 12–19 | length of the planes, uint64 |
 * | 20–23 | CRC-32 of all that follows in the record |
 * | then  | header, JSON in UTF-8: `headerSchema` |
 * | then  | one zlib stream a material, in the header's order: `predictedBytes` of its codes |
 *
 * Numbers are little-endian. What was drawn for the sample (camera, tube charge …) travels in `sample`, so that exposing again needs
 * this record and no other file.
 */
const MAGIC = "SYNXAREA";
const PREFIX_BYTES = 24;
const MAX_HEADER_BYTES = 2 ** 20;
const MAX_SIDE_PX = 8192;

const headerSchema = z.object({
  id: z.int().min(0),
  widthPx: z.int().min(1).max(MAX_SIDE_PX),
  heightPx: z.int().min(1).max(MAX_SIDE_PX),
  materials: z
    .array(
      z.object({
        name: z.string().max(200),
        encoding: z.discriminatedUnion("kind", [
          z.object({ kind: z.literal("scaled"), scaleGPerCm2: z.number().min(0) }),
          z.object({ kind: z.literal("half") }),
        ]),
        byteLength: z.int().min(0),
      }),
    )
    .max(64),
  sample: z.unknown(),
});
type Header = z.output<typeof headerSchema>;

export interface AreaDensityRecord {
  readonly id: number;
  readonly areaDensity: AreaDensityImage;
  /** JSON: whatever the writer gave, e.g. camera, beam and seed. */
  readonly sample: unknown;
}

/** One record. The same sample, precision and `deflate` give the same bytes. */
export async function encodeAreaDensity(
  { id, areaDensity, sample }: AreaDensityRecord,
  options: { readonly precision?: DensityPrecision; readonly deflate?: Deflate } = {},
): Promise<Uint8Array> {
  const { widthPx, heightPx, materials, gPerCm2 } = areaDensity;
  const pixels = widthPx * heightPx;
  if (gPerCm2.length !== materials.length * pixels)
    throw new RangeError(
      `${materials.length} materials of ${widthPx} × ${heightPx} need as many values, got ${gPerCm2.length}`,
    );
  const deflate = options.deflate ?? deflateStream;
  const planes: Uint8Array[] = [];
  const described: Header["materials"] = [];
  for (const [index, name] of materials.entries()) {
    const values = gPerCm2.subarray(index * pixels, (index + 1) * pixels);
    const { encoding, codes } = quantisePlane(values, options.precision ?? finestPrecision);
    const plane = await deflate(predictedBytes(codes, widthPx));
    planes.push(plane);
    described.push({ name, encoding, byteLength: plane.length });
  }
  const header = new TextEncoder().encode(
    JSON.stringify({ id, widthPx, heightPx, materials: described, sample } satisfies Header),
  );
  if (header.length > MAX_HEADER_BYTES)
    throw new RangeError(`the header of a record may take ${MAX_HEADER_BYTES} bytes, got ${header.length}`);
  const record = joinBytes([new Uint8Array(PREFIX_BYTES), header, ...planes]);
  const view = new DataView(record.buffer);
  record.set(new TextEncoder().encode(MAGIC));
  view.setUint32(8, header.length, true);
  view.setBigUint64(12, BigInt(record.length - PREFIX_BYTES - header.length), true);
  view.setUint32(20, crc32(record.subarray(PREFIX_BYTES)), true);
  return record;
}

/** Where a record lies in its file. */
export interface RecordPlace {
  readonly id: number;
  readonly offset: number;
  readonly byteLength: number;
}

/**
 * Walks over a file of records; reads their headers and not their planes.
 *
 * @throws InputError `area-density-unreadable` where a record does not begin or its header is no header, `area-density-truncated`
 *   where the file ends inside one; both name the offset, up to which the file is good
 */
export async function* indexAreaDensities(source: ByteSource): AsyncGenerator<RecordPlace> {
  for (let offset = 0; offset < source.byteLength; ) {
    const { header, byteLength } = await readHeader(source, offset);
    yield { id: header.id, offset, byteLength };
    offset += byteLength;
  }
}

/**
 * One record, or some of its materials: those that are not asked for are not inflated.
 *
 * @throws InputError as `indexAreaDensities`, and `area-density-damaged` where the checksum does not fit
 */
export async function readAreaDensity(
  source: ByteSource,
  offset = 0,
  options: {
    readonly materials?: readonly string[];
    readonly inflate?: Inflate;
    /** Averages densities over squares of so many pixels a side, which must divide both sides; default 1. */
    readonly shrink?: number;
    /** The checksum of RFC 1952, where the platform has it. */
    readonly crc32?: (bytes: Uint8Array) => number;
  } = {},
): Promise<AreaDensityRecord> {
  const { header, headerBytes, checksum, byteLength } = await readHeader(source, offset);
  const body = await source.read(offset + PREFIX_BYTES, byteLength - PREFIX_BYTES);
  if ((options.crc32 ?? crc32)(body) !== checksum)
    throw new InputError(
      "area-density-damaged",
      `${source.name}: the checksum of the record at byte ${offset} does not fit its bytes`,
      { remedy: "copy the file again, or run verify with --repair on the data set" },
    );
  const { id, widthPx, heightPx, sample } = header;
  const { shrink = 1 } = options;
  if (!(Number.isInteger(shrink) && shrink > 0 && widthPx % shrink === 0 && heightPx % shrink === 0))
    throw new RangeError(`${widthPx} × ${heightPx} pixels do not shrink by ${shrink}`);
  const pixels = widthPx * heightPx;
  const kept = pixels / shrink ** 2;
  const codes = new Uint16Array(pixels);
  const inflate = options.inflate ?? streamInflate;
  const { materials: wanted } = options;
  const materials = header.materials.map(({ name }) => name).filter((name) => wanted?.includes(name) ?? true);
  const gPerCm2 = new Float32Array(materials.length * kept);
  let at = headerBytes;
  let plane = 0;
  for (const { name, encoding, byteLength: planeBytes } of header.materials) {
    const packed = body.subarray(at, at + planeBytes);
    at += planeBytes;
    if (wanted && !wanted.includes(name)) continue;
    // Nothing of this material: whatever its codes are, they stand for 0.
    if (encoding.kind === "scaled" && encoding.scaleGPerCm2 === 0) {
      plane++;
      continue;
    }
    const bytes = await inflate(packed, { format: "deflate", limitBytes: 2 * pixels });
    if (bytes.length !== 2 * pixels) throw damaged("deflate", undefined);
    const values = gPerCm2.subarray(plane * kept, (plane + 1) * kept);
    codesFromPrediction(bytes, widthPx, codes);
    if (shrink === 1) densityOfCodes(codes, encoding, values);
    else averagedDensity(codes, encoding, { widthPx, factor: shrink }, values);
    plane++;
  }
  return {
    id,
    sample,
    areaDensity: { widthPx: widthPx / shrink, heightPx: heightPx / shrink, materials, gPerCm2 },
  };
}

/** Deflate never shrinks by more. */
const DEFLATE_LARGEST_RATIO = 1032;

async function readHeader(
  source: ByteSource,
  offset: number,
): Promise<{ header: Header; headerBytes: number; checksum: number; byteLength: number }> {
  const where = `${source.name}, byte ${offset}`;
  const unreadable = (what: string, cause?: unknown): InputError =>
    new InputError("area-density-unreadable", `${where}: ${what}`, { cause });
  const truncated = (): InputError =>
    new InputError("area-density-truncated", `${where}: the file ends inside this record`, {
      remedy: "cut the file off there and generate the missing samples again",
    });
  if (source.byteLength - offset < PREFIX_BYTES) throw truncated();
  const prefix = await source.read(offset, PREFIX_BYTES);
  const view = new DataView(prefix.buffer, prefix.byteOffset, PREFIX_BYTES);
  if (String.fromCharCode(...prefix.subarray(0, 8)) !== MAGIC)
    throw unreadable("no record of area densities begins here");
  const headerBytes = view.getUint32(8, true);
  const planeBytes = Number(view.getBigUint64(12, true));
  const byteLength = PREFIX_BYTES + headerBytes + planeBytes;
  if (headerBytes > MAX_HEADER_BYTES) throw unreadable(`the record claims a header of ${headerBytes} bytes`);
  if (byteLength > source.byteLength - offset) throw truncated();
  let header: Header;
  try {
    const text = new TextDecoder().decode(await source.read(offset + PREFIX_BYTES, headerBytes));
    header = headerSchema.parse(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof z.ZodError)
      throw unreadable("the header of the record is not what it should be", cause);
    throw cause;
  }
  const { widthPx, heightPx, materials } = header;
  const promised = materials.reduce((sum, material) => sum + material.byteLength, 0);
  if (promised !== planeBytes)
    throw unreadable(`the record holds ${planeBytes} bytes of planes, its header names ${promised}`);
  if (materials.some((material) => 2 * widthPx * heightPx > DEFLATE_LARGEST_RATIO * material.byteLength))
    throw unreadable(`the planes are too short for ${widthPx} × ${heightPx} pixels`);
  return { header, headerBytes, checksum: view.getUint32(20, true), byteLength };
}
