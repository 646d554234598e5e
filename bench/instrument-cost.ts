/**
 * What a tool adds to the projection of a 256³ CT in a 512² picture: casting its triangles, taking out the tissue, putting it in. Medians of nine.
 *
 * node bench/instrument-cost.ts [FILE.stl]
 */
import { readFileSync } from "node:fs";
import { readMesh } from "../src/instrument/mesh/read-mesh.ts";
import { meshTool } from "../src/instrument/tool/mesh-tool.ts";
import { presetTool } from "../src/instrument/tool/preset-tools.ts";
import { placedTool, type Tool } from "../src/instrument/tool/tool.ts";
import { poseOfTip } from "../src/instrument/tool/tool-pose.ts";
import { toolShadows } from "../src/instrument/tool/tool-shadow.ts";
import { materialByName } from "../src/material/named-materials.ts";
import { nodeProjector } from "../src/node/node-projector.ts";
import { withTools } from "../src/scene/instrument-shadows.ts";
import { openPatient } from "../src/scene/patient.ts";
import { placeCamera } from "../src/scene/place-camera.ts";
import { parseScene } from "../src/scene/scene.ts";
import { ballInAir } from "../test/scene/phantoms.ts";

const ROUNDS = 9;
const ENERGY_KEV = 50;

async function medianMs(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)];
}

function toolOfFile(path: string): Tool {
  const started = performance.now();
  const { mesh } = readMesh(readFileSync(path), path);
  console.log(`${path}: read and mended in ${(performance.now() - started).toFixed(0)} ms`);
  return meshTool({ mesh, name: "file", material: materialByName("316l") }).tool;
}

const [file] = process.argv.slice(2);
const tools: [string, Tool][] = [
  ...(file === undefined ? [] : ([["file", toolOfFile(file)]] as [string, Tool][])),
  ["screw", presetTool("screw", { threadMm: 75 })],
  ["continuum-manipulator", presetTool("continuum-manipulator", { knot2Deg: 3 })],
];
const ct = ballInAir({ shape: [256, 256, 256], voxelMm: 1.2, centreLps: [0, 0, 0], radiusMm: 140, hu: 40 });
const { camera } = placeCamera(parseScene({ ct: "ball", sizePx: 512, view: "AP" }), ct.grid, undefined);
const rule = { kind: "tissue" } as const;
for (const threads of [1, 2]) {
  const projector = nodeProjector({ threads });
  const patient = openPatient({ ct, landmarks: [] }, projector);
  await patient.areaDensity(rule, camera);
  const fields = await patient.densityFields(rule);
  const projectionMs = await medianMs(() => patient.areaDensity(rule, camera));
  console.log(`${threads} threads: projection ${projectionMs.toFixed(0)} ms`);
  for (const [name, tool] of tools) {
    const pose = poseOfTip(tool, { tipLps: [0, 0, 60], direction: [0.3, 0.1, 1], rollDeg: 0 });
    const placed = placedTool(name, tool, pose);
    const cast = toolShadows(camera, [placed], ENERGY_KEV);
    const castMs = await medianMs(() => toolShadows(camera, [placed], ENERGY_KEV));
    const { image, materials } = await patient.areaDensity(rule, camera);
    const insideMs = await medianMs(() => withTools({ image, materials }, cast, camera, fields));
    const triangles = tool.parts.reduce((sum, { mesh }) => sum + mesh.triangles.length / 3, 0);
    console.log(
      `  ${name}: ${triangles} triangles on ${cast.tools[0].pixels.length} pixels, cast ${castMs.toFixed(1)} ms, displaced and put in ${insideMs.toFixed(1)} ms: ${((100 * (castMs + insideMs)) / projectionMs).toFixed(0)} %`,
    );
  }
  await patient.release();
  await projector.close();
}
