/**
 * Makes docs/images/instruments.png: a picture for every line of docs/instruments.md that begins with "--instrument", with the options
 * of the command above them.
 *
 *   node tools/instrument-gallery.ts
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { instrumentOption } from "../src/cli/instrument-option.ts";
import { contactSheet, type ContactSheetTile } from "../src/image/contact-sheet.ts";
import { windowed } from "../src/image/display-window.ts";
import { demoCtPath, demoLabelsPath } from "../src/node/demo-data.ts";
import { nodeProjector } from "../src/node/node-projector.ts";
import { readCt, readLabels } from "../src/node/read-anatomy.ts";
import { writeAtomically } from "../src/node/write-atomically.ts";
import { encodePngFast } from "../src/node/write-simulation.ts";
import { openPatient } from "../src/scene/patient.ts";
import { parseScene } from "../src/scene/scene.ts";
import { simulate } from "../src/scene/simulate.ts";
import { withAssumedLabelNames } from "../src/volume/inspection/assumed-label-names.ts";

const TILE_PX = 320;

const inDocs = (name: string): string => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
const words = readFileSync(inDocs("instruments.md"), "utf8").matchAll(/^--instrument (\S+)$/gm);

const { ct } = await readCt(demoCtPath("pelvis"));
const { labelMap } = await readLabels(demoLabelsPath("pelvis"));
const projector = nodeProjector({ threads: 1 });
const patient = openPatient({ ct, landmarks: [], labelMap: withAssumedLabelNames(labelMap, ct) }, projector);
const tiles: ContactSheetTile[] = [];
for (const [, text] of words) {
  const scene = parseScene({
    ct: demoCtPath("pelvis"),
    structures: "hip",
    isocentre: "label:hip_right",
    sourceToIsocentreMm: 500,
    sizePx: TILE_PX,
    instruments: instrumentOption(text),
  });
  const { picture } = await simulate(patient, scene);
  const { widthPx, heightPx } = picture.camera;
  const seen = windowed({ values: picture.values, widthPx, heightPx, window: picture.window });
  tiles.push({ picture: seen, title: scene.instruments?.[0].preset ?? text });
}
const sheet = contactSheet(tiles, { tilePx: TILE_PX, columns: 5 });
await writeAtomically(inDocs("images/instruments.png"), await encodePngFast(sheet));
await patient.release();
await projector.close();
console.log(`${tiles.length} pictures in docs/images/instruments.png`);
