/**
 * How long `merge`, `verify` and a resumed `generate` take on a data set of many samples, without reading pixels:
 * `node bench/verify-manifest.ts [--samples 100000]`. Prints one JSON object. The records are those of one rendered block of
 * recipes/hip.yaml, numbered anew; the images have their lengths and no content.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, open, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { blockCount, drawPatient } from "../src/dataset/draw-patient.ts";
import { type EncodedFile, sampleName } from "../src/dataset/formats/encoded-file.ts";
import type { FileRecord } from "../src/dataset/manifest.ts";
import { writeBlockRecord } from "../src/node/dataset/block-files.ts";
import { openDataSetFolder } from "../src/node/dataset/data-set-folder.ts";
import { generate } from "../src/node/dataset/generate.ts";
import { loadRecipe } from "../src/node/dataset/load-recipe.ts";
import { mergeDataSet } from "../src/node/dataset/merge.ts";
import { partialFolder } from "../src/node/dataset/partial-folder.ts";
import { renderBlock } from "../src/node/dataset/render-block.ts";
import { subjectLibrary } from "../src/node/dataset/subject-library.ts";
import { verifyDataSet } from "../src/node/dataset/verify.ts";
import { patientShelf } from "../src/node/dataset/patient-shelf.ts";
import { nodeProjector } from "../src/node/node-projector.ts";

const { values } = parseArgs({ options: { samples: { type: "string", default: "100000" } } });
const hip = fileURLToPath(new URL("../recipes/hip.yaml", import.meta.url));
const read = await loadRecipe(hip, { count: Number(values.samples) });
// Without COCO, whose parts know their images' numbers.
const loaded = { ...read, recipe: { ...read.recipe, outputs: ["folder" as const] } };
const { recipe, folder } = loaded;
const directory = mkdtempSync(join(tmpdir(), "synthex-verify-"));
try {
  const partials = partialFolder(directory, "bench");
  const { hash } = await openDataSetFolder(directory, loaded, partials);
  const projector = nodeProjector();
  const files = new Map<string, EncodedFile>();
  const template = await renderBlock({
    recipe,
    recipeHash: hash,
    block: 0,
    subjects: subjectLibrary(recipe, folder),
    patients: patientShelf(projector),
    sink: async (file) => void files.set(file.path, file),
  });
  await projector.close();

  const blocks = blockCount(recipe);
  for (let block = 0; block < blocks; block++) {
    const { first, end } = drawPatient(recipe, block);
    const renamed = (file: FileRecord, from: number, to: number): FileRecord => ({
      ...file,
      path: file.path.replace(sampleName(from), sampleName(to)),
    });
    const samples = template.samples.slice(0, end - first).map((sample, n) => ({
      ...sample,
      id: first + n,
      files: sample.files.map((file) => renamed(file, sample.id, first + n)),
    }));
    const parts = template.parts.map((file) => renamed(file, 0, block));
    for (const { path, bytes } of samples.flatMap((sample) => sample.files))
      await makeHollow(join(directory, path), bytes);
    for (const [n, { path }] of template.parts.entries()) {
      const to = join(directory, parts[n].path);
      await mkdir(dirname(to), { recursive: true });
      await writeFile(to, (files.get(path) as EncodedFile).bytes);
    }
    await writeBlockRecord(directory, { ...template, block, samples, parts }, partials);
  }

  const merge = await timed(() => mergeDataSet(directory));
  const verify = await timed(() => verifyDataSet(directory));
  const resume = await timed(() => generate({ loaded, directory, workers: 1 }));
  console.log(
    JSON.stringify(
      {
        samples: recipe.count,
        files: verify.result.files,
        findings: verify.result.findings,
        manifestMb: Math.round(merge.result.files[0].bytes / 1e6),
        mergeSeconds: merge.seconds,
        verifySeconds: verify.seconds,
        resumeSeconds: resume.seconds,
        resumedSamplesMade: resume.result.made,
        peakMb: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
      },
      null,
      2,
    ),
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** A file of so many zeros that takes no room where the file system knows holes. */
async function makeHollow(path: string, bytes: number): Promise<void> {
  const make = () => open(path, "w");
  const file = await make().catch(async () => {
    await mkdir(dirname(path), { recursive: true });
    return make();
  });
  await file.truncate(bytes);
  await file.close();
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const started = performance.now();
  const result = await work();
  return { result, seconds: Math.round((performance.now() - started) / 10) / 100 };
}
