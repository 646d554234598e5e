import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Camera } from "../src/geometry/camera.ts";
import { assignMaterials } from "../src/material/assign-materials.ts";
import { linearAttenuationField } from "../src/material/linear-attenuation-field.ts";
import { nodeProjector } from "../src/node/node-projector.ts";
import { openPatient } from "../src/scene/patient.ts";
import { writeMetaImage } from "../src/volume/write-meta-image.ts";
import { type BenchCase, benchCamera, title } from "./cases.ts";
import { chestPhantom, type ChestPhantom } from "./chest-phantom.ts";
import { output } from "./child.ts";
import { gridSampleRenderer } from "./grid-sample.ts";
import { nativeKernel } from "./native-kernel.ts";
import { plastimatchMs } from "./plastimatch.ts";
import type { Ratio, Report } from "./report.ts";
import { busierSideMs, type Contender, cpuMs, ratioOf, timedCases, timeInRounds, wallMs } from "./rounds.ts";
import { makeSample, sampleScene } from "./sample.ts";

/** Other programs that this machine has. */
export interface Peers {
  readonly hasPlastimatch?: boolean;
  /** A Python with PyTorch. */
  readonly python?: string;
  /** The projector's kernel, compiled natively. */
  readonly native?: string;
}

interface Options {
  readonly rounds: number;
  readonly folder: string;
  readonly peers: Peers;
  readonly progress: (text: string) => void;
}

/** Pictures of ours that are averaged within a round. */
const REPETITIONS = 3;

/** Measures everything at one size. */
export async function measureCase(
  bench: BenchCase,
  options: Options,
): Promise<Pick<Report, "cases" | "ratios">> {
  const { progress, rounds, folder } = options;
  const camera = benchCamera(bench.sizePx);
  progress(`case ${bench.id}: ${title(bench)}`);
  const phantom = chestPhantom(bench.shape);
  const ctPath = join(folder, `${bench.id}.mha`);
  await writeFile(ctPath, writeMetaImage(phantom.ct));
  const ours = await ourContenders(phantom, camera);
  const contenders = [
    ...ours.contenders,
    ...(await nativeContenders(bench, phantom, camera, options)),
    ...plastimatchContenders(bench, ctPath, options),
    ...(await gridSampleContenders(bench, phantom, camera, options)),
  ];
  for (const { measure } of ours.contenders) await measure();
  progress(`case ${bench.id}: ${rounds} rounds of ${contenders.map(({ name }) => name).join(", ")}`);
  const timings = await timeInRounds(contenders, rounds);
  await ours.close();
  const named = (name: string): string => `case ${bench.id}: ${name}`;
  const ratios = RATIOS.flatMap((ratio) => ratioOf(timings, ratio) ?? []);
  const memory = bench.id === "b" ? [await peakMemory(bench, ctPath, phantom, folder)] : [];
  return {
    cases: timedCases(contenders, timings).map((timed) => ({ ...timed, name: named(timed.name) })),
    ratios: [...ratios, ...memory.flat()].map((ratio) => ({ ...ratio, name: named(ratio.name) })),
  };
}

const SCALAR = "scalar, one thread";
const FOUR = "four materials, one thread";
const RATIOS = [
  { name: "plastimatch exact / ours", goal: ">= 6", over: "plastimatch exact", under: SCALAR },
  { name: "plastimatch uniform / ours", goal: ">= 30", over: "plastimatch uniform", under: SCALAR },
  { name: "PyTorch grid_sample / ours", goal: ">= 100", over: "PyTorch grid_sample", under: SCALAR },
  { name: "four materials / scalar", goal: "<= 1.6", over: FOUR, under: SCALAR },
  {
    name: "one thread / two threads, wall",
    goal: ">= 1.85",
    over: "four materials, wall, one thread",
    under: "four materials, wall, two threads",
  },
  {
    name: "one thread / busier of two threads, CPU",
    goal: ">= 1.85",
    over: FOUR,
    under: "four materials, busier of two threads",
  },
  { name: "native / ours, scalar", goal: ">= 0.75", over: "native scalar", under: SCALAR },
  { name: "native / ours, four materials", goal: ">= 0.75", over: "native four materials", under: FOUR },
  { name: "whole sample / its projection", goal: "<= 2", over: "whole realistic sample", under: FOUR },
] as const;

async function ourContenders(
  { ct, labelMap, landmarks }: ChestPhantom,
  camera: Camera,
): Promise<{ contenders: Contender[]; close(): Promise<void> }> {
  const one = nodeProjector({ threads: 1 });
  const two = nodeProjector({ threads: 2 });
  const scalar = await one.load(linearAttenuationField(ct, "naive", one.allocate));
  const [field] = assignMaterials(ct, { kind: "tissue" }, { allocate: one.allocate }).fields;
  const four = await one.load(field);
  const onTwo = await two.load(assignMaterials(ct, { kind: "tissue" }, { allocate: two.allocate }).fields[0]);
  const patient = openPatient({ ct, labelMap, landmarks }, one);
  const scene = sampleScene(camera);
  return {
    contenders: [
      { name: SCALAR, clock: "cpu", measure: () => cpuMs(() => scalar.integrate(camera), REPETITIONS) },
      { name: FOUR, clock: "cpu", measure: () => cpuMs(() => four.integrate(camera), REPETITIONS) },
      {
        name: "whole realistic sample",
        clock: "cpu",
        note: "7 masks, 14 landmarks, noise, 8 PNGs, in memory",
        measure: () => cpuMs(() => makeSample(patient, scene), REPETITIONS),
      },
      {
        name: "four materials, wall, one thread",
        clock: "wall",
        measure: () => wallMs(() => four.integrate(camera), REPETITIONS),
      },
      {
        name: "four materials, wall, two threads",
        clock: "wall",
        measure: () => wallMs(() => onTwo.integrate(camera), REPETITIONS),
      },
      {
        name: "four materials, busier of two threads",
        clock: "cpu",
        note: "the wall time if each thread had a core to itself",
        measure: () => busierSideMs(() => onTwo.integrate(camera), REPETITIONS),
      },
    ],
    close: async () => {
      await patient.release();
      await one.close();
      await two.close();
    },
  };
}

async function nativeContenders(
  bench: BenchCase,
  { ct }: ChestPhantom,
  camera: Camera,
  { folder, peers }: Options,
): Promise<Contender[]> {
  const program = peers.native;
  if (program === undefined) return [];
  const fields = [
    { name: "native scalar", field: linearAttenuationField(ct, "naive") },
    { name: "native four materials", field: assignMaterials(ct, { kind: "tissue" }).fields[0] },
  ];
  const contenders: Contender[] = [];
  for (const { name, field } of fields) {
    const path = join(folder, `${bench.id}-${field.kind}.image`);
    const { measure } = await nativeKernel({ program, field, camera, path });
    contenders.push({ name, clock: "cpu", note: "the same loops in C, -O3 -march=native", measure });
  }
  return contenders;
}

function plastimatchContenders(bench: BenchCase, ctPath: string, { folder, peers }: Options): Contender[] {
  if (!peers.hasPlastimatch) return [];
  const pixels = (sizePx: number): number => (bench.sizePx / sizePx) ** 2;
  return (["exact", "uniform"] as const).map((algorithm): Contender => {
    const sizePx = algorithm === "exact" ? bench.sizePx : bench.uniformSizePx;
    const factor = pixels(sizePx);
    return {
      name: `plastimatch ${algorithm}`,
      clock: "cpu",
      note: `without reading the CT${factor === 1 ? "" : `; ${factor} times a picture of ${sizePx} × ${sizePx}`}`,
      measure: async () => factor * (await plastimatchMs({ ctPath, folder, algorithm, sizePx })),
    };
  });
}

async function gridSampleContenders(
  bench: BenchCase,
  { ct }: ChestPhantom,
  camera: Camera,
  { folder, peers }: Options,
): Promise<Contender[]> {
  if (peers.python === undefined) return [];
  const renderer = await gridSampleRenderer({
    python: peers.python,
    bench,
    camera,
    grid: ct.grid,
    values: ct.values as Int16Array,
    folder,
  });
  return [
    {
      name: "PyTorch grid_sample",
      clock: "cpu",
      note: `one thread, ${bench.gridSamples} samples a ray; ${bench.gridRowStep} times one row in ${bench.gridRowStep}`,
      measure: renderer.measure,
    },
  ];
}

/** Peak memory of a process of its own, as shares of the goal's 1.6 GB. */
async function peakMemory(
  { id, sizePx }: BenchCase,
  ctPath: string,
  { labelMap }: ChestPhantom,
  folder: string,
): Promise<Ratio[]> {
  const labelsPath = join(folder, `${id}-labels.mha`);
  await writeFile(labelsPath, writeMetaImage(labelMap));
  const script = join(import.meta.dirname, "peak-memory.ts");
  const printed = await output(process.execPath, [script, ctPath, labelsPath, String(sizePx)]);
  const { projectionMb, sampleMb } = JSON.parse(printed) as { projectionMb: number; sampleMb: number };
  return [
    { name: "peak memory in GB, file to four materials projected", megabytes: projectionMb },
    { name: "peak memory in GB, file to whole labelled sample", megabytes: sampleMb },
  ].map(({ name, megabytes }) => {
    const value = megabytes / 1000;
    return { name, goal: "< 1.6", value, min: value, max: value };
  });
}
