import { InputError } from "../../error/input-error.ts";
import { streamInflate } from "../inflate.ts";
import { DataSet } from "./data-set.ts";
import {
  explicitLittleEndian,
  implicitLittleEndian,
  type TransferSyntax,
  transferSyntax,
} from "./transfer-syntax.ts";

export interface DicomFile {
  readonly name: string;
  readonly syntax: TransferSyntax;
  readonly dataSet: DataSet;
}

const PREAMBLE_BYTES = 128;
const TRANSFER_SYNTAX = 0x00020010;
const META_GROUP = 0x0002;

/** A deflated file may not grow beyond this: a thousand slices of 512 × 512 in one file. */
const INFLATED_LIMIT_BYTES = 2 ** 29;

/**
 * Opens the bytes of one file; undefined if they are not DICOM. Files without the preamble, and ones whose data are written
 * otherwise than they say (implicit for explicit), are read as they are.
 */
export async function openDicom(bytes: Uint8Array, name: string): Promise<DicomFile | undefined> {
  if (signature(bytes)) return open(bytes, PREAMBLE_BYTES + 4, name);
  if (!looksLikeBareDataSet(bytes)) return undefined;
  try {
    return await open(bytes, 0, name);
  } catch (error) {
    // Without the signature nothing says that it should have been DICOM.
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

async function open(bytes: Uint8Array, start: number, name: string): Promise<DicomFile> {
  const meta = new DataSet(bytes, {
    encoding: { implicit: !explicitAt(bytes, start), bigEndian: false },
    name,
    start,
    group: META_GROUP,
  });
  const uid = meta.text(TRANSFER_SYNTAX);
  const named = transferSyntax(uid);
  if (uid !== "" && !named)
    throw new InputError(
      "dicom-transfer-syntax",
      `${name} is written in the transfer syntax ${uid}, which is not read`,
      {
        remedy: "export the series uncompressed, or as JPEG 2000 lossless",
      },
    );
  if (named?.deflated) {
    const inflated = await inflate(bytes.subarray(meta.end), name);
    return { name, syntax: named, dataSet: new DataSet(inflated, { encoding: named, name }) };
  }
  const syntax = named ?? (explicitAt(bytes, meta.end) ? explicitLittleEndian : implicitLittleEndian);
  const implicit = !syntax.bigEndian && !explicitAt(bytes, meta.end);
  return {
    name,
    syntax,
    dataSet: new DataSet(bytes, {
      encoding: { implicit, bigEndian: syntax.bigEndian },
      name,
      start: meta.end,
    }),
  };
}

async function inflate(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const options = { format: "deflate-raw", limitBytes: INFLATED_LIMIT_BYTES } as const;
  try {
    return await streamInflate(bytes, options).catch((error: unknown) => {
      // Files have an even length: a zero may follow the compressed data, which browsers refuse.
      if (bytes.at(-1) !== 0) throw error;
      return streamInflate(bytes.subarray(0, -1), options);
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.code, `${name}: ${error.message}`, {
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      cause: error,
    });
  }
}

const letters = (bytes: Uint8Array, at: number, count: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + count));

const signature = (bytes: Uint8Array): boolean => letters(bytes, PREAMBLE_BYTES, 4) === "DICM";

const explicitAt = (bytes: Uint8Array, at: number): boolean => /^[A-Z]{2}$/.test(letters(bytes, at + 4, 2));

/** The first element of a data set without preamble: group 0002 or 0008 with a short value. */
function looksLikeBareDataSet(bytes: Uint8Array): boolean {
  if (bytes.length < 16) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const group = view.getUint16(0, true);
  if (group !== 0x0002 && group !== 0x0008) return false;
  return explicitAt(bytes, 0) || view.getUint32(4, true) < 1024;
}
