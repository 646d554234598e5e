import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Anatomy } from "../../anatomy/anatomy.ts";
import type { BlockOutput } from "../../dataset/block-output.ts";
import type { RecipeMeshes } from "../../dataset/draw-instruments.ts";
import { drawPatient } from "../../dataset/draw-patient.ts";
import type { EncodedFile } from "../../dataset/formats/encoded-file.ts";
import type { BlockRecord, FileRecord, ManifestLine } from "../../dataset/manifest.ts";
import { openOutputs } from "../../dataset/outputs.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { renderSample, type Sample } from "../../dataset/render-sample.ts";
import { variedPatient } from "../../dataset/varied-patient.ts";
import type { InstrumentLabel } from "../../label/labels.ts";
import { deflateData, deflateGrey } from "../deflate.ts";
import { softwareVersion } from "../software-version.ts";
import { writeAtomically } from "../write-atomically.ts";
import type { PatientShelf } from "./patient-shelf.ts";
import type { SubjectLibrary } from "./subject-library.ts";

/** Where the files of a block go: to disk, or nowhere when only their hashes are asked for. */
export type FileSink = (file: EncodedFile) => Promise<void>;

export const fileSink =
  (directory: string, partialFolder: string): FileSink =>
  (file) =>
    // Unsynced: a block counts only once its record, which is synced, tells the hashes of these files.
    writeAtomically(join(directory, file.path), file.bytes, { sync: false, partialFolder });

/**
 * Renders the samples of one block and hands their files to `sink`; the record tells what they are. The same bytes wherever
 * and whenever it is called.
 *
 * @param onSample called after every sample
 * @param onPatient called with the patient after its last sample
 * @param samples renders so many samples from the start of the block only, for `--dry-run`
 * @param only renders just this sample of the block, for `rerender`
 * @param meshes the files that the recipe's instruments name
 * @param onPieces called with what the files of the block are made of for that sample
 */
export async function renderBlock(options: {
  recipe: Recipe;
  recipeHash: string;
  block: number;
  subjects: SubjectLibrary;
  patients: PatientShelf;
  sink: FileSink;
  onSample?: (sample: Sample) => void;
  onPatient?: (anatomy: Anatomy) => Promise<void>;
  samples?: number;
  only?: number;
  onPieces?: (files: readonly EncodedFile[]) => void;
  meshes?: RecipeMeshes;
}): Promise<BlockRecord> {
  const { recipe, block, sink, only } = options;
  const draw = drawPatient(recipe, block);
  const { anatomy, variation } = variedPatient(recipe, block, await options.subjects.anatomy(draw.subject));
  const { patient, facts } = await options.patients.open(anatomy);
  const outputs = openOutputs(recipe, block, {
    deflate: deflateGrey,
    deflateData,
    encodeDicom: async ({ scene, simulation }) =>
      (await import("../write-dicom.ts")).encodeDicom(scene, simulation),
  });
  const samples: ManifestLine[] = [];
  const keep = async (files: readonly EncodedFile[]): Promise<FileRecord[]> => {
    for (const file of files) await sink(file);
    return files.map(({ path, bytes }) => ({ path, bytes: bytes.byteLength, sha256: sha256(bytes) }));
  };
  const first = only ?? draw.first;
  const end = only === undefined ? Math.min(draw.end, first + (options.samples ?? Infinity)) : only + 1;
  for (let id = first; id < end; id++) {
    const sample = await renderSample({
      recipe,
      id,
      subject: draw.subject,
      patient,
      facts,
      ...(options.meshes ? { meshes: options.meshes } : {}),
    });
    const files = await keep(await filesOf(outputs, sample));
    samples.push({ ...manifestLine(sample, files), ...(variation ? { variation } : {}) });
    options.onSample?.(sample);
  }
  const ends = (await Promise.all(outputs.map((output) => output.end()))).flat();
  if (only !== undefined) options.onPieces?.(ends);
  const parts = only === undefined ? await keep(ends) : [];
  await options.onPatient?.(anatomy);
  return { block, recipe: options.recipeHash, version: softwareVersion(), samples, parts };
}

const filesOf = async (outputs: readonly BlockOutput[], sample: Sample): Promise<EncodedFile[]> =>
  (await Promise.all(outputs.map((output) => output.add(sample)))).flat();

function manifestLine(
  { id, subject, view, scene, rejections, simulation }: Sample,
  files: FileRecord[],
): ManifestLine {
  const { labels, picture } = simulation;
  return {
    id,
    subject: subject.name ?? "",
    split: subject.split,
    files,
    view: { ...view },
    picture: { widthPx: picture.camera.widthPx, heightPx: picture.camera.heightPx },
    structures: (labels?.structures ?? []).map(({ name, areaPx }) => ({ name, areaPx })),
    landmarks: (labels?.landmarks ?? []).map(({ name, status, pixel, hiddenBy = [] }) => ({
      name,
      status,
      pixel: pixel && pixel.map((place) => Math.round(place * 100) / 100),
      ...(hiddenBy.length > 0 ? { hiddenBy: [...hiddenBy] } : {}),
    })),
    ...(labels?.distractors
      ? { distractors: labels.distractors.map(({ name, areaPx }) => ({ name, areaPx })) }
      : {}),
    ...(labels?.field ? { fieldPx: labels.field.areaPx } : {}),
    ...(labels?.instruments ? { instruments: labels.instruments.map(instrumentLine) } : {}),
    rejections: [...rejections],
    scene: { ...scene },
  };
}

/** Poses are in the scene, centre lines in the outputs. */
const instrumentLine = ({ name, structures, keypoints, placed }: InstrumentLabel): object => ({
  name,
  isPresent: placed !== undefined,
  structures,
  keypoints,
});

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
