import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { blockCount, drawPatient } from "../../dataset/draw-patient.ts";
import type { FileRecord } from "../../dataset/manifest.ts";
import type { Finding } from "../../volume/finding.ts";
import { readBlockRecord } from "./block-files.ts";
import { readDataSet } from "./data-set-folder.ts";
import { recipeHash } from "./load-recipe.ts";
import { manifestText, readSummary, samplesOf } from "./merge.ts";
import { hashedFile } from "./finish-outputs.ts";
import { ctsInTwoSplits } from "./subject-sources.ts";

export interface Verification {
  readonly samples: number;
  readonly files: number;
  readonly bytes: number;
  readonly findings: readonly Finding[];
  /** Blocks that are missing or damaged. */
  readonly damagedBlocks: readonly number[];
}

/** Files looked at side by side. */
const AT_ONCE = 64;
const MOST_FINDINGS = 20;

/**
 * Holds a data set to its records: every block and file is there and as long as it should be, ids are without gap, no subject
 * and no CT is in two splits, the manifest says what the blocks say. With `hashes` every file is read and its SHA-256 compared.
 */
export async function verifyDataSet(
  directory: string,
  options: { hashes?: boolean; onProgress?: (samples: number, total: number) => void } = {},
): Promise<Verification> {
  const { recipe, sources } = await readDataSet(directory);
  const hash = recipeHash(recipe);
  const findings: Finding[] = [];
  const damaged = new Set<number>();
  let [samples, files, bytes] = [0, 0, 0];
  const manifest = createHash("sha256");
  const splitOf = new Map<string, string>();
  const complain = (code: string, message: string): void => {
    findings.push({ code, severity: "error", message });
  };
  for (const leak of ctsInTwoSplits(recipe, sources)) complain("split-leak", leak);
  const blocks = blockCount(recipe);
  for (let block = 0; block < blocks; block++) {
    const record = await readBlockRecord(directory, block);
    const { first, end } = drawPatient(recipe, block);
    if (!record) {
      damaged.add(block);
      complain(
        "block-missing",
        `block ${block} (samples ${first} to ${end - 1}) is not there or its record is damaged`,
      );
      continue;
    }
    const lines = samplesOf(recipe, record);
    if (
      record.recipe !== hash ||
      lines.length !== end - first ||
      lines.some(({ id }, n) => id !== first + n)
    ) {
      damaged.add(block);
      complain(
        "block-other",
        `block ${block} is not of this recipe, or its samples are not ${first} to ${end - 1}`,
      );
    }
    for (const { subject, split } of lines) {
      const known = splitOf.get(subject) ?? split;
      if (known !== split)
        complain(
          "split-leak",
          `subject "${subject}" is in the splits ${known} and ${split}: its images are in both`,
        );
      splitOf.set(subject, known);
    }
    samples += lines.length;
    manifest.update(manifestText(recipe, record));
    const toCheck = [...lines.flatMap((line) => line.files), ...record.parts];
    for (let start = 0; start < toCheck.length; start += AT_ONCE)
      await Promise.all(
        toCheck.slice(start, start + AT_ONCE).map(async (file) => {
          const problem = await problemOf(directory, file, options.hashes ?? false);
          if (problem === undefined) return;
          damaged.add(block);
          complain(problem.code, problem.message);
        }),
      );
    files += toCheck.length;
    bytes += toCheck.reduce((sum, file) => sum + file.bytes, 0);
    options.onProgress?.(samples, recipe.count);
  }
  if (damaged.size === 0)
    await checkMerged(directory, {
      samples,
      manifest: manifest.digest("hex"),
      hashes: options.hashes ?? false,
      complain,
    });
  const shown = findings.slice(0, MOST_FINDINGS);
  if (findings.length > MOST_FINDINGS)
    shown.push({
      code: "more",
      severity: "error",
      message: `and ${findings.length - MOST_FINDINGS} more findings`,
    });
  return { samples, files, bytes, findings: shown, damagedBlocks: [...damaged].toSorted((a, b) => a - b) };
}

async function problemOf(
  directory: string,
  file: FileRecord,
  hashes: boolean,
): Promise<{ code: string; message: string } | undefined> {
  const path = join(directory, file.path);
  const size = await stat(path).then(
    (entry) => entry.size,
    () => undefined,
  );
  if (size === undefined) return { code: "file-missing", message: `${file.path} is not there` };
  if (size !== file.bytes)
    return { code: "file-size", message: `${file.path} has ${size} bytes, its record says ${file.bytes}` };
  if (hashes && (await hashedFile(path)).sha256 !== file.sha256)
    return { code: "file-changed", message: `${file.path} is not what was written: its SHA-256 differs` };
  return undefined;
}

/** What the merge made of complete blocks: the summary, the manifest, and containers that span blocks. */
async function checkMerged(
  directory: string,
  options: {
    samples: number;
    manifest: string;
    hashes: boolean;
    complain: (code: string, message: string) => void;
  },
): Promise<void> {
  const { samples, manifest, hashes, complain } = options;
  const summary = await readSummary(directory);
  if (!summary) return complain("merge-missing", "dataset.json is not there or damaged: run synthex merge");
  if (summary.samples !== samples)
    return complain(
      "merge-old",
      `dataset.json tells of ${summary.samples} samples, not ${samples}: run synthex merge`,
    );
  for (const file of summary.files) {
    // The manifest is short beside the pixels: its hash is always compared.
    const isManifest = file.path === "manifest.jsonl";
    const problem = await problemOf(directory, file, hashes || isManifest);
    if (problem) complain(problem.code, problem.message);
    else if (isManifest && file.sha256 !== manifest)
      complain("manifest-other", "manifest.jsonl does not say what the blocks say: run synthex merge");
  }
}
