import type { Context, NativeCodecs } from "dcmjs-codecs";
import { InputError } from "../../error/input-error.ts";
import { codestreamSize } from "./codestream-size.ts";
import type { PixelCoding } from "./transfer-syntax.ts";

/** One compressed picture and what its file says of it. */
export interface CompressedFrame {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly coding: Exclude<PixelCoding, "native">;
  readonly columns: number;
  readonly rows: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly signed: boolean;
}

/** Gives the stored words of a frame, low byte first, `bitsAllocated` bits each. */
export type DecodeFrame = (frame: CompressedFrame) => Uint8Array;

/**
 * Loads the codecs (one WebAssembly module for RLE, JPEG, JPEG-LS and JPEG 2000) when the first compressed file needs them.
 * @param moduleUrl where browsers fetch the module; Node finds it by itself
 */
export async function loadFrameCodecs(moduleUrl?: string): Promise<DecodeFrame> {
  const { default: library } = await import("dcmjs-codecs");
  library.log.setLevel("silent");
  const initialise = () =>
    library.NativeCodecs.initializeAsync(
      moduleUrl === undefined ? {} : { webAssemblyModulePathOrUrl: moduleUrl },
    );
  if (!library.NativeCodecs.isInitialized()) await initialise();
  return (frame) => {
    checkSize(frame);
    const byteLength = (frame.columns * frame.rows * frame.bitsAllocated) / 8;
    let decoded: Uint8Array | undefined;
    try {
      const context = new library.Context({
        width: frame.columns,
        height: frame.rows,
        bitsAllocated: frame.bitsAllocated,
        bitsStored: frame.bitsStored,
        samplesPerPixel: 1,
        pixelRepresentation: frame.signed ? 1 : 0,
        planarConfiguration: 0,
        photometricInterpretation: "MONOCHROME2",
        encodedBuffer: frame.bytes,
      });
      decoded = decodeWith(library.NativeCodecs, frame.coding, context).getDecodedBuffer();
    } catch (cause) {
      // An interrupted WebAssembly module is not used again; the next call of `loadFrameCodecs` makes a new one.
      library.NativeCodecs.release();
      throw damaged(frame, cause);
    }
    // Codecs may add a byte or a wider word; fewer than promised is damage.
    if (!decoded || decoded.length < byteLength) throw damaged(frame, undefined);
    return decoded.subarray(0, byteLength);
  };
}

function decodeWith(
  codecs: typeof NativeCodecs,
  coding: CompressedFrame["coding"],
  context: Context,
): Context {
  switch (coding) {
    case "rle":
      return codecs.decodeRle(context);
    case "jpeg":
      return codecs.decodeJpeg(context);
    case "jpeg-ls":
      return codecs.decodeJpegLs(context);
    case "jpeg-2000":
      return codecs.decodeJpeg2000(context);
    case "ht-jpeg-2000":
      return codecs.decodeHtJpeg2000(context);
  }
}

/** The picture must be as large as the file says before a codec takes memory for it. */
function checkSize(frame: CompressedFrame): void {
  if (frame.coding === "rle") {
    // A run of PackBits makes at most 128 bytes of two.
    if ((frame.columns * frame.rows * frame.bitsAllocated) / 8 > 64 * frame.bytes.length)
      throw damaged(frame, undefined);
    return;
  }
  const size = codestreamSize(frame.bytes, frame.coding);
  if (!size) throw damaged(frame, undefined);
  if (size.columns !== frame.columns || size.rows !== frame.rows || size.components !== 1)
    throw new InputError(
      "dicom-pixel-size",
      `${frame.name} says ${frame.columns} × ${frame.rows} pixels, but its compressed picture has ${size.columns} × ${size.rows} of ${size.components} component(s)`,
      { remedy: "export the series again" },
    );
}

const damaged = (frame: CompressedFrame, cause: unknown): InputError =>
  new InputError("dicom-damaged", `${frame.name}: its ${frame.coding} pixel data is cut short or damaged`, {
    remedy: "copy or export the file again",
    cause,
  });
