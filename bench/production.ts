/**
 * How fast samples are made: CT 256³, 360² images, realistic, 7 masks, 14 landmarks, PNG and COCO; with one worker and with two, and what
 * the projection alone costs.
 *
 *   node bench/production.ts [--count N] [--json]
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generate } from "../src/node/dataset/generate.ts";
import { loadRecipe } from "../src/node/dataset/load-recipe.ts";
import { mergeDataSet } from "../src/node/dataset/merge.ts";
import { verifyDataSet } from "../src/node/dataset/verify.ts";
import { nodeProjector } from "../src/node/node-projector.ts";
import { drawView } from "../src/dataset/sample-view.ts";
import { patientFacts } from "../src/dataset/patient-facts.ts";
import { randomStream } from "../src/random/random-stream.ts";
import { sampleKey } from "../src/random/sample-key.ts";
import { openPatient } from "../src/scene/patient.ts";
import { writeNifti } from "../src/volume/write-nifti.ts";
import { chestPhantom } from "./chest-phantom.ts";

const { values: options } = parseArgs({
  options: { count: { type: "string", default: "240" }, json: { type: "boolean", default: false } },
});
const count = Number(options.count);

const RECIPE = `
name: bench
count: ${count}
subjects:
  - { name: phantom, ct: ct.nii, labels: labels.nii, labelNames: names.json, landmarks: points.json }
device: radiography-43
sizePx: 360
view: { kind: tilted-patient, aboutLeftDeg: { uniform: [-20, 20] }, aboutSuperiorDeg: { uniform: [-40, 40] } }
beam: { kv: { choice: [90, 100, 110, 120] } }
outputs: [folder, coco]
`;

const folder = await mkdtemp(join(tmpdir(), "synthex-bench-"));
try {
  const phantom = chestPhantom([256, 256, 256]);
  const { ct, labelMap, landmarks } = phantom;
  await writeFile(join(folder, "ct.nii"), writeNifti(ct));
  await writeFile(join(folder, "labels.nii"), writeNifti(labelMap));
  await writeFile(join(folder, "names.json"), JSON.stringify(Object.fromEntries(labelMap.names)));
  await writeFile(join(folder, "points.json"), JSON.stringify({ landmarks }));
  await writeFile(join(folder, "bench.yaml"), RECIPE);
  const loaded = await loadRecipe(join(folder, "bench.yaml"));

  const runs = [];
  for (const workers of [1, 2, 4]) {
    const directory = join(folder, `out-${workers}`);
    const before = process.cpuUsage();
    const wall = performance.now();
    const { made, bytes } = await generate({ loaded, directory, workers });
    const seconds = (performance.now() - wall) / 1000;
    const used = process.cpuUsage(before);
    await mergeDataSet(directory);
    const { findings } = await verifyDataSet(directory);
    runs.push({
      workers,
      samples: made,
      seconds,
      samplesPerSecond: made / seconds,
      cpuMsPerSample: (used.user + used.system) / 1000 / made,
      bytesPerSample: bytes / made,
      peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
      findings: findings.length,
    });
  }

  // The projection alone: four materials of the same views, on one thread.
  const projector = nodeProjector({ threads: 1 });
  const patient = openPatient(phantom, projector);
  const facts = patientFacts(phantom);
  const project = async (id: number): Promise<void> => {
    const { camera } = drawView(loaded.recipe, randomStream(sampleKey(0, id, "view 0")), facts);
    await patient.areaDensity({ kind: "tissue" }, camera);
  };
  await project(0);
  const before = process.cpuUsage();
  const views = 60;
  for (let id = 0; id < views; id++) await project(id);
  const used = process.cpuUsage(before);
  const projectionMs = (used.user + used.system) / 1000 / views;
  await projector.close();

  const [one, two] = runs;
  const report = {
    machine: `${cpus()[0]?.model ?? "?"}, ${cpus().length} threads, load ${loadavg()[0].toFixed(1)}`,
    runs,
    projectionCpuMs: projectionMs,
    ratios: [
      { name: "samples a second on two cores", goal: 12, value: two.samplesPerSecond },
      {
        name: "CPU of a sample over that of its projection",
        goal: 1.6,
        value: one.cpuMsPerSample / projectionMs,
      },
      { name: "two workers over one, wall", goal: 2, value: two.samplesPerSecond / one.samplesPerSecond },
    ],
  };
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else {
    console.log(report.machine);
    for (const run of runs)
      console.log(
        `${run.workers} workers: ${run.samplesPerSecond.toFixed(1)} samples/s, ${run.cpuMsPerSample.toFixed(0)} ms of processor time and ${(run.bytesPerSample / 1000).toFixed(0)} kB each, peak memory ${run.peakMemoryMb} MB`,
      );
    console.log(`projection alone: ${projectionMs.toFixed(0)} ms`);
    for (const { name, goal, value } of report.ratios)
      console.log(`${name.padEnd(48)} ${value.toFixed(2).padStart(7)}   goal ${goal}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
