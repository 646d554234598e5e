import type { BlockOutput } from "./block-output.ts";
import { cocoPart } from "./formats/coco.ts";
import { sampleName } from "./formats/encoded-file.ts";
import { labelledPicture } from "./labelled-sample.ts";

/** `parts/coco/BLOCK.jsonl`: a line a sample, which `merge` makes one file of annotations. */
export function cocoOutput(block: number): BlockOutput {
  const lines: string[] = [];
  return {
    async add(sample) {
      lines.push(JSON.stringify(cocoPart(labelledPicture(sample), `images/${sampleName(sample.id)}.png`)));
      return [];
    },
    end: async () => [
      {
        path: `parts/coco/${sampleName(block)}.jsonl`,
        bytes: new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")),
      },
    ],
  };
}
