import type { Deflate } from "../image/encode-png.ts";
import type { BlockOutput } from "./block-output.ts";
import { cocoOutput } from "./coco-output.ts";
import { folderOutput } from "./folder-output.ts";
import type { Recipe } from "./recipe.ts";

/** The outputs of a recipe, opened for one block. */
export function openOutputs(recipe: Recipe, block: number, tools: { deflate: Deflate }): BlockOutput[] {
  return recipe.outputs.map((output) => {
    switch (output) {
      case "folder":
        return folderOutput(tools);
      case "coco":
        return cocoOutput(block);
      default:
        throw new Error(`no writer for ${output} yet`);
    }
  });
}
