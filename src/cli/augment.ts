import { type PreviewRow, previewSheet } from "../augmentation/preview-sheet.ts";
import {
  type AugmentationProfile,
  augmentationProfile,
  singleTransformNames,
  transformAlone,
} from "../augmentation/profile.ts";
import { InputError } from "../error/input-error.ts";
import { folderFailure } from "../node/folder-failure.ts";
import { writeAtomically } from "../node/write-atomically.ts";
import { encodePngFast } from "../node/write-simulation.ts";
import { picturesOfDataSet, picturesOfFiles } from "./augment-pictures.ts";
import { printJson } from "./failure.ts";

/** Longest column of a sheet before its rows stand in two blocks. */
const ROWS_OF_ONE_BLOCK = 12;
/** Rows of whole profiles, and of a transform that is looked at alone. */
const PROFILE_LINES = 3;
const TRANSFORM_LINES = 4;

/** Draws what augmentation does to pictures: every transform of a profile alone at several draws, and the whole profile. */
export async function augmentCommand(
  images: readonly string[],
  options: {
    preview?: boolean;
    profile: string;
    data?: string;
    out: string;
    seed: number;
    strength: number;
    transform?: readonly string[];
    columns: number;
    tile: number;
    labels: boolean;
    json?: boolean;
  },
): Promise<void> {
  const { columns, strength } = options;
  if (!options.preview)
    throw new InputError("augment-preview", "augment draws previews only", {
      remedy: "add --preview; training augments by itself",
    });
  const profile = augmentationProfile(options.profile);
  const rows = rowsOf(profile, options);
  if ((options.data === undefined) === (images.length === 0))
    throw new InputError(
      "augment-data",
      "give either --data with the folder of a data set, or picture files",
    );
  const pictures =
    options.data === undefined
      ? await picturesOfFiles(images)
      : await picturesOfDataSet(options.data, columns);
  const lines = rows.reduce((sum, row) => sum + (row.lines ?? 1), 0);
  const sheet = previewSheet(pictures, rows, {
    seed: options.seed,
    columns,
    blocks: lines > ROWS_OF_ONE_BLOCK ? 2 : 1,
    tilePx: options.tile,
    labels: options.labels,
    title: `Augmentation: ${profile.name}`,
    caption: `Every row other draws of the same pictures, transforms alone and certain. Seed ${options.seed}, whole profile at strength ${strength}.`,
  });
  const png = await encodePngFast(sheet);
  await writeAtomically(options.out, png).catch((error: unknown) => {
    throw folderFailure(error, options.out);
  });
  if (options.json)
    printJson({
      sheet: options.out,
      profile: profile.name,
      pictures: pictures.length,
      rows: rows.map(({ name }) => name),
    });
  else console.log(`${options.out}: ${rows.length} rows of ${columns} pictures`);
}

function rowsOf(
  profile: AugmentationProfile,
  { transform, strength }: { transform?: readonly string[]; strength: number },
): PreviewRow[] {
  const asTheyAre: PreviewRow = { name: "as they are" };
  const alone = (name: string): PreviewRow => ({
    name,
    profile: transformAlone(profile, name),
    labels: "changed",
  });
  if (transform) return [asTheyAre, ...transform.map((name) => ({ ...alone(name), lines: TRANSFORM_LINES }))];
  return [
    asTheyAre,
    { name: profile.name, profile, strength, lines: PROFILE_LINES },
    // Groups have no row of their own: their members have.
    ...singleTransformNames(profile).map(alone),
  ];
}
