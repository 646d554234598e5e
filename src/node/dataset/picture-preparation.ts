import { join } from "node:path";
import type { Anatomy } from "../../anatomy/anatomy.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { contactSheet, type ContactSheetTile } from "../../image/contact-sheet.ts";
import type { Projector } from "../../projector/projector.ts";
import { openPatient } from "../../scene/patient.ts";
import { parseScene } from "../../scene/scene.ts";
import { simulate } from "../../scene/simulate.ts";
import { writeAtomically } from "../write-atomically.ts";
import { encodePngFast, overlayOf } from "../write-simulation.ts";

const TILE_PX = 420;

/** `before-after.png`: a subject from the front and from the side, as it came and as it was prepared. */
export async function picturePreparation(options: {
  directory: string;
  recipe: Recipe;
  before: Anatomy;
  after: Anatomy;
  projector: Projector;
}): Promise<void> {
  const tiles: ContactSheetTile[] = [];
  for (const [name, anatomy] of [
    ["before", options.before],
    ["after", options.after],
  ] as const) {
    const patient = openPatient(anatomy, options.projector);
    try {
      for (const view of ["AP", "left-lateral"]) {
        const scene = parseScene({
          ct: "prepared",
          view,
          device: "radiography-table-43",
          sizePx: TILE_PX,
          structures: anatomy.labelMap ? options.recipe.structures : "all",
          noise: false,
        });
        const simulation = await simulate(patient, scene);
        tiles.push({ picture: overlayOf(simulation, TILE_PX), title: `${view}, ${name}` });
      }
    } finally {
      await patient.release();
    }
  }
  // Before and after below each other, view by view.
  const sheet = contactSheet(tiles, { columns: 2, title: "Preparation" });
  await writeAtomically(join(options.directory, "before-after.png"), await encodePngFast(sheet));
}
