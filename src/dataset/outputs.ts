import { InputError } from "../error/input-error.ts";
import type { Deflate } from "../image/encode-png.ts";
import type { BlockOutput } from "./block-output.ts";
import { cocoPart, cocoPartLine } from "./formats/coco.ts";
import { encodeAreaDensity } from "./formats/area-density-record.ts";
import { type EncodedFile, sampleName } from "./formats/encoded-file.ts";
import { folderSample } from "./formats/folder.ts";
import { joinBytes } from "./formats/join-bytes.ts";
import { hipFiles, instrumentFiles } from "./formats/published-files.ts";
import { tarEnd, tarMembers } from "./formats/tar-shard.ts";
import { webDatasetFiles } from "./formats/web-dataset.ts";
import { labelledPicture } from "./labelled-sample.ts";
import { studyPart } from "./study-part.ts";
import type { Recipe } from "./recipe.ts";
import type { Sample } from "./render-sample.ts";

/** What only the process at hand can do. */
export interface OutputTools {
  /** Of grey pictures. */
  readonly deflate: Deflate;
  /** Of anything else. */
  readonly deflateData: Deflate;
  readonly encodeDicom: (sample: Sample) => Promise<Uint8Array>;
}

/** Where the parts of a block go that `merge` joins, or that are whole shards themselves. */
export const partPath = {
  folder: (block: number) => `parts/folder/${sampleName(block)}.jsonl`,
  coco: (block: number) => `parts/coco/${sampleName(block)}.jsonl`,
  hdf5: (block: number) => `parts/hdf5/${sampleName(block)}.tar`,
  "area-density": (block: number) => `area-densities/${sampleName(block)}.sxd`,
  webdataset: (block: number) => `shards/${sampleName(block)}.tar`,
} as const;

/** The outputs of a recipe, opened for one block. */
export function openOutputs(recipe: Recipe, block: number, tools: OutputTools): BlockOutput[] {
  return recipe.outputs.map((output): BlockOutput => {
    switch (output) {
      case "folder":
      case "folder-tiff":
      case "folder-masks":
        return folderOutput(output, block, tools);
      case "coco":
        return gathered(partPath.coco(block), async (sample) => text(cocoPartLine(cocoOf(recipe, sample))));
      case "area-density":
        return gathered(partPath["area-density"](block), (sample) => areaDensityOf(sample, tools));
      case "webdataset":
        return gathered(
          partPath.webdataset(block),
          async (sample) => tarMembers(await webDatasetFiles(labelledPicture(sample), tools)),
          tarEnd(),
        );
      case "hdf5":
        return gathered(partPath.hdf5(block), (sample) => studyPart(sample, tools), tarEnd());
      case "paper-tool-files":
        return each((sample) => instrumentFiles(labelledPicture(sample), sample.id, firstTool(sample)));
      case "paper-files":
        return each((sample) => hipFiles(labelledPicture(sample), sample.id, tools));
      case "dicom":
        return each(async (sample) => [
          { path: `dicom/${sampleName(sample.id)}.dcm`, bytes: await tools.encodeDicom(sample) },
        ]);
    }
  });
}

/** Folders of images and classes, and the line of every sample. */
function folderOutput(
  kind: "folder" | "folder-tiff" | "folder-masks",
  block: number,
  { deflate }: OutputTools,
): BlockOutput {
  const lines: string[] = [];
  return {
    async add(sample) {
      const { files, line } = await folderSample(labelledPicture(sample), {
        images: kind === "folder-tiff" ? "tiff" : "png",
        masks: kind === "folder-masks",
        deflate,
      });
      lines.push(line);
      return files;
    },
    end: async () => [{ path: partPath.folder(block), bytes: text(lines.join("")) }],
  };
}

/** The published layout holds one tool: the recipe's first, of several parts its first one (the snake, not its shaft). */
function firstTool({ simulation }: Sample): { structure: string; base: string; tip: string } {
  const [tool] = simulation.labels?.instruments ?? [];
  const [whole, part] = tool.structures;
  return { structure: part ?? whole, base: `${tool.name} base`, tip: `${tool.name} tip` };
}

/** One file a block, that grows by what each sample adds. */
function gathered(
  path: string,
  bytesOf: (sample: Sample) => Promise<Uint8Array>,
  last: Uint8Array = new Uint8Array(0),
): BlockOutput {
  const pieces: Uint8Array[] = [];
  return {
    async add(sample) {
      pieces.push(await bytesOf(sample));
      return [];
    },
    end: async () => [{ path, bytes: joinBytes([...pieces, last]) }],
  };
}

/** Files of their own for every sample. */
const each = (filesOf: (sample: Sample) => Promise<readonly EncodedFile[]>): BlockOutput => ({
  add: filesOf,
  end: async () => [],
});

/** Images stand where the recipe's folder output puts them, or inside the shards. */
function cocoOf({ outputs }: Recipe, sample: Sample): ReturnType<typeof cocoPart> {
  const extension = outputs.includes("folder-tiff") ? "tiff" : "png";
  return cocoPart(labelledPicture(sample), `images/${sampleName(sample.id)}.${extension}`);
}

/** @throws InputError `area-density-simulator` for the grey simulators, which know no materials */
async function areaDensityOf(
  { id, simulation, scene }: Sample,
  { deflateData }: OutputTools,
): Promise<Uint8Array> {
  const { areaDensity } = simulation;
  if (!areaDensity)
    throw new InputError(
      "area-density-simulator",
      `sample ${id} was made by the ${scene.simulator} simulator, which has no area densities to write`,
      { remedy: "use the realistic simulator, or leave the output area-density out" },
    );
  return encodeAreaDensity({ id, areaDensity, sample: scene }, { deflate: deflateData });
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
