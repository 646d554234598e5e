import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import { createProgram } from "../../src/cli/program.ts";
import { InputError } from "../../src/error/input-error.ts";
import { grid } from "../../src/geometry/grid.ts";
import { transform } from "../../src/geometry/transform.ts";
import type { RandomStream } from "../../src/random/random-stream.ts";
import { writeNifti } from "../../src/volume/write-nifti.ts";
import { mutateText, pick } from "./mutate.ts";
import { type FuzzTarget, must } from "./target.ts";

/** Every file that a mutated command may write lies in here. */
const sandbox = mkdtempSync(join(tmpdir(), "synthex-fuzz-"));
process.on("exit", () => rmSync(sandbox, { recursive: true, force: true }));

const fixtures = new URL("../../test/fixtures/volume/", import.meta.url);
const inSandbox = (name: string): string => join(sandbox, name);
cpSync(new URL("bad-rgb.nii", fixtures), inSandbox("bad-rgb.nii"));
writePatient();
writeFileSync(inSandbox("names.json"), '{"1": "hip_left", "2": "hip_right", "3": "sacrum"}');
writeFileSync(inSandbox("spectrum.csv"), "keV,photons\n20,1\n40,5\n60,3\n80,1\n");
writeFileSync(inSandbox("points.csv"), "name,x,y,z\nFH-l,10,20,30\n");

const CT = inSandbox("ct.nii");
const LABELS = inSandbox("labels.nii");
const NAMES = inSandbox("names.json");
const MISSING = inSandbox("missing.nii");
const OUT = inSandbox("out");

/** A block of water with three bones in it, 12 voxels of 20 mm to a side. */
function writePatient(): void {
  const side = 12;
  const inside = (n: number, from: number, to: number) => n >= from && n < to;
  const labels = Uint8Array.from({ length: side ** 3 }, (_, n) => {
    const [i, j, k] = [n % side, Math.floor(n / side) % side, Math.floor(n / side ** 2)];
    if (!inside(j, 5, 7) || !inside(k, 4, 8)) return 0;
    return inside(i, 8, 10) ? 1 : inside(i, 2, 4) ? 2 : inside(i, 5, 7) ? 3 : 0;
  });
  const values = Int16Array.from(labels, (label, n) => {
    const places = [n % side, Math.floor(n / side) % side, Math.floor(n / side ** 2)];
    if (!places.every((place) => inside(place, 1, side - 1))) return -1000;
    return label === 0 ? 30 : 500;
  });
  const lpsFromVoxel = transform(
    "lps",
    "voxel",
    [20, 0, 0, -110, 0, 20, 0, -110, 0, 0, 20, -110, 0, 0, 0, 1],
  );
  const placed = grid([side, side, side], lpsFromVoxel);
  writeFileSync(inSandbox("ct.nii"), writeNifti({ quantity: "HU", grid: placed, values }));
  writeFileSync(inSandbox("labels.nii"), writeNifti({ grid: placed, labels, names: new Map() }));
}

const simulateOptions = [
  "--ct",
  MISSING,
  "--labels",
  LABELS,
  "--label-names",
  NAMES,
  "--landmarks",
  inSandbox("points.csv"),
  "--device",
  "cios-fusion",
  "--view",
  "AP",
  "--lao",
  "10",
  "--cra",
  "-5",
  "--roll",
  "3",
  "--isocentre",
  "1,2,3",
  "--source-to-isocentre",
  "600",
  "--size",
  "16",
  "--simulator",
  "naive",
  "--materials",
  "threshold",
  "--kv",
  "80",
  "--mas",
  "1.5",
  "--filter",
  "Al:2.5",
  "--seed",
  "7",
  "--quantity",
  "area-density",
  "--processing",
  "log",
  "--structures",
  "hip_left,sacrum",
  "--format",
  "png",
  "--projector",
  "reference",
];

const seeds: readonly (readonly string[])[] = [
  ["inspect", CT, "--labels", LABELS, "--label-names", NAMES, "--json"],
  ["inspect", inSandbox("bad-rgb.nii"), "--json"],
  ["attenuation", "water", "--energy", "60", "--json"],
  ["attenuation", "H2O", "--energy", "33.17", "--density", "1.2"],
  ["attenuation", "Ti-6Al-4V", "--energy", "100", "--json"],
  ["attenuation", "H:0.11,O:0.89", "--energy", "20", "--density", "1", "--json"],
  ["spectrum", "--kv", "80", "--anode-angle", "12", "--filter", "Al:2.5", "--filter", "air:950", "--json"],
  ["spectrum", "--kv", "120", "--table"],
  [
    "spectrum",
    "--from",
    inSandbox("spectrum.csv"),
    "--energies-are",
    "lower-edges",
    "--filter",
    "Cu:0.2",
    "--json",
  ],
  ["devices", "--json"],
  ["validate", "--quick", "--json"],
  ["simulate", ...simulateOptions, "--out", OUT, "--json"],
  ["simulate", "--ct", MISSING, "--view", "inlet", "--isocentre", "label:hip_left", "--out", OUT, "--json"],
  [
    "simulate",
    "--ct",
    MISSING,
    "--rotation",
    "1,0,0,0,0,-1,0,1,0",
    "--isocentre",
    "centre",
    "--no-noise",
    "--out",
    OUT,
  ],
  ["simulate", inSandbox("scene.yaml"), "--kv", "70", "--out", OUT, "--json"],
];

/** Options of the commands above, whether a seed uses them or not. */
const optionNames = createProgram()
  .commands.filter((command) => seeds.some(([first]) => first === command.name()))
  .flatMap((command) => command.options.map(({ long }) => long ?? ""));

const words = [
  ...new Set([...seeds.flat(), ...optionNames]),
  "--help",
  "--version",
  "--",
  "-",
  "-h",
  "--no-noise",
  "--no-json",
  "--json=1",
  "--kv=",
  "--kv=80",
  "--label-material",
  "femur_left:cortical bone",
  "--filter",
  "Al:",
  ":2",
  "Al:NaN",
  "unobtainium:1",
  "__proto__",
  "constructor",
  "label:",
  "label:nothing",
  "1,2",
  "1,2,3,4",
  "H99999999",
  "(H2O)((",
  "NaN",
  "Infinity",
  "1e999",
  "0x10",
  "",
  " ",
  "\0",
  "-1",
  "0",
  "99999999999999999999",
];

type WordMutation = (argv: string[], random: RandomStream) => void;

const wordMutations: readonly WordMutation[] = [
  (argv, random) => argv.splice(random.integerBelow(argv.length), 1),
  (argv, random) => argv.splice(random.integerBelow(argv.length + 1), 0, pick(words, random)),
  (argv, random) => (argv[random.integerBelow(argv.length)] = pick(words, random)),
  (argv, random) => {
    const [a, b] = [random.integerBelow(argv.length), random.integerBelow(argv.length)];
    [argv[a], argv[b]] = [argv[b], argv[a]];
  },
  ...Array<WordMutation>(4).fill((argv, random) => {
    const n = random.integerBelow(argv.length);
    argv[n] = mutateText(argv[n], random, pick(words, random)).slice(0, 3000);
  }),
  (argv, random) => argv.push(...pick(seeds, random).slice(1, 1 + random.integerBelow(6))),
];

function mutateWords(seed: readonly string[], random: RandomStream): string[] {
  const argv = [...seed];
  for (let count = random.integerBelow(4); count > 0 && argv.length > 0; count--)
    pick(wordMutations, random)(argv, random);
  return argv;
}

/** Whatever the words are by now, they write only below the sandbox. */
function confined(argv: readonly string[]): string[] {
  return argv.map((word, n) => {
    const value = word.startsWith("--out=") ? word.slice(6) : argv[n - 1] === "--out" ? word : undefined;
    if (value === undefined) return word;
    const inside = join(OUT, value.startsWith(OUT) ? "x" : value.replaceAll(/\.\.|\//g, "_"));
    return word.startsWith("--out=") ? `--out=${inside}` : inside;
  });
}

/**
 * Runs a command line as the program does, in this process. Success is exit code 0 with one JSON object where `--json` asks for it;
 * wrong usage (an error of the option parser) and wrong input (InputError) are exit code 2; nothing else may be thrown.
 */
async function runCommand(argv: readonly string[]): Promise<number> {
  const program = createProgram();
  const printed: string[] = [];
  for (const command of [program, ...program.commands])
    command.configureOutput({ writeOut: (text) => printed.push(text), writeErr: () => undefined });
  // Minutes of physics that no option changes.
  program.commands.find((command) => command.name() === "validate")?.action(() => console.log("{}"));
  const restore = captureOutput(printed);
  const exitCode = process.exitCode;
  try {
    await program.parseAsync(["node", "synthex", ...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    must(
      error.code.startsWith("commander.") && error.message !== "",
      `an error of usage without a reason: ${error.code}`,
    );
    if (error.exitCode === 0) return 0;
    throw new InputError("usage", "wrong usage");
  } finally {
    restore();
    process.exitCode = exitCode;
  }
  const text = printed.join("");
  const asksForJson = argv.includes("--json") && !argv.includes("--");
  if (asksForJson && argv[0] !== "validate") mustBeOneJsonObject(text);
  return 2 * text.length;
}

function mustBeOneJsonObject(text: string): void {
  try {
    must(typeof JSON.parse(text) === "object", "what --json printed is no object");
  } catch {
    must(false, `--json did not print one JSON object: ${text.slice(0, 200)}`);
  }
}

/** Takes what commands print out of the way of the report. */
function captureOutput(printed: string[]): () => void {
  const { log } = console;
  const write = process.stdout.write.bind(process.stdout);
  const writeError = process.stderr.write.bind(process.stderr);
  console.log = (...values: unknown[]) => printed.push(`${values.map(String).join(" ")}\n`);
  process.stdout.write = ((text: string | Uint8Array) =>
    printed.push(String(text)) > 0) as typeof process.stdout.write;
  process.stderr.write = (() => true) as typeof process.stderr.write;
  return () => {
    console.log = log;
    process.stdout.write = write;
    process.stderr.write = writeError;
  };
}

/** One command in three meets a CT, small as it is; the others show at the missing file that their options were understood. */
function makeCommand(random: RandomStream) {
  const argv = confined(mutateWords(pick(seeds, random), random));
  if (argv[0] !== "simulate" || random.uniform() > 0.33) return { files: [], words: argv };
  return { files: [], words: [...argv, "--ct", CT, "--size", "16", "--projector", "reference"] };
}

const scenes: readonly string[] = [
  "ct: ct.nii\nlabels: labels.nii\nlabelNames: names.json\nview: outlet\nisocentre: label:hip_left\n",
  "ct: {path: missing.nii, sha256: 0000000000000000000000000000000000000000000000000000000000000000}\ndevice: cios-fusion\nsizePx: 32\n",
  "ct: ct.nii\nlandmarks: points.csv\nview: AP\nlaoDeg: 10\ncraDeg: -5.5\nrollDeg: 3\nviewedFrom: source\nisocentre: [1, 2, 3]\nsourceToIsocentreMm: 600\nsourceToDetectorMm: 1000\nsimulator: naive\nmaterials:\n  rule: labels\n  byLabel:\n    hip_left: cortical bone\nbeam:\n  kv: 80\n  mas: automatic\n  detectorKermaMicroGy: 2.5\n  anodeAngleDeg: 12\n  filters:\n    - {material: Al, thicknessMm: 3}\n    - {material: Cu, thicknessMm: 0.1}\nnoise: false\nquantity: line-integral\nprocessing: raw\nstructures: [hip_left, sacrum]\nseed: 7\n",
  '{"ct": "ct.nii", "widthPx": 16, "heightPx": 20, "sourceToDetectorMm": 1000, "pixelFromLps": [[5000, 8, 8, 4000], [8, 8, -5000, 4000], [0, 1, 0, 500]], "simulator": "heuristic"}\n',
  "ct: &ct ct.nii\nlabels: {path: labels.nii}\nbeam: {kv: 60, mas: 2}\nstructures: chest\nseed: !!int 3\n",
];

const fieldValues = [
  "AP",
  "PA",
  "label:sacrum",
  "centre",
  "naive",
  "realistic",
  "tissue",
  "labels",
  "radiograph",
  "log",
  "paper",
  "all",
  "hip",
  "0",
  "-1",
  "1",
  "16",
  "45",
  "100",
  "1e9",
  "1e-9",
  ".nan",
  ".inf",
  "0x10",
  "true",
  "null",
  "''",
  "[]",
  "{}",
  "[0, 0, 0]",
  "[1e9, 0, 0]",
];

/** One or two values of the YAML changed, so that it stays YAML. */
function mutateField(scene: string, random: RandomStream): string {
  let text = scene;
  for (let count = random.integerBelow(3); count > 0; count--) {
    const places = [...text.matchAll(/(?<=: |- |[[,{] ?)[^\s,\]}{[]+/g)];
    const { index, 0: old } = pick(places, random);
    text = text.slice(0, index) + pick(fieldValues, random) + text.slice(index + old.length);
  }
  return text;
}

function makeScene(random: RandomStream) {
  const scene = pick(scenes, random);
  const text =
    random.uniform() < 0.4 ? mutateText(scene, random, pick(scenes, random)) : mutateField(scene, random);
  // Large pictures of an explicit size cost seconds and show nothing new.
  const small = text.replaceAll(/(widthPx|heightPx)("?:\s*)\d{3,}/g, "$1$264");
  const meetsCt = random.uniform() < 0.15;
  const bytes = new TextEncoder().encode(meetsCt ? small : small.replaceAll("ct.nii", "missing.nii"));
  const argv = ["simulate", inSandbox("scene.yaml"), "--out", OUT, "--json", "--projector", "reference"];
  return {
    files: [{ name: "scene.yaml", bytes }],
    words: meetsCt && !text.includes("pixelFromLps") ? [...argv, "--size", "16"] : argv,
  };
}

export const commandTargets: readonly FuzzTarget[] = [
  {
    name: "options",
    make: makeCommand,
    take: ({ words }) => runCommand(words ?? []),
  },
  {
    name: "scene",
    quickCases: 150,
    make: makeScene,
    take: ({ files: [{ bytes }], words }) => {
      mkdirSync(sandbox, { recursive: true });
      writeFileSync(inSandbox("scene.yaml"), bytes);
      return runCommand(words ?? []);
    },
  },
];
