/**
 * `npm run demo`: twelve labelled X-rays of the two CTs that come with SyntheX, and a contact sheet of them.
 *
 *   node examples/demo.ts [--out DIR] [--size N]
 */
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { contactSheet, type ContactSheetTile } from "../src/image/contact-sheet.ts";
import { contactSheetHtml } from "../src/image/contact-sheet-html.ts";
import { demoCtPath, demoLabelsPath } from "../src/node/demo-data.ts";
import { nodeProjector } from "../src/node/node-projector.ts";
import { readCt, readLabels } from "../src/node/read-anatomy.ts";
import { writeAtomically } from "../src/node/write-atomically.ts";
import { encodePngFast, overlayOf, writeSimulation } from "../src/node/write-simulation.ts";
import { openPatient } from "../src/scene/patient.ts";
import { parseScene, type SceneInput } from "../src/scene/scene.ts";
import { simulate } from "../src/scene/simulate.ts";
import { withAssumedLabelNames } from "../src/volume/inspection/assumed-label-names.ts";

interface Shot {
  readonly name: string;
  readonly scene: Partial<SceneInput>;
}

const pelvis = { device: "radiography-table-43", structures: "hip", beam: { kv: 75 } } as const;
const carm = { structures: "hip", beam: { kv: 75 } } as const;
const chest = {
  device: "radiography-43",
  structures: "chest",
  isocentre: "label:heart",
  beam: { kv: 120 },
} as const;

const shots: Readonly<Record<"pelvis" | "chest", readonly Shot[]>> = {
  pelvis: [
    { name: "Pelvis AP", scene: { ...pelvis, view: "AP" } },
    { name: "Inlet", scene: { ...pelvis, view: "inlet", isocentre: "label:sacrum" } },
    { name: "Outlet", scene: { ...pelvis, view: "outlet", isocentre: "label:sacrum" } },
    {
      name: "Obturator oblique, left",
      scene: { ...pelvis, view: "obturator-oblique-left", isocentre: "label:hip_left" },
    },
    {
      name: "Iliac oblique, left",
      scene: { ...pelvis, view: "iliac-oblique-left", isocentre: "label:hip_left" },
    },
    { name: "Right hip, C-arm", scene: { ...carm, view: "AP", isocentre: "label:hip_right" } },
    {
      name: "Left hip with implant, C-arm RAO 20",
      scene: { ...carm, laoDeg: -20, isocentre: "label:femur_left" },
    },
    {
      name: "Lumbar spine, left lateral",
      scene: { ...carm, view: "left-lateral", isocentre: "label:vertebrae_L4", beam: { kv: 90 } },
    },
  ],
  chest: [
    { name: "Chest PA", scene: { ...chest, view: "PA" } },
    { name: "Chest, left lateral", scene: { ...chest, view: "left-lateral" } },
    { name: "Chest, LAO 45", scene: { ...chest, laoDeg: 45 } },
    { name: "Chest PA, naive simulator", scene: { ...chest, view: "PA", simulator: "naive" } },
  ],
};

const { values: options } = parseArgs({
  options: { out: { type: "string", default: "out/demo" }, size: { type: "string", default: "768" } },
});
const out = resolve(options.out);
const projector = nodeProjector();
const tiles: (ContactSheetTile & { folder: string })[] = [];
const started = performance.now();

for (const anatomy of ["pelvis", "chest"] as const) {
  const { ct, source } = await readCt(demoCtPath(anatomy));
  const given = await readLabels(demoLabelsPath(anatomy));
  const labelMap = withAssumedLabelNames(given.labelMap, ct);
  const patient = openPatient({ ct, labelMap, landmarks: [] }, projector);
  for (const { name, scene: input } of shots[anatomy]) {
    const scene = parseScene({
      ct: { path: source.path, sha256: source.sha256 },
      labels: { path: given.source.path, sha256: given.source.sha256 },
      sizePx: Number(options.size),
      ...input,
    });
    const simulation = await simulate(patient, scene);
    const folder = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    await writeSimulation(join(out, folder), scene, simulation);
    tiles.push({ picture: overlayOf(simulation, 640), title: name, folder });
    console.log(`${String(tiles.length).padStart(2)}/12  ${name}`);
  }
  await patient.release();
}
await projector.close();

const sheet = contactSheet(tiles, {
  columns: 4,
  title: "SyntheX demo",
  caption: "simulated from two CTs; outlines are the 3-D labels projected along the same rays",
});
await writeAtomically(join(out, "contact-sheet.png"), await encodePngFast(sheet));
await writeAtomically(
  join(out, "contact-sheet.html"),
  contactSheetHtml(
    await Promise.all(
      tiles.map(async ({ picture, title, folder }) => ({
        title,
        caption: folder,
        pictures: [{ png: await encodePngFast(picture), name: "overlay" }],
      })),
    ),
    { title: "SyntheX demo" },
  ),
);
console.log(
  `twelve labelled X-rays in ${((performance.now() - started) / 1000).toFixed(1)} s, in ${relative(process.cwd(), out)}/:\n` +
    "  look at contact-sheet.png (or .html); each folder holds the radiograph, masks, labels and its scene",
);
