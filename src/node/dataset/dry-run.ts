import { join } from "node:path";
import { constraintInWords } from "../../dataset/check-constraints.ts";
import { blockCount, drawPatient } from "../../dataset/draw-patient.ts";
import { sampleName } from "../../dataset/formats/encoded-file.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import type { Sample } from "../../dataset/render-sample.ts";
import { contactSheet, type ContactSheetTile } from "../../image/contact-sheet.ts";
import { nodeProjector } from "../node-projector.ts";
import { writeAtomically } from "../write-atomically.ts";
import { encodePngFast, overlayOf } from "../write-simulation.ts";
import { folderFailure } from "../folder-failure.ts";
import { labelRuleTiles } from "./label-rule-tiles.ts";
import type { LoadedRecipe } from "./load-recipe.ts";
import { patientShelf } from "./patient-shelf.ts";
import { renderBlock } from "./render-block.ts";
import { readRecipeMeshes } from "./recipe-meshes.ts";
import { subjectLibrary } from "./subject-library.ts";

/** What a recipe will make and cost, told from a handful of its samples. */
export interface DryRun {
  readonly samples: number;
  readonly patients: number;
  readonly splits: Readonly<Record<string, number>>;
  readonly subjects: readonly { name: string; split: string; samples: number; licence?: string }[];
  /** Processor time of one thread, on this machine as busy as it was. */
  readonly measured: {
    readonly samples: number;
    readonly patients: number;
    readonly secondsPerSample: number;
    /** To read and prepare a patient (a subject in one variation), once for all its samples. */
    readonly secondsPerPatient: number;
    readonly bytesPerSample: number;
    readonly filesPerSample: number;
  };
  readonly forecast: {
    readonly workers: number;
    readonly coreHours: number;
    /** Where every worker has a core of its own. */
    readonly seconds: number;
    readonly memoryBytes: number;
    readonly diskBytes: number;
    readonly files: number;
  };
  /** Share of the drawn views that satisfied all constraints. */
  readonly accepted: number;
  readonly rejections: readonly { constraint: string; refused: number }[];
  readonly pictures: readonly string[];
}

const SHEET_SAMPLES = 16;
const TILE_PX = 384;

/**
 * Renders samples from blocks all over the recipe, of different subjects where there are, and writes pictures of them; makes no
 * data set.
 *
 * @throws InputError whatever making the data set would stumble over in these samples
 */
export async function dryRun(options: {
  loaded: LoadedRecipe;
  directory: string;
  workers: number;
  onProgress?: (samples: number, total: number) => void;
}): Promise<DryRun> {
  const { loaded, directory, workers } = options;
  const { recipe, folder } = loaded;
  const blocks = chosenBlocks(recipe);
  const perBlock = Math.ceil(SHEET_SAMPLES / blocks.length);
  const total = blocks.reduce((sum, block) => sum + Math.min(perBlock, sizeOf(recipe, block)), 0);
  const projector = nodeProjector({ threads: 1 });
  const shelf = patientShelf(projector);
  const subjects = subjectLibrary(recipe, folder);
  const meshes = await readRecipeMeshes(recipe, folder);
  const rssAtStart = process.memoryUsage.rss();
  let rssAtWork = rssAtStart;

  const tiles: ContactSheetTile[] = [];
  let ruleTiles: ContactSheetTile[] = [];
  const refused = recipe.constraints.map(() => 0);
  const [sampleSeconds, patientSeconds]: [number[], number[]] = [[], []];
  let [bytes, files, made] = [0, 0, 0];
  try {
    for (const block of blocks) {
      let first: Sample | undefined;
      let since = cpuSeconds();
      const own: number[] = [];
      const record = await renderBlock({
        recipe,
        recipeHash: "",
        block,
        subjects,
        patients: shelf,
        meshes,
        samples: perBlock,
        sink: async () => undefined,
        onSample(sample) {
          own.push(cpuSeconds() - since);
          // While samples are made; the pictures of this dry run are no part of it.
          rssAtWork = Math.max(rssAtWork, process.memoryUsage.rss());
          first ??= sample;
          made++;
          sample.rejections.forEach((count, n) => {
            refused[n] += count;
          });
          tiles.push(tileOf(sample));
          options.onProgress?.(made, total);
          // The sheet is no part of what the data set costs.
          since = cpuSeconds();
        },
        async onPatient(anatomy) {
          // After the samples of the first block, so that it disturbs neither their times nor the patient.
          if (ruleTiles.length === 0 && block === blocks[0] && first)
            ruleTiles = await labelRuleTiles({ anatomy, sample: first, recipe, projector, tilePx: TILE_PX });
        },
      });
      // The first sample of a block also waits for the patient.
      sampleSeconds.push(...(own.length > 1 ? own.slice(1) : own));
      if (own.length > 1) patientSeconds.push(Math.max(0, own[0] - median(own.slice(1))));
      const produced = [...record.samples.flatMap((sample) => sample.files), ...record.parts];
      // Parts are there twice: once a block, once in what the merge makes of them; and so are the records.
      for (const file of produced) bytes += file.bytes * (file.path.startsWith("parts/") ? 2 : 1);
      bytes += 2 * JSON.stringify(record).length;
      files += record.samples.flatMap((sample) => sample.files).length;
    }
  } finally {
    await projector.close();
  }
  const workerBytes = rssAtWork - rssAtStart;
  const patients = blockCount(recipe);
  const [secondsPerSample, secondsPerPatient] = [median(sampleSeconds), median(patientSeconds)];
  const seconds = recipe.count * secondsPerSample + patients * secondsPerPatient;
  const views = made + refused.reduce((sum, count) => sum + count, 0);
  return {
    samples: recipe.count,
    patients,
    ...countsOf(recipe),
    measured: {
      samples: made,
      patients: blocks.length,
      secondsPerSample,
      secondsPerPatient,
      bytesPerSample: bytes / made,
      filesPerSample: files / made,
    },
    forecast: {
      workers,
      coreHours: seconds / 3600,
      seconds: seconds / Math.max(1, Math.min(workers, patients)),
      memoryBytes: rssAtStart + Math.min(workers, patients) * workerBytes,
      diskBytes: (bytes / made) * recipe.count,
      files: Math.round((files / made) * recipe.count) + patients,
    },
    accepted: made / views,
    rejections: recipe.constraints.map((constraint, n) => ({
      constraint: constraintInWords(constraint),
      refused: refused[n],
    })),
    pictures: await writePictures(directory, recipe, tiles, ruleTiles),
  };
}

async function writePictures(
  directory: string,
  recipe: Recipe,
  tiles: readonly ContactSheetTile[],
  ruleTiles: readonly ContactSheetTile[],
): Promise<string[]> {
  const sheets = [
    {
      name: "dry-run.png",
      sheet: contactSheet(tiles, {
        tilePx: TILE_PX,
        columns: 4,
        title: recipe.name,
        caption: `${tiles.length} of ${recipe.count} samples, seed ${recipe.seed}`,
      }),
    },
    ...(ruleTiles.length === 0
      ? []
      : [
          {
            name: "label-rules.png",
            sheet: contactSheet(ruleTiles, {
              tilePx: TILE_PX,
              columns: 2,
              title: `${recipe.name}: rules of labels`,
              caption: "left: any ray that meets the label; right: by the recipe",
            }),
          },
        ]),
  ];
  try {
    for (const { name, sheet } of sheets)
      await writeAtomically(join(directory, name), await encodePngFast(sheet));
  } catch (error) {
    throw folderFailure(error, directory);
  }
  return sheets.map(({ name }) => join(directory, name));
}

const tileOf = (sample: Sample): ContactSheetTile => ({
  picture: overlayOf(sample.simulation, TILE_PX),
  title: `${sampleName(sample.id)} ${sample.subject.name ?? ""}`,
  caption: `LAO ${sample.view.laoDeg.toFixed(0)}°, CRA ${sample.view.craDeg.toFixed(0)}°, ${sample.scene.beam.kv.toFixed(0)} kV`,
});

/** A few blocks: first one of every subject as they come, then spread evenly; as many as the sheet needs. */
function chosenBlocks(recipe: Recipe): number[] {
  const blocks = blockCount(recipe);
  const wanted = Math.min(
    blocks,
    Math.max(recipe.subjects.length > 4 ? 8 : 4, Math.ceil(SHEET_SAMPLES / recipe.imagesPerPatient)),
  );
  const chosen = new Set<number>();
  const subjects = new Set<string>();
  for (let block = 0; block < blocks && subjects.size < Math.min(recipe.subjects.length, wanted); block++) {
    const name = drawPatient(recipe, block).subject.name ?? "";
    if (subjects.has(name)) continue;
    subjects.add(name);
    chosen.add(block);
  }
  for (let n = 0; chosen.size < wanted; n++) {
    const block = Math.floor(((n + 0.5) * blocks) / wanted) % blocks;
    if (n < wanted) chosen.add(block);
    // Evenly spread ones were taken already: any others do.
    else chosen.add(n - wanted);
  }
  return [...chosen].toSorted((a, b) => a - b);
}

function sizeOf(recipe: Recipe, block: number): number {
  const { first, end } = drawPatient(recipe, block);
  return end - first;
}

function countsOf(recipe: Recipe): Pick<DryRun, "splits" | "subjects"> {
  const samples = new Map<string, number>();
  for (let block = 0; block < blockCount(recipe); block++) {
    const { subject, first, end } = drawPatient(recipe, block);
    const name = subject.name ?? "";
    samples.set(name, (samples.get(name) ?? 0) + end - first);
  }
  const subjects = recipe.subjects.map(({ name = "", split, licence }) => ({
    name,
    split,
    samples: samples.get(name) ?? 0,
    ...(licence === undefined ? {} : { licence }),
  }));
  const splits: Record<string, number> = {};
  for (const { split, samples: count } of subjects) splits[split] = (splits[split] ?? 0) + count;
  return { splits, subjects };
}

/** Processor time of all threads of this process. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
