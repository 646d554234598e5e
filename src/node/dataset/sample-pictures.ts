import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { CocoPart } from "../../dataset/formats/coco.ts";
import { sampleName } from "../../dataset/formats/encoded-file.ts";
import { maskFromRunLengths, parseRunText } from "../../dataset/formats/run-lengths.ts";
import { indexTar, readTarMember } from "../../dataset/formats/tar-shard.ts";
import { decodeTiff } from "../../dataset/formats/tiff.ts";
import type { ManifestLine } from "../../dataset/manifest.ts";
import { partPath } from "../../dataset/outputs.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { type GreyPicture, greyOfPicture, greyOfTiff } from "../../dataset/report/grey-picture.ts";
import { masksOfClasses, type SampleMasks } from "../../dataset/report/report-tile.ts";
import { InputError } from "../../error/input-error.ts";
import { decodePng } from "../../image/decode-png.ts";
import { openByteSource } from "./open-byte-source.ts";

/** Reads pictures and masks of samples back from whatever outputs a data set has. */
export interface SamplePictures {
  /** @throws InputError with the file's name where it is not there or damaged */
  grey(line: ManifestLine): Promise<GreyPicture>;
  /** Whole masks where COCO is an output, else those of the classes; undefined where there are neither. */
  masks(line: ManifestLine): Promise<SampleMasks | undefined>;
}

/** Files of a sample by what they are; the first pattern that fits is used. */
const PICTURE_FILES = [/^images\/[^/]+\.(png|tiff)$/, /^proj\/[^/]+\.tiff$/];
const CLASS_FILES = [/^classes\/[^/]+\.png$/, /^seg\/[^/]+\.png$/];

/** Outputs that keep the samples of a block in one tar file, and how its members end. */
const TARS = {
  webdataset: { pictures: [".png", ".tiff"], classes: ".cls.png" },
  hdf5: { pictures: [".tiff"], classes: ".png" },
} as const;

/** Undefined where no output of the recipe holds pictures that can be read here: DICOM or area densities alone. */
export function samplePictures(directory: string, recipe: Recipe): SamplePictures | undefined {
  const { outputs, imagesPerPatient } = recipe;
  const hasFiles = outputs.some((output) => output.startsWith("folder") || output.startsWith("paper"));
  const tar = outputs.find((output) => output === "webdataset" || output === "hdf5");
  if (!hasFiles && !tar) return undefined;
  const blockOf = ({ id }: ManifestLine): number => Math.floor(id / imagesPerPatient);

  const bytesOf = async (
    line: ManifestLine,
    patterns: readonly RegExp[],
    endings: readonly string[],
  ): Promise<{ name: string; bytes: Uint8Array }> => {
    const file = patterns
      .map((pattern) => line.files.find(({ path }) => pattern.test(path)))
      .find((found) => found !== undefined);
    if (file) return { name: file.path, bytes: await bytesOfFile(directory, file.path) };
    if (!tar) throw new InputError("picture-missing", `the manifest names no picture of sample ${line.id}`);
    return await tarMember(directory, partPath[tar](blockOf(line)), sampleName(line.id), endings);
  };

  return {
    async grey(line) {
      const { name, bytes } = await bytesOf(line, PICTURE_FILES, tar ? TARS[tar].pictures : []);
      if (name.endsWith(".tiff")) return greyOfTiff(decodeTiff(bytes, name));
      return greyOfPicture(await pngOf(bytes, name));
    },
    async masks(line) {
      const structures = (line as { structures?: unknown[] }).structures?.length ?? 0;
      if (structures === 0) return undefined;
      if (outputs.includes("coco"))
        return await cocoMasks(directory, partPath.coco(blockOf(line)), { id: line.id, structures });
      // The tool layout has the mask of one structure and no classes.
      const hasClasses = tar !== undefined || outputs.some((output) => /^(folder|paper-files)/.test(output));
      if (!hasClasses) return undefined;
      const { name, bytes } = await bytesOf(line, CLASS_FILES, tar ? [TARS[tar].classes] : []);
      return masksOfClasses((await pngOf(bytes, name)).pixels, structures);
    },
  };
}

async function pngOf(bytes: Uint8Array, name: string): ReturnType<typeof decodePng> {
  try {
    return await decodePng(bytes);
  } catch (cause) {
    if (cause instanceof InputError) throw new InputError(cause.code, `${name}: ${cause.message}`, { cause });
    throw cause;
  }
}

async function bytesOfFile(directory: string, path: string): Promise<Uint8Array> {
  return await readFile(join(directory, path)).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(
      "picture-missing",
      cause.code === "ENOENT" ? `${path} is not there` : `cannot read ${path}: ${cause.code}`,
      { cause },
    );
  });
}

async function tarMember(
  directory: string,
  path: string,
  sample: string,
  endings: readonly string[],
): Promise<{ name: string; bytes: Uint8Array }> {
  const { source, close } = await openByteSource(join(directory, path), path);
  try {
    for await (const place of indexTar(source))
      if (endings.some((ending) => place.path === `${sample}${ending}`))
        return { name: place.path, bytes: await readTarMember(source, place) };
  } finally {
    await close();
  }
  throw new InputError("picture-missing", `${path} holds no picture of sample ${sample}`);
}

/** The masks of one sample from the part file of its block. */
async function cocoMasks(
  directory: string,
  path: string,
  { id, structures }: { id: number; structures: number },
): Promise<SampleMasks | undefined> {
  const masks: (Uint8Array | undefined)[] = new Array<undefined>(structures).fill(undefined);
  const input = createReadStream(join(directory, path));
  try {
    for await (const text of createInterface({ input })) {
      if (!text.startsWith(`{"image":{"id":${id},`)) continue;
      for (const { category_id: category, segmentation } of (JSON.parse(text) as CocoPart).annotations) {
        // The last category is the patient with its landmarks.
        if (category > structures) continue;
        const [height, width] = segmentation.size;
        masks[category - 1] = maskFromRunLengths(parseRunText(segmentation.counts, width, height));
      }
      return masks;
    }
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError("coco-part-damaged", `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    input.destroy();
  }
  throw new InputError("coco-part-damaged", `${path} does not hold sample ${id}`);
}
