import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { z } from "zod";
import type { ImagePoint } from "../../augmentation/labelled-image.ts";
import { indexAreaDensities, readAreaDensity } from "../../dataset/formats/area-density-record.ts";
import { decodeTiff } from "../../dataset/formats/tiff.ts";
import { fileRecord } from "../../dataset/manifest.ts";
import { partPath } from "../../dataset/outputs.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { deviceById, resizedDevice } from "../../geometry/device.ts";
import { checkedBy } from "../../scene/document.ts";
import { picturePixels } from "../../training/examples/picture-pixels.ts";
import { openByteSource } from "../dataset/open-byte-source.ts";
import { nodeInflate } from "../inflate.ts";
import type { ImageSource, SourceLabels } from "./labelled-images.ts";
import { indexLines } from "./line-index.ts";
import { bytesOfFile, readPng, withName } from "./read-file.ts";

const finite = z.number();
const inside = fileRecord.shape.path;

/** A line of samples.jsonl, as far as it is read here (src/dataset/formats/folder.ts). */
const sampleLine = z.object({
  id: z.int().min(0),
  subject: z.string(),
  split: z.enum(["train", "validation", "test"]),
  image: inside,
  window: z.object({ black: finite, white: finite }).optional(),
  classes: inside,
  widthPx: z.int().min(1),
  heightPx: z.int().min(1),
  landmarks: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      pixel: z.tuple([finite, finite]).nullable(),
    }),
  ),
  structures: z.array(z.object({ name: z.string(), classValue: z.int(), mask: inside.optional() })),
});
type SampleLine = z.output<typeof sampleLine>;

interface Kept {
  readonly id: number;
  readonly subject: string;
  readonly split: "train" | "validation" | "test";
}

const VERIFY = "run synthex verify DIR --repair";

/**
 * A data set of ours by its folder output. Where it is still growing, the blocks that are complete. Area densities, where they are an output,
 * are found by an index of their block's file, made when a sample of it is first asked for.
 *
 * @param targets `classes` reads the class pictures though there are masks: they know which structure is in front
 * @throws InputError `data-set-empty`, `sample-line-invalid`, `sample-line`
 */
export async function openGeneratedFolder(
  folder: string,
  recipe: Recipe,
  targets?: "classes" | "masks",
): Promise<ImageSource> {
  const files = await lineFiles(folder);
  const index = await indexLines(files, (content, where): Kept => {
    const { id, subject, split } = checkedLine(content, where);
    return { id, subject, split };
  });
  if (index.kept.length === 0)
    throw new InputError("data-set-empty", `${folder} holds no complete sample yet`, {
      remedy: "run synthex generate with its recipe first",
    });
  const first = checkedLine(await index.line(0), files[0].name);
  const structures = first.structures.map(({ name }) => name);
  const landmarks = first.landmarks.map(({ name }) => name);
  const hasMasks =
    targets !== "classes" &&
    first.structures.length > 0 &&
    first.structures.every(({ mask }) => mask !== undefined);
  const pixelPitchMm = pitchOf(recipe, first);
  const subjects = interned(index.kept);

  const lineOf = async (n: number): Promise<SampleLine> => {
    const { id } = index.kept[n];
    const line = checkedLine(await index.line(n), `${folder}, sample ${id}`);
    const [here, there] = [line, first].map(({ structures: s, landmarks: l }) =>
      [...s, ...l].map(({ name }) => name).join("\n"),
    );
    if (here !== there)
      throw new InputError(
        "sample-line",
        `${folder}: sample ${id} has other structures or landmarks than sample ${first.id}`,
        { remedy: VERIFY },
      );
    return line;
  };
  const labelsOf = async (line: SampleLine): Promise<SourceLabels> => {
    const { widthPx, heightPx } = line;
    const read = async (path: string): Promise<Uint8Array | Uint16Array> => {
      const picture = await readPng(folder, path, VERIFY);
      checkSize(join(folder, path), picture, line);
      return picture.pixels as Uint8Array | Uint16Array;
    };
    return {
      widthPx,
      heightPx,
      ...(hasMasks
        ? {
            masks: await Promise.all(
              line.structures.map(async ({ mask }) =>
                Uint8Array.from(await read(mask as string), (value) => (value ? 1 : 0)),
              ),
            ),
          }
        : { classes: await read(line.classes) }),
      landmarks: line.landmarks.map(({ status, pixel }): ImagePoint | undefined =>
        status === "visible" && pixel ? { x: pixel[0], y: pixel[1] } : undefined,
      ),
      ...(pixelPitchMm === undefined ? {} : { pixelPitchMm }),
    };
  };
  const places = areaDensityPlaces(folder);
  return {
    name: folder,
    kind: "folder",
    structures,
    landmarks,
    unions: {},
    targets: hasMasks ? "masks" : "classes",
    count: index.kept.length,
    id: (n) => String(index.kept[n].id),
    split: (n) => index.kept[n].split,
    subject: (n) => subjects[n],
    patient: (n) => `${subjects[n]} ${Math.floor(index.kept[n].id / recipe.imagesPerPatient)}`,
    async readSource(n) {
      const line = await lineOf(n);
      return { pixels: await pixelsOf(folder, line), labels: await labelsOf(line) };
    },
    readDensities: recipe.outputs.includes("area-density")
      ? async (n, sizePx) => {
          const line = await lineOf(n);
          const path = partPath["area-density"](Math.floor(line.id / recipe.imagesPerPatient));
          const shrink = shrinkFor(line, sizePx);
          const record = await places(path, line.id, shrink);
          const { widthPx, heightPx } = record.areaDensity;
          const whole = { widthPx: widthPx * shrink, heightPx: heightPx * shrink };
          checkSize(`${join(folder, path)}, sample ${line.id}`, whole, line);
          return { sample: line.id, record, labels: await labelsOf(line) };
        }
      : undefined,
    close: async () => undefined,
  };
}

/** `samples.jsonl`, or the parts that it will be made of. */
async function lineFiles(folder: string): Promise<{ path: string; name: string }[]> {
  const whole = join(folder, "samples.jsonl");
  if (await stat(whole).catch(() => undefined)) return [{ path: whole, name: whole }];
  const parts = join(folder, "parts", "folder");
  const names = (await readdir(parts).catch(() => [])).filter((name) => name.endsWith(".jsonl")).toSorted();
  return names.map((name) => ({ path: join(parts, name), name: join(parts, name) }));
}

function checkedLine(content: unknown, where: string): SampleLine {
  return checkedBy(sampleLine, content, {
    kind: "sample-line",
    remedy: VERIFY,
    placeOf: (field) => `${where}: ${field.join(".") || "line"}`,
  });
}

/** One string a subject, however many samples it has. */
function interned(kept: readonly Kept[]): readonly string[] {
  const known = new Map<string, string>();
  return kept.map(({ subject }) => {
    if (!known.has(subject)) known.set(subject, subject);
    return known.get(subject) as string;
  });
}

async function pixelsOf(folder: string, line: SampleLine): Promise<Float32Array> {
  const name = join(folder, line.image);
  if (line.image.endsWith(".tiff")) {
    const tiff = decodeTiff(await bytesOfFile(folder, line.image, VERIFY), name);
    checkSize(name, tiff, line);
    return tiff.pixels instanceof Float32Array ? tiff.pixels : Float32Array.from(tiff.pixels);
  }
  const picture = await readPng(folder, line.image, VERIFY);
  checkSize(name, picture, line);
  return picturePixels(picture, line.window);
}

function checkSize(
  name: string,
  found: { widthPx: number; heightPx: number },
  wanted: { widthPx: number; heightPx: number },
): void {
  if (found.widthPx !== wanted.widthPx || found.heightPx !== wanted.heightPx)
    throw new InputError(
      "labels-size",
      `${name} is ${found.widthPx} × ${found.heightPx} pixels, its sample ${wanted.widthPx} × ${wanted.heightPx}`,
      {
        remedy:
          "area densities are those of the whole panel: a recipe whose processing crops its pictures can be trained on its images alone",
      },
    );
}

/** mm on the panel; undefined where the recipe's processing made other pixels than its device's. */
export function pitchOf(
  recipe: Recipe,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): number | undefined {
  const device = deviceById(recipe.device);
  const resized = recipe.sizePx === undefined ? device : resizedDevice(device, recipe.sizePx);
  return resized.widthPx === widthPx && resized.heightPx === heightPx ? resized.pixelPitchMm : undefined;
}

/** The largest whole factor that leaves the longer side at least `sizePx`. */
function shrinkFor({ widthPx, heightPx }: SampleLine, sizePx: number | undefined): number {
  if (sizePx === undefined) return 1;
  for (let factor = Math.floor(Math.max(widthPx, heightPx) / sizePx); factor > 1; factor--)
    if (widthPx % factor === 0 && heightPx % factor === 0) return factor;
  return 1;
}

/** Reads records by their sample; where they lie in a file is found out once. */
function areaDensityPlaces(folder: string) {
  const offsets = new Map<string, Promise<ReadonlyMap<number, number>>>();
  return async (path: string, id: number, shrink: number) => {
    const name = join(folder, path);
    const { source, close } = await openByteSource(name);
    try {
      let known = offsets.get(path);
      if (!known) {
        known = (async () => {
          const found = new Map<number, number>();
          for await (const place of indexAreaDensities(source)) found.set(place.id, place.offset);
          return found;
        })();
        offsets.set(path, known);
        // A file that could not be read may have been repaired by the next time.
        known.catch(() => offsets.delete(path));
      }
      const offset = (await known).get(id);
      if (offset === undefined)
        throw new InputError("area-density-missing", `${name} holds no record of sample ${id}`, {
          remedy: VERIFY,
        });
      return await withName(name, () =>
        readAreaDensity(source, offset, { inflate: nodeInflate, crc32, shrink }),
      );
    } finally {
      await close();
    }
  };
}
