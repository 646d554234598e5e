/**
 * What simulators and domain randomization do for a network that is judged on real fluoroscopies: naive, heuristic and realistic pictures of
 * the same views, no, regular and strong randomization (paper), several seeds each, at small size. Broken off, it goes on where it was.
 *
 *   node bench/simulator-study.ts --real DIR --out DIR [--count 1500] [--steps 600] [--seeds 3] [--size 64]
 *     [--simulators naive,heuristic,realistic] [--randomizations none,regular,strong]
 */
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readScores, scoresToJson } from "../src/evaluation/recorded-scores.ts";
import { compareRuns } from "../src/evaluation/compare-runs.ts";
import type { CaseScore, EvaluatedNames } from "../src/evaluation/score-case.ts";
import { sampleStatistics } from "../src/evaluation/statistics/sample-statistics.ts";
import { summarise } from "../src/evaluation/summarise.ts";
import { recipeSchema } from "../src/dataset/recipe.ts";
import { generate } from "../src/node/dataset/generate.ts";
import { loadRecipe } from "../src/node/dataset/load-recipe.ts";
import { mergeDataSet } from "../src/node/dataset/merge.ts";
import { evaluateModel } from "../src/node/evaluation/evaluate-model.ts";
import { onnxRuntime } from "../src/node/onnx-runtime.ts";
import { openModel } from "../src/node/prediction/open-model.ts";
import { trainModel } from "../src/node/training/train-model.ts";
import { checkPlan } from "../src/training/plan.ts";

const { values: options } = parseArgs({
  options: {
    real: { type: "string" },
    out: { type: "string" },
    count: { type: "string", default: "1500" },
    steps: { type: "string", default: "600" },
    seeds: { type: "string", default: "3" },
    size: { type: "string", default: "64" },
    simulators: { type: "string", default: "naive,heuristic,realistic" },
    randomizations: { type: "string", default: "none,regular,strong" },
    threads: { type: "string", default: "1" },
  },
});
const { real, out } = options;
if (!real || !out) throw new Error("give --real, a folder of real pictures with masks, and --out");

/** Those of a list that are asked for, in the list's order. */
function asked<T extends string>(all: readonly T[], text: string): T[] {
  const names = text.split(",");
  const unknown = names.find((name) => !all.some((one) => one === name));
  if (unknown !== undefined) throw new Error(`there is no ${unknown}, only ${all.join(", ")}`);
  return all.filter((one) => names.includes(one));
}

const SIMULATORS = asked(["naive", "heuristic", "realistic"] as const, options.simulators);
const PROFILES = { none: "none", regular: "paper-regular", strong: "paper-strong" } as const;
const RANDOMIZATIONS = asked(["none", "regular", "strong"] as const, options.randomizations);
const MINIMUM_TRUTH_PX = 20;

const isThere = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined;

for (const simulator of SIMULATORS) {
  const { recipe, folder } = await loadRecipe("hip-upright", { count: Number(options.count) });
  const changed = recipeSchema.parse({
    ...recipe,
    name: `study-${simulator}`,
    simulator,
    sizePx: 2 * Number(options.size),
    imagesPerPatient: 40,
    outputs: ["folder"],
  });
  const data = join(out, simulator);
  await generate({ loaded: { recipe: changed, folder }, directory: data, workers: 2 });
  await mergeDataSet(data);
}

interface Run {
  readonly simulator: string;
  readonly randomization: string;
  readonly scores: readonly CaseScore[];
  readonly names: EvaluatedNames;
}
const runs: Run[] = [];
// Seeds outermost, so that a study that is broken off has compared everything.
for (let seed = 0; seed < Number(options.seeds); seed++)
  for (const simulator of SIMULATORS)
    for (const randomization of RANDOMIZATIONS) {
      const runFolder = join(out, "runs", `${simulator}-${randomization}-${seed}`);
      const scoresPath = join(runFolder, "real.json");
      if (!(await isThere(scoresPath))) {
        await mkdir(runFolder, { recursive: true });
        const plan = checkPlan({
          name: `${simulator}-${randomization}-${seed}`,
          seed,
          steps: Number(options.steps),
          input: { sizePx: Number(options.size), channels: ["standardised"] },
          network: { kind: "unet", features: [12, 24, 48, 96] },
          data: { source: "images", landmarks: [] },
          augmentation: { profile: PROFILES[randomization], strength: { from: 1, to: 1 } },
          loss: { dice: 1, crossEntropy: 1 },
          validation: { everySteps: Number(options.steps), atMost: 64 },
        });
        const { path } = await trainModel({
          plan,
          planText: "",
          data: join(out, simulator),
          out: runFolder,
          provider: "cpu",
          threads: Number(options.threads),
          workers: 1,
          resume: true,
        });
        const model = await openModel(path, await onnxRuntime({ threads: Number(options.threads) }));
        const evaluation = await evaluateModel({
          models: [model],
          data: real,
          score: { minimumTruthPx: MINIMUM_TRUTH_PX },
        });
        await evaluation.close();
        await writeFile(scoresPath, scoresToJson(evaluation.scores, evaluation.names));
      }
      const { scores, names } = readScores(await readFile(scoresPath, "utf8"), scoresPath);
      runs.push({ simulator, randomization, scores, names });
      console.log(
        `${simulator} ${randomization} seed ${seed}: Dice ${(summarise(scores, names).dice.mean ?? Number.NaN).toFixed(3)}`,
      );
    }

/** Seeds of one picture are not independent: the picture is the cluster. */
const named = ([simulator, randomization]: readonly [string, string]): CaseScore[] =>
  runs
    .filter((run) => run.simulator === simulator && run.randomization === randomization)
    .flatMap(({ scores }, seed) =>
      scores.map((score) => ({ ...score, name: `${seed} ${score.name}`, subject: score.name })),
    );

console.log(
  "\n| simulator | randomization | Dice by seed | mean | SD of seeds | 95 % of pictures |\n| --- | --- | --- | ---: | ---: | --- |",
);
for (const simulator of SIMULATORS)
  for (const randomization of RANDOMIZATIONS) {
    const chosen = runs.filter((run) => run.simulator === simulator && run.randomization === randomization);
    const means = chosen.map(({ scores, names }) => summarise(scores, names).dice.mean ?? Number.NaN);
    const pooled = summarise(named([simulator, randomization]), chosen[0].names);
    const { mean, sd } = sampleStatistics(means);
    const { low, high } = pooled.dice.bySubject ?? { low: Number.NaN, high: Number.NaN };
    console.log(
      `| ${simulator} | ${randomization} | ${means.map((value) => value.toFixed(3)).join(", ")} | ${mean.toFixed(3)} | ${sd.toFixed(3)} | ${low.toFixed(3)} to ${high.toFixed(3)} |`,
    );
  }

console.log(
  "\n| first | second | second less first, paired by picture (95 %) | p |\n| --- | --- | --- | ---: |",
);
for (const [first, second] of [
  [
    ["naive", "strong"],
    ["realistic", "strong"],
  ],
  [
    ["heuristic", "strong"],
    ["realistic", "strong"],
  ],
  [
    ["naive", "none"],
    ["realistic", "none"],
  ],
  [
    ["heuristic", "none"],
    ["realistic", "none"],
  ],
  [
    ["realistic", "none"],
    ["realistic", "regular"],
  ],
  [
    ["realistic", "regular"],
    ["realistic", "strong"],
  ],
  [
    ["naive", "regular"],
    ["naive", "strong"],
  ],
] as const) {
  if (named(first).length === 0 || named(second).length === 0) continue;
  const { dice } = compareRuns(named(first), named(second), runs[0].names);
  if (!dice) continue;
  const { difference, interval, bootstrapP } = dice;
  const bounds = interval ? ` (${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})` : "";
  console.log(
    `| ${first.join(", ")} | ${second.join(", ")} | ${difference.toFixed(3)}${bounds} | ${bootstrapP?.toFixed(4) ?? "-"} |`,
  );
}
