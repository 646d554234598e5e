import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../error/input-error.ts";
import { decodeJpeg } from "../../image/decode-jpeg.ts";
import { decodeTiffPicture } from "../../image/decode-tiff.ts";
import { picturePixels } from "../../training/examples/picture-pixels.ts";
import { readDicomPictures } from "../../volume/dicom/dicom-pictures.ts";
import { decodedPng, withName } from "./read-file.ts";

/** One grey picture from wherever. */
export interface GreyPicture {
  /** Of the file, with the frame where there are several. */
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** In the file's own unit (PNG and JPEG: 0 to 1), larger is brighter; finite. */
  readonly values: Float32Array;
  /** mm on the panel, where the file says. */
  readonly pixelPitchMm?: number;
  /** Whether bone is bright or dark, where the file says. */
  readonly polarity?: "bone-bright" | "bone-dark";
}

export interface ReadPictureOptions {
  /** Of a DICOM file with several; default the first. */
  readonly frames?: "first" | "all";
}

/** Files of a folder that may be pictures, by their names; DICOM files often have none. */
const PICTURE_NAME = /\.(png|jpe?g|tiff?|dcm|dicom|ima)$|^[^.]+$/i;

/**
 * Reads a picture by what its bytes are: PNG, JPEG, TIFF, DICOM.
 *
 * @throws InputError `picture-kind` where it is none of them, `picture-not-finite`, and those of the formats, with the file's name
 */
export async function pictureOfBytes(
  bytes: Uint8Array,
  name: string,
  options: ReadPictureOptions = {},
): Promise<GreyPicture[]> {
  const pictures = await withName(name, () => decoded(bytes, name, options));
  for (const { values, widthPx, name: each } of pictures) {
    const broken = values.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0)
      throw new InputError(
        "picture-not-finite",
        `${each} has ${values[broken]} at column ${broken % widthPx}, row ${Math.floor(broken / widthPx)}`,
        { remedy: "replace what is not a number and save the picture again" },
      );
  }
  return pictures;
}

async function decoded(bytes: Uint8Array, name: string, options: ReadPictureOptions): Promise<GreyPicture[]> {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) {
    const picture = await decodedPng(bytes);
    return [{ name, widthPx: picture.widthPx, heightPx: picture.heightPx, values: picturePixels(picture) }];
  }
  if (bytes[0] === 0xff && bytes[1] === 0xd8) {
    const picture = await decodeJpeg(bytes);
    return [{ name, widthPx: picture.widthPx, heightPx: picture.heightPx, values: picturePixels(picture) }];
  }
  if ((bytes[0] === 0x49 && bytes[1] === 0x49) || (bytes[0] === 0x4d && bytes[1] === 0x4d))
    return [{ name, ...(await decodeTiffPicture(bytes)) }];
  if (!mayBeDicom(bytes))
    throw new InputError("picture-kind", `${name} is neither PNG, JPEG, TIFF nor DICOM`, {
      remedy: "convert the picture to one of these",
    });
  const pictures = await readDicomPictures(bytes, name, options);
  return pictures.map(({ pixelPitchMm, polarity, ...picture }) => ({
    ...picture,
    ...(pixelPitchMm === undefined ? {} : { pixelPitchMm }),
    ...(polarity === undefined ? {} : { polarity }),
  }));
}

function mayBeDicom(bytes: Uint8Array): boolean {
  if (String.fromCharCode(...bytes.subarray(128, 132)) === "DICM") return true;
  const group = bytes[0] | (bytes[1] << 8);
  return bytes.length > 16 && (group === 2 || group === 8);
}

/** @throws InputError as `pictureOfBytes`, and `file-missing`, `file-unreadable` */
export async function readPicture(path: string, options: ReadPictureOptions = {}): Promise<GreyPicture[]> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const isMissing = cause.code === "ENOENT";
    throw new InputError(
      isMissing ? "file-missing" : "file-unreadable",
      isMissing ? `there is no file ${path}` : `cannot read ${path}: ${cause.code ?? cause.message}`,
      { cause },
    );
  });
  return await pictureOfBytes(bytes, path, options);
}

/**
 * Files that may be pictures, of paths of which folders are walked through, in the order of their names; hidden files are passed over.
 *
 * @throws InputError `file-missing`, `pictures-missing` where a folder holds none
 */
export async function pictureFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
      throw new InputError("file-missing", `there is no file or folder ${path}`, { cause });
    });
    if (!found.isDirectory()) {
      files.push(path);
      continue;
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const inside = entries
      .filter((entry) => entry.isFile() && PICTURE_NAME.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter(
        (file) =>
          !file
            .slice(path.length)
            .split(/[/\\]/)
            .some((part) => part.startsWith(".")),
      )
      .toSorted();
    if (inside.length === 0)
      throw new InputError("pictures-missing", `${path} holds no PNG, JPEG, TIFF or DICOM file`);
    files.push(...inside);
  }
  return files;
}
