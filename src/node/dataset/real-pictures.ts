import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { greyOfPicture } from "../../dataset/report/grey-picture.ts";
import { type GreyStatistics, greyTally } from "../../dataset/report/grey-statistics.ts";
import { InputError } from "../../error/input-error.ts";
import { decodePng } from "../../image/decode-png.ts";

/** Label images that lie beside their pictures. */
const LABELS = /[_-](labels?|masks?|seg|segmentation|classes)\.png$/i;

/**
 * Grey values of real radiographs: PNGs in a folder and the folders within it, label images by their names
 * left out, an even selection where there are more than `most`.
 *
 * @throws InputError `real-folder` where there is no such folder or no PNG in it, `real-pictures` where none can be read
 */
export async function realGreys(
  folder: string,
  options: { most: number; onProgress?: (done: number, total: number) => void },
): Promise<{ greys: GreyStatistics; unreadable: readonly string[] }> {
  const names = await readdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(
      "real-folder",
      `cannot read the folder ${folder}: ${cause.code === "ENOENT" ? "there is no such folder" : (cause.code ?? cause.message)}`,
      { cause },
    );
  });
  const found = names.filter((name) => /\.png$/i.test(name) && !LABELS.test(name)).toSorted();
  if (found.length === 0)
    throw new InputError("real-folder", `${folder} holds no PNG among its ${names.length} files`, {
      remedy: "give a folder with real radiographs as PNG of 8 or 16 bits",
    });
  const step = Math.max(1, found.length / options.most);
  const chosen = Array.from(
    { length: Math.min(found.length, options.most) },
    (_, n) => found[Math.floor(n * step)],
  );
  const tally = greyTally();
  const unreadable: string[] = [];
  for (const [index, name] of chosen.entries()) {
    try {
      tally.add(greyOfPicture(await decodePng(await readFile(join(folder, name)))));
    } catch (error) {
      unreadable.push(`${name}: ${(error as Error).message}`);
    }
    options.onProgress?.(index + 1, chosen.length);
  }
  const greys = tally.statistics();
  if (greys.pictures === 0)
    throw new InputError(
      "real-pictures",
      `none of the ${chosen.length} PNGs in ${folder} can be read: ${unreadable[0]}`,
    );
  return { greys, unreadable };
}
