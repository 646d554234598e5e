import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cocoCategories, type CocoInstrument, mergeCoco } from "../../dataset/formats/coco.ts";
import { controlledStudyWriter, type StudyWriter } from "../../dataset/formats/controlled-study.ts";
import { createHdf5 } from "../../dataset/formats/hdf5-file.ts";
import type { FileRecord, ManifestLine } from "../../dataset/manifest.ts";
import { partPath } from "../../dataset/outputs.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { studyImages } from "../../dataset/study-part.ts";
import { InputError } from "../../error/input-error.ts";
import { readBlockRecord } from "./block-files.ts";
import { openByteSource } from "./open-byte-source.ts";
import { partialPath } from "../write-atomically.ts";
import { writeStreamAtomically } from "./write-stream-atomically.ts";

const STUDY = "study.h5";

/** Makes the files of the outputs that span all blocks, from the parts of every block. Memory does not grow with the data set. */
export async function finishOutputs(options: {
  directory: string;
  recipe: Recipe;
  blocks: number;
  /** Where files grow until they are whole. */
  partialFolder: string;
}): Promise<FileRecord[]> {
  const { directory, recipe, blocks, partialFolder } = options;
  const files: FileRecord[] = [];
  const write = async (path: string, pieces: AsyncIterable<string>): Promise<void> => {
    const written = await writeStreamAtomically(join(directory, path), pieces, { partialFolder });
    files.push({ path, ...written });
  };
  if (recipe.outputs.some((output) => output.startsWith("folder")))
    await write("samples.jsonl", withLineEnds(partLines(directory, recipe, blocks, "folder")));
  if (recipe.outputs.includes("coco")) {
    const { structures, landmarks, instruments } = namesOf((await readBlockRecord(directory, 0))?.samples[0]);
    await write(
      "annotations/instances.json",
      mergeCoco({
        description: recipe.name,
        categories: cocoCategories(structures, landmarks, instruments),
        lines: () => partLines(directory, recipe, blocks, "coco"),
      }),
    );
  }
  if (recipe.outputs.includes("hdf5")) files.push(await writeStudy(directory, recipe, blocks, partialFolder));
  return files;
}

/** Names of structures, landmarks and instruments, in the order of every sample. */
export function namesOf(line: ManifestLine | undefined): {
  structures: string[];
  landmarks: string[];
  instruments: readonly CocoInstrument[];
} {
  const names = (entries: unknown): string[] => (entries as { name: string }[]).map(({ name }) => name);
  return {
    structures: names(line?.["structures"] ?? []),
    landmarks: names(line?.["landmarks"] ?? []),
    instruments: (line?.["instruments"] ?? []) as CocoInstrument[],
  };
}

/** Lines of the parts, of samples that belong to the recipe. */
async function* partLines(
  directory: string,
  recipe: Recipe,
  blocks: number,
  part: "coco" | "folder",
): AsyncGenerator<string> {
  for (let block = 0; block < blocks; block++) {
    const end = samplesIn(recipe, block);
    let n = 0;
    const path = join(directory, partPath[part](block));
    await stat(path).catch((cause: NodeJS.ErrnoException) => {
      throw missingPart(partPath[part](block), cause);
    });
    const input = createReadStream(path);
    for await (const line of createInterface({ input })) if (n++ < end) yield line;
  }
}

const samplesIn = ({ imagesPerPatient, count }: Recipe, block: number): number =>
  Math.min(imagesPerPatient, count - block * imagesPerPatient);

async function* withLineEnds(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

/** `study.h5`, in the layout of the controlled study: a group per subject. */
async function writeStudy(
  directory: string,
  recipe: Recipe,
  blocks: number,
  partialFolder: string,
): Promise<FileRecord> {
  const path = join(directory, STUDY);
  const temporary = await partialPath(path, partialFolder);
  await rm(temporary, { force: true });
  const library = (await import("h5wasm/node")).default;
  const target = await createHdf5({ library: library as never, path: temporary });
  let writer: StudyWriter | undefined;
  try {
    for (let block = 0; block < blocks; block++) {
      const file = await openPart(join(directory, partPath.hdf5(block)), partPath.hdf5(block));
      try {
        for await (const { id, part, image } of studyImages(file.source)) {
          if (id >= recipe.count) break;
          writer ??= controlledStudyWriter(target, {
            parameters: { ...part.parameters, intrinsic: Float64Array.from(part.parameters.intrinsic) },
            landmarkNames: part.landmarks.map(({ name }) => name),
            deflateLevel: 4,
          });
          writer.append(part.subject, image);
        }
      } finally {
        await file.close();
      }
    }
  } catch (error) {
    target.close();
    await rm(temporary, { force: true });
    throw error;
  }
  (writer ?? target).close();
  const record = { path: STUDY, ...(await hashedFile(temporary)) };
  await rename(temporary, path);
  return record;
}

/** Length and SHA-256 of a file that may be too long to hold. */
export async function hashedFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).byteLength;
  }
  return { bytes, sha256: hash.digest("hex") };
}

const missingPart = (name: string, cause: NodeJS.ErrnoException): InputError =>
  new InputError("part-missing", `${name} is not there (${cause.code ?? cause.message})`, {
    remedy: "run synthex verify DIR --repair",
    cause,
  });

const openPart = (path: string, name: string): ReturnType<typeof openByteSource> =>
  openByteSource(path, name).catch((error: Error) => {
    throw missingPart(name, error.cause as NodeJS.ErrnoException);
  });
