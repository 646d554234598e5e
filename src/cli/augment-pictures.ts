import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { LabelledImage } from "../augmentation/labelled-image.ts";
import { resized } from "../augmentation/resized.ts";
import { greyOfPicture } from "../dataset/report/grey-picture.ts";
import { InputError } from "../error/input-error.ts";
import { decodePng } from "../image/decode-png.ts";
import type { Picture } from "../image/picture.ts";

/** Longer side of the pictures that are augmented; larger ones are shrunk, as they are for networks. */
const LARGEST_SIDE_PX = 192;

/** Picture files as they are, without labels. */
export async function picturesOfFiles(paths: readonly string[]): Promise<LabelledImage[]> {
  return await Promise.all(
    paths.map(async (path) => shrunk(labelled(await readPng(path, path), { landmarks: [] }))),
  );
}

/**
 * Pictures from all over a data set folder, `images/NAME.png` with `classes/NAME.png` and the landmarks of `samples.jsonl`, or of the
 * blocks while the data set is still being made.
 */
export async function picturesOfDataSet(directory: string, count: number): Promise<LabelledImage[]> {
  const names = (await namesIn(directory, "images")).filter((name) => name.endsWith(".png")).toSorted();
  if (names.length === 0)
    throw new InputError("augment-data", `there is no picture in ${join(directory, "images")}`, {
      remedy: "give a data set with the output folder, which has images/*.png, or picture files",
    });
  const chosen = Array.from(
    { length: Math.min(count, names.length) },
    (_, n) => names[Math.floor((n * names.length) / Math.min(count, names.length))],
  );
  const landmarks = await landmarksOf(
    directory,
    new Set(chosen.map((name) => Number(basename(name, ".png")))),
  );
  const classNames = new Set(await namesIn(directory, "classes").catch(() => []));
  return await Promise.all(
    chosen.map(async (name) => {
      const picture = await readPng(join(directory, "images", name), `images/${name}`);
      const classes = classNames.has(name)
        ? await readPng(join(directory, "classes", name), `classes/${name}`)
        : undefined;
      if (classes && (classes.widthPx !== picture.widthPx || classes.heightPx !== picture.heightPx))
        throw new InputError(
          "augment-data",
          `classes/${name} has ${classes.widthPx} × ${classes.heightPx} pixels, its picture ${picture.widthPx} × ${picture.heightPx}`,
        );
      return shrunk(
        labelled(picture, {
          ...(classes ? { classes: Uint8Array.from(classes.pixels) } : {}),
          landmarks: landmarks.get(Number(basename(name, ".png"))) ?? [],
        }),
      );
    }),
  );
}

function labelled(
  picture: Picture,
  labels: Pick<LabelledImage, "landmarks"> & Partial<Pick<LabelledImage, "classes">>,
): LabelledImage {
  const { widthPx, heightPx, values } = greyOfPicture(picture);
  return { widthPx, heightPx, pixels: values, ...labels };
}

function shrunk(image: LabelledImage): LabelledImage {
  const factor = LARGEST_SIDE_PX / Math.max(image.widthPx, image.heightPx);
  if (factor >= 1) return image;
  const [width, height] = [image.widthPx, image.heightPx].map((side) =>
    Math.max(1, Math.round(side * factor)),
  );
  return resized(image, width, height);
}

async function namesIn(directory: string, part: string): Promise<string[]> {
  return await readdir(join(directory, part)).catch(async (cause: NodeJS.ErrnoException) => {
    const isThere = await readdir(directory).then(
      () => true,
      () => false,
    );
    throw new InputError(
      "augment-data",
      isThere ? `${directory} has no folder ${part}` : `there is no folder ${directory} that can be read`,
      { remedy: "give the folder of a data set with the output folder, or picture files", cause },
    );
  });
}

async function readPng(path: string, name: string): Promise<Picture> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === "ENOENT" ? "there is no such file" : (cause.code ?? cause.message);
    throw new InputError("augment-picture", `cannot read ${name}: ${reason}`, { cause });
  });
  return await decodePng(bytes).catch((cause: unknown) => {
    if (cause instanceof InputError) throw new InputError(cause.code, `${name}: ${cause.message}`, { cause });
    throw cause;
  });
}

interface SampleRecord {
  readonly id: number;
  readonly landmarks?: readonly {
    readonly status: string;
    readonly pixel?: readonly [number, number] | null;
  }[];
}

/** Visible landmarks of some samples, by id. */
async function landmarksOf(
  directory: string,
  ids: ReadonlySet<number>,
): Promise<Map<number, LabelledImage["landmarks"]>> {
  const found = new Map<number, LabelledImage["landmarks"]>();
  for await (const { id, landmarks = [] } of sampleRecords(directory)) {
    if (!ids.has(id)) continue;
    found.set(
      id,
      landmarks.map(({ status, pixel }) =>
        status === "visible" && pixel ? { x: pixel[0], y: pixel[1] } : undefined,
      ),
    );
    if (found.size === ids.size) break;
  }
  return found;
}

async function* sampleRecords(directory: string): AsyncGenerator<SampleRecord> {
  const lines = await readFile(join(directory, "samples.jsonl"), "utf8").catch(() => undefined);
  if (lines !== undefined) {
    for (const line of lines.split("\n"))
      if (line.trim() !== "") yield parsed(line, "samples.jsonl") as SampleRecord;
    return;
  }
  const blocks = await readdir(join(directory, "blocks")).catch((): string[] => []);
  for (const name of blocks.filter((block) => block.endsWith(".json")).toSorted())
    yield* (
      parsed(await readFile(join(directory, "blocks", name), "utf8"), `blocks/${name}`) as {
        samples: SampleRecord[];
      }
    ).samples;
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError("augment-data", `${name} is damaged: ${(cause as Error).message}`, {
      remedy: "run synthex verify DIR",
      cause,
    });
  }
}
