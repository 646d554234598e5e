import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { z } from "zod";
import type { Anatomy } from "../../anatomy/anatomy.ts";
import type { PreparationStep } from "../../anatomy/preparation/preparation-step.ts";
import { prepareAnatomy } from "../../anatomy/preparation/prepare-anatomy.ts";
import type { RecipeSubject } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { grid } from "../../geometry/grid.ts";
import { transform } from "../../geometry/transform.ts";
import type { Finding } from "../../volume/finding.ts";
import { withAssumedLabelNames } from "../../volume/inspection/assumed-label-names.ts";
import { type Volume, volume } from "../../volume/volume.ts";
import { writeNifti } from "../../volume/write-nifti.ts";
import { readCt, readLabels } from "../read-anatomy.ts";
import { readSourceFile } from "../source-file.ts";
import { writeAtomically } from "../write-atomically.ts";
import { boneFiles, checkSource, type SubjectSources, sourceHash } from "./subject-sources.ts";

/** Where prepared subjects of a data set are kept. */
export interface PreparedStore {
  readonly directory: string;
  readonly partialFolder?: string;
}

/** Changes with every change of the steps that changes voxels, so that stores of older versions are not used. */
const VERSION = 1;

export const preparedFolder = (directory: string, subject: string): string =>
  join(directory, "prepared", subject);

/**
 * A subject after the steps of its recipe: from the data set's folder where it was prepared before, else prepared now and kept there.
 * The same voxels either way: they are rounded to whole HU before anybody sees them.
 */
export async function preparedSubject(options: {
  subject: RecipeSubject;
  anatomy: Anatomy;
  /** Where paths of the recipe start. */
  folder: string;
  sources: SubjectSources;
  store?: PreparedStore | undefined;
}): Promise<{ anatomy: Anatomy; findings: readonly Finding[] }> {
  const { subject, store } = options;
  const key = await preparationKey(options);
  const directory = store && preparedFolder(store.directory, subject.name ?? "subject");
  const kept = directory === undefined ? undefined : await readPrepared(directory, key);
  if (kept) return kept;
  const { anatomy, findings } = await prepareAnatomy(options.anatomy, subject.preparation, (files) =>
    openBones(files, options.folder),
  );
  const prepared = { anatomy: { ...anatomy, ct: wholeHounsfield(anatomy.ct) }, findings };
  if (directory !== undefined) await writePrepared(directory, key, prepared, store?.partialFolder);
  return prepared;
}

/** Whether a data set keeps a subject as its recipe wants it, told without reading the CT. */
export async function isPrepared(options: {
  subject: RecipeSubject;
  folder: string;
  sources: SubjectSources;
  directory: string;
}): Promise<boolean> {
  const { subject, directory } = options;
  const path = join(preparedFolder(directory, subject.name ?? "subject"), "prepared.json");
  try {
    const { key } = index.parse(JSON.parse(await readFile(path, "utf8")));
    return key === (await preparationKey(options));
  } catch (error) {
    if (error instanceof InputError) throw error;
    return false;
  }
}

async function openBones(files: { ct: string; labels: string }, folder: string): Promise<Anatomy> {
  const { ct } = await readCt(resolve(folder, files.ct));
  const { labelMap } = await readLabels(resolve(folder, files.labels));
  return { ct, labelMap: withAssumedLabelNames(labelMap, ct), landmarks: [] };
}

/** Hash of everything that a prepared subject depends on. */
async function preparationKey(options: {
  subject: RecipeSubject;
  folder: string;
  sources: SubjectSources;
}): Promise<string> {
  const { subject, folder, sources } = options;
  const bones: string[] = [];
  for (const { field, path } of boneFiles(subject)) {
    const source = await readSourceFile(resolve(folder, path));
    await checkSource({ subject, field, source, recorded: sources });
    bones.push(await sourceHash(source));
  }
  const steps: readonly PreparationStep[] = subject.preparation;
  return createHash("sha256").update(JSON.stringify({ VERSION, steps, sources, bones })).digest("hex");
}

function wholeHounsfield(ct: Volume): Volume {
  const values = Int16Array.from(ct.values as ArrayLike<number>, (hu) =>
    Math.round(Math.min(Math.max(hu, -32_768), 32_767)),
  );
  return volume("HU", ct.grid, values);
}

const index = z.object({
  key: z.string(),
  shape: z.tuple([z.number(), z.number(), z.number()]),
  /** Row-major; the images beside this file hold it in fewer digits. */
  lpsFromVoxel: z.array(z.number()).length(16),
  labelNames: z.array(z.tuple([z.number(), z.string()])),
  landmarks: z.array(z.object({ name: z.string(), lpsMm: z.tuple([z.number(), z.number(), z.number()]) })),
  findings: z.array(
    z.object({ code: z.string(), severity: z.enum(["info", "warning", "error"]), message: z.string() }),
  ),
  hasLabels: z.boolean(),
});

async function readPrepared(
  directory: string,
  key: string,
): Promise<{ anatomy: Anatomy; findings: readonly Finding[] } | undefined> {
  try {
    const known = index.parse(JSON.parse(await readFile(join(directory, "prepared.json"), "utf8")));
    if (known.key !== key) return undefined;
    const place = grid(known.shape, transform("lps", "voxel", known.lpsFromVoxel));
    const { ct } = await readCt(join(directory, "ct.nii.gz"));
    const labels = known.hasLabels ? await readLabels(join(directory, "labels.nii.gz")) : undefined;
    return {
      anatomy: {
        ct: volume("HU", place, ct.values),
        landmarks: known.landmarks,
        ...(labels
          ? {
              labelMap: {
                grid: place,
                labels: labels.labelMap.labels,
                names: new Map(known.labelNames),
              },
            }
          : {}),
      },
      findings: known.findings,
    };
  } catch {
    // Not there, or damaged: it is made again.
    return undefined;
  }
}

const compress = promisify<Uint8Array, { level: number }, Buffer>(gzip);

async function writePrepared(
  directory: string,
  key: string,
  { anatomy, findings }: { anatomy: Anatomy; findings: readonly Finding[] },
  partialFolder: string | undefined,
): Promise<void> {
  const { ct, labelMap, landmarks } = anatomy;
  const write = (name: string, bytes: Uint8Array | string): Promise<void> =>
    writeAtomically(join(directory, name), bytes, partialFolder === undefined ? {} : { partialFolder });
  await write("ct.nii.gz", await compress(writeNifti(ct), { level: 4 }));
  if (labelMap) await write("labels.nii.gz", await compress(writeNifti(labelMap), { level: 4 }));
  const content: z.output<typeof index> = {
    key,
    shape: [...ct.grid.shape],
    lpsFromVoxel: [...ct.grid.lpsFromVoxel.matrix],
    labelNames: [...(labelMap?.names ?? [])],
    landmarks: landmarks.map(({ name, lpsMm }) => ({ name, lpsMm: [...lpsMm] })),
    findings: findings.map(({ code, severity, message }) => ({ code, severity, message })),
    hasLabels: labelMap !== undefined,
  };
  // Last: what it names is there.
  await write("prepared.json", `${JSON.stringify(content, null, 2)}\n`);
}
