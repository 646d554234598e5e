/**
 * Largest memory of a process that reads a CT and projects four materials, and of one that makes a whole labelled sample.
 * `node bench/peak-memory.ts CT LABELS SIZE` prints {"projectionMb", "sampleMb"}.
 */
import { readCt, readLabels } from "../src/node/read-anatomy.ts";
import { nodeProjector } from "../src/node/node-projector.ts";
import { openPatient } from "../src/scene/patient.ts";
import { benchCamera } from "./cases.ts";
import { makeSample, sampleScene } from "./sample.ts";

const [ctPath, labelsPath, size] = process.argv.slice(2);
const camera = benchCamera(Number(size));
const scene = sampleScene(camera);
const projector = nodeProjector();
// Labels are read after the projection, so that the first figure does not know them.
const { ct } = await readCt(ctPath);
const anatomy = { ct, landmarks: [] };
const first = openPatient(anatomy, projector);
await first.areaDensity({ kind: "tissue" }, camera);
const projectionMb = peakMb();
await first.release();
const { labelMap } = await readLabels(labelsPath);
const patient = openPatient({ ...anatomy, labelMap }, projector);
await makeSample(patient, scene);
const sampleMb = peakMb();
await projector.close();
console.log(JSON.stringify({ projectionMb, sampleMb }));

/** Largest resident set so far, in MB of 10⁶ bytes. */
function peakMb(): number {
  return Math.round((process.resourceUsage().maxRSS * 1024) / 1e6);
}
