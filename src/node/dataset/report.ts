import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { type ManifestLine, parseManifestLine } from "../../dataset/manifest.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { chosenSamples, shownSamples } from "../../dataset/report/chosen-samples.ts";
import { fingerprint } from "../../dataset/report/fingerprint.ts";
import { greyTally } from "../../dataset/report/grey-statistics.ts";
import { type ManifestStatistics, manifestTally } from "../../dataset/report/manifest-statistics.ts";
import { type NearDuplicates, nearDuplicates } from "../../dataset/report/near-duplicates.ts";
import type { ReportCard, ReportTile } from "../../dataset/report/report-card.ts";
import { reportFindings } from "../../dataset/report/report-findings.ts";
import { reportTile, smallPng } from "../../dataset/report/report-tile.ts";
import { InputError } from "../../error/input-error.ts";
import type { Finding } from "../../volume/finding.ts";
import { deflateData } from "../deflate.ts";
import { softwareVersion } from "../software-version.ts";
import { readDataSet } from "./data-set-folder.ts";
import { recipeHash } from "./load-recipe.ts";
import { realGreys } from "./real-pictures.ts";
import { type SamplePictures, samplePictures } from "./sample-pictures.ts";

const MOST_TILES = 20;
const TILE_PX = 300;
const PAIR_PX = 160;

export interface ReportOptions {
  readonly directory: string;
  /** Folder of real radiographs to hold the grey values against. */
  readonly real?: string;
  /** Pictures that are read for grey values and near-duplicates. */
  readonly mostPictures: number;
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/**
 * Looks over a finished data set: its manifest line by line, and an even selection of its pictures. Memory does not grow with the number
 * of samples. A picture that cannot be read becomes a finding.
 *
 * @throws InputError `data-set-missing`, `manifest-missing`, `manifest-line`, `real-folder`, `real-pictures`
 */
export async function reportCard(options: ReportOptions): Promise<ReportCard> {
  const { directory, mostPictures, onProgress } = options;
  const { recipe, sources } = await readDataSet(directory);
  const wanted = new Set(chosenSamples(recipe.count, mostPictures));
  const shown = new Set(shownSamples(recipe.count, MOST_TILES));
  const manifest = await readManifest(directory, recipe, { wanted: [wanted, shown], onProgress });
  const { statistics } = manifest;

  const pictures = samplePictures(directory, recipe);
  const looked = pictures
    ? await lookAtPictures(pictures, manifest.lines, { wanted, shown, onProgress })
    : undefined;
  const real =
    options.real === undefined
      ? undefined
      : await realGreys(options.real, {
          most: mostPictures,
          onProgress: (done, total) => onProgress?.("real pictures", done, total),
        });

  const findings = reportFindings({
    recipe,
    ctHashes: new Map(
      Object.entries(sources).flatMap(([name, { ct }]) => (ct === undefined ? [] : [[name, ct]])),
    ),
    statistics,
    duplicates: looked?.duplicates,
  });
  return {
    recipe,
    recipeHash: recipeHash(recipe),
    software: `synthex ${softwareVersion()}`,
    statistics,
    bytes: manifest.bytes,
    tiles: looked?.tiles ?? [],
    greys: looked?.greys,
    real:
      real && options.real !== undefined
        ? { folder: basename(resolve(options.real)), greys: real.greys }
        : undefined,
    duplicates: looked?.duplicates,
    alike: looked?.alike ?? new Map(),
    findings: [
      ...unreadable("picture-unreadable", "error", "of the data set's pictures", looked?.broken ?? []),
      ...unreadable("real-unreadable", "warning", "of the real pictures", real?.unreadable ?? []),
      ...(pictures ? [] : [NO_PICTURES]),
      ...findings,
    ],
  };
}

const NO_PICTURES: Finding = {
  code: "no-pictures",
  severity: "info",
  message:
    "No output of the recipe holds pictures that a report can show (folder, paper-files, hdf5, webdataset do).",
};

function unreadable(
  code: string,
  severity: Finding["severity"],
  what: string,
  broken: readonly string[],
): Finding[] {
  if (broken.length === 0) return [];
  return [{ code, severity, message: `${broken.length} ${what} cannot be read; the first: ${broken[0]}.` }];
}

interface ManifestReading {
  readonly statistics: ManifestStatistics;
  readonly bytes: number;
  /** The lines that were wanted, in the manifest's order. */
  readonly lines: readonly ManifestLine[];
}

async function readManifest(
  directory: string,
  recipe: Recipe,
  options: {
    wanted: readonly ReadonlySet<number>[];
    onProgress: ReportOptions["onProgress"];
  },
): Promise<ManifestReading> {
  const path = join(directory, "manifest.jsonl");
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere)
    throw new InputError("manifest-missing", `${directory} has no manifest.jsonl yet`, {
      remedy: `run synthex merge ${directory} when all its samples are made`,
    });
  const tally = manifestTally();
  const lines: ManifestLine[] = [];
  let [number, bytes] = [0, 0];
  for await (const text of createInterface({ input: createReadStream(path) })) {
    const line = parseManifestLine(text, `${path}, line ${++number}`);
    tally.add(line);
    bytes += line.files.reduce((sum, file) => sum + file.bytes, 0);
    if (options.wanted.some((ids) => ids.has(line.id))) lines.push(line);
    if (number % 1000 === 0) options.onProgress?.("lines of the manifest", number, recipe.count);
  }
  return { statistics: tally.statistics(), bytes, lines };
}

interface PictureReading {
  readonly greys: ReportCard["greys"];
  readonly tiles: readonly ReportTile[];
  readonly duplicates: NearDuplicates;
  readonly alike: ReadonlyMap<number, Uint8Array>;
  readonly broken: readonly string[];
}

/** One picture in memory at a time; of each, the histogram's counts and 1024 numbers are kept. */
async function lookAtPictures(
  pictures: SamplePictures,
  lines: readonly ManifestLine[],
  options: {
    wanted: ReadonlySet<number>;
    shown: ReadonlySet<number>;
    onProgress: ReportOptions["onProgress"];
  },
): Promise<PictureReading> {
  const tally = greyTally();
  const tiles: ReportTile[] = [];
  const fingerprints: { id: number; fingerprint: Float32Array }[] = [];
  const broken: string[] = [];
  const tolerated = async <Value>(read: Promise<Value>): Promise<Value | undefined> => {
    try {
      return await read;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      broken.push(error.message);
      return undefined;
    }
  };
  for (const [index, line] of lines.entries()) {
    options.onProgress?.("pictures", index, lines.length);
    const grey = await tolerated(pictures.grey(line));
    if (!grey) continue;
    if (options.wanted.has(line.id)) {
      tally.add(grey);
      const small = fingerprint(grey);
      if (small) fingerprints.push({ id: line.id, fingerprint: small });
    }
    if (options.shown.has(line.id)) {
      const masks = await tolerated(pictures.masks(line));
      tiles.push(await reportTile(line, { grey, masks }, { sidePx: TILE_PX, deflate: deflateData }));
    }
  }
  const duplicates = nearDuplicates(fingerprints);
  const alike = new Map<number, Uint8Array>();
  const ids = new Set(duplicates.pairs.flatMap((pair) => pair.ids));
  for (const line of lines) {
    if (!ids.has(line.id)) continue;
    const grey = await tolerated(pictures.grey(line));
    if (grey) alike.set(line.id, await smallPng(grey, { sidePx: PAIR_PX, deflate: deflateData }));
  }
  const greys = tally.statistics();
  return { greys: greys.pictures > 0 ? greys : undefined, tiles, duplicates, alike, broken };
}
