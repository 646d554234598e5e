import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import type { Recipe, RecipeSubject } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { readRecipeMeshes } from "./recipe-meshes.ts";
import { readSourceFile, type SourceFile } from "../source-file.ts";

const FIELDS = ["ct", "labels", "labelNames", "landmarks"] as const;
type SourceField = (typeof FIELDS)[number] | BoneField;
/** Files that a preparation step brings along: its number from 0, and its field. */
type BoneField = `preparation.${number}.${"ct" | "labels"}`;

/** SHA-256 of the files of a subject, by the recipe's fields. */
export type SubjectSources = Readonly<Partial<Record<SourceField, string>>>;

/** Of every subject of a recipe, by its name; and of the files of its instruments, by their paths in the recipe. */
export type RecipeSources = Readonly<Record<string, SubjectSources>>;

/** No subject's name has a space. */
const INSTRUMENT_FILES = "instrument files";

/** SHA-256 of the files of a recipe's instruments when the data set was begun, by their paths in the recipe. */
export const instrumentSources = (sources: RecipeSources): Readonly<Record<string, string | undefined>> =>
  sources[INSTRUMENT_FILES] ?? {};

/**
 * Reads and hashes the files of every subject, one after another; a missing one is told before anything is made.
 *
 * @throws InputError `split-leak` where subjects of two splits are one CT
 */
export async function hashSources(recipe: Recipe, folder: string): Promise<RecipeSources> {
  const sources: Record<string, SubjectSources> = {};
  for (const subject of recipe.subjects) {
    const hashes: Partial<Record<SourceField, string>> = {};
    for (const field of FIELDS) {
      const path = subject[field];
      if (path !== undefined) hashes[field] = await sourceHash(await readSourceFile(resolve(folder, path)));
    }
    for (const { field, path } of boneFiles(subject))
      hashes[field] = await sourceHash(await readSourceFile(resolve(folder, path)));
    sources[subject.name ?? subject.ct] = hashes;
  }
  const meshes = await readRecipeMeshes(recipe, folder);
  if (meshes.size > 0)
    sources[INSTRUMENT_FILES] = Object.fromEntries([...meshes].map(([path, { sha256 }]) => [path, sha256]));
  const [leak] = ctsInTwoSplits(recipe, sources);
  if (leak !== undefined)
    throw new InputError("split-leak", leak, {
      remedy: "give both subjects one split: pictures of one patient must not be in two",
    });
  return sources;
}

/** Subjects of different splits that show the same CT, or the same bones put into one: a sentence for each pair. */
export function ctsInTwoSplits({ subjects }: Recipe, sources: RecipeSources): string[] {
  const seen = new Map<string, { name: string; split: string }>();
  return subjects.flatMap(({ name = "", split }) =>
    Object.entries(sources[name] ?? {}).flatMap(([field, hash]) => {
      if (hash === undefined || !/(^|\.)ct$/.test(field)) return [];
      const other = seen.get(hash);
      if (other === undefined) seen.set(hash, { name, split });
      return other === undefined || other.split === split
        ? []
        : [
            `subjects "${other.name}" (${other.split}) and "${name}" (${split}) are the same CT: its images would be in both splits`,
          ];
    }),
  );
}

/** The bones that steps put into a subject. */
export const boneFiles = (subject: RecipeSubject): { field: BoneField; path: string }[] =>
  subject.preparation.flatMap((step, n) =>
    step.kind === "composite"
      ? (["ct", "labels"] as const).map((field) => ({
          field: `preparation.${n}.${field}` as const,
          path: step.bones[field],
        }))
      : [],
  );

/** The hash of a source, with that of the data file beside a detached header (.mhd, .nhdr). */
export async function sourceHash(source: SourceFile): Promise<string> {
  const [{ name, bytes }] = source.files;
  if (source.isFolder || !/\.(mhd|nhdr)$/i.test(name)) return source.sha256;
  const header = new TextDecoder("latin1").decode(bytes.subarray(0, 65_536));
  const data = /^\s*(?:ElementDataFile\s*=|data ?file:)\s*(.*?)\s*$/im.exec(header)?.[1];
  if (data === undefined || /^local$/i.test(data)) return source.sha256;
  const beside = await readSourceFile(join(dirname(source.path), data));
  return createHash("sha256").update(`${source.sha256}\n${beside.sha256}\n`).digest("hex");
}

/**
 * Holds a file that was read to what the data set was begun with.
 *
 * @throws InputError `source-changed` with the file's path
 */
export async function checkSource(options: {
  subject: RecipeSubject;
  field: SourceField;
  source: SourceFile;
  recorded: SubjectSources | undefined;
}): Promise<void> {
  const { subject, field, source, recorded } = options;
  const expected = recorded?.[field];
  if (expected === undefined || (await sourceHash(source)) === expected) return;
  throw new InputError(
    "source-changed",
    `${source.path} (${field} of subject "${subject.name}") is not the file that the data set was begun with: its SHA-256 is no longer ${expected}`,
    { remedy: "put the old file back, or make a new data set in another folder" },
  );
}
