import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RecipeSubject } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { cardNotesSchema, type CardNotes } from "../../evaluation/card-notes.ts";
import { evaluationLimits } from "../../evaluation/evaluation-limits.ts";
import { type CardData, type CardEvaluation, modelCard } from "../../evaluation/model-card.ts";
import { readScores } from "../../evaluation/recorded-scores.ts";
import { summarise } from "../../evaluation/summarise.ts";
import { readModel } from "../../network/onnx/read-model.ts";
import { networkLayout } from "../../network/training-step.ts";
import { METADATA_KEY, type ModelMetadata, readModelMetadata } from "../../prediction/model-metadata.ts";
import { checkedBy, readYaml } from "../../scene/document.ts";
import { networkOf } from "../../training/network-of.ts";
import { planInWords } from "../../training/plan-in-words.ts";
import { checkPlan, type Plan } from "../../training/plan.ts";
import { loadRecipe } from "../dataset/load-recipe.ts";
import { shippedPlanNames } from "../training/shipped-plans.ts";
import { modelFile } from "./open-model.ts";

export interface CardOptions {
  /** File, or name of one that comes with SyntheX. */
  readonly model: string;
  /** Folders that `evaluate` wrote, each perhaps after a name: `NAME=DIR`. */
  readonly evaluations: readonly string[];
  /** YAML or JSON: what people say of the model. */
  readonly notes?: string | undefined;
  /** What it was trained on; default the plan's. */
  readonly recipe?: string | undefined;
}

/**
 * The card of a model: from what its file says of itself, the licences of its recipe, and evaluations.
 *
 * @throws InputError `model-card` where the recipe is not known or a subject has no licence; what the readers of the files refuse
 */
export async function writtenModelCard(options: CardOptions): Promise<string> {
  const { path, bytes } = await modelFile(options.model);
  const model = readModelMetadata(readModel(bytes, path).metadata.get(METADATA_KEY), path);
  const plan = checkPlan(JSON.parse(model.training.plan));
  const notes = await readNotes(options.notes);
  const evaluations = await Promise.all(options.evaluations.map((given) => readEvaluation(given, notes)));
  return modelCard({
    model,
    file: {
      name: basename(path),
      bytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      parameters: parametersOf(plan, model),
    },
    licence: notes.licence,
    intendedUse: notes.intendedUse ?? [
      `Research: ${(model.description ?? `${model.structures.join(", ")} in radiographs`).replace(/\.$/, "")}.`,
    ],
    notFor: notes.notFor,
    trainingData: await trainingDataOf(options.recipe ?? plan.recipe, model),
    profile: planInWords(plan),
    evaluations,
    limits: [
      "Trained on simulated X-rays alone; every patient is a variation of the CTs above.",
      ...evaluations.flatMap(({ data, summary }) => evaluationLimits(data, summary)),
      ...notes.limits,
    ],
    commands: notes.commands ?? (await commandsOf(plan, options.recipe)),
  });
}

async function readNotes(path: string | undefined): Promise<CardNotes> {
  if (path === undefined) return cardNotesSchema.parse({});
  const text = await textOf(path, "card-notes");
  const { content, placeOf } = readYaml(text, { name: path, kind: "card-notes" });
  return checkedBy(cardNotesSchema, content, {
    kind: "card-notes",
    remedy: "see docs/evaluation.md",
    placeOf,
  });
}

async function readEvaluation(given: string, { evaluations }: CardNotes): Promise<CardEvaluation> {
  const [, name, folder] = /^(?:([^=]+)=)?(.+)$/.exec(given) as unknown as [string, string?, string?];
  const data = name ?? basename(folder ?? given);
  const path = join(folder ?? given, "scores.json");
  const { scores, names } = readScores(await textOf(path, "card-evaluation"), path);
  const { licence, note } = evaluations[data] ?? {};
  return {
    data,
    ...(licence === undefined ? {} : { licence }),
    ...(note === undefined ? {} : { note }),
    summary: summarise(scores, names),
  };
}

const textOf = (path: string, kind: string): Promise<string> =>
  readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(`${kind}-missing`, `cannot read ${path}: ${cause.code ?? cause.message}`, {
      remedy:
        kind === "card-evaluation" ? "give a folder that synthex evaluate wrote" : "give a file of notes",
      cause,
    });
  });

function parametersOf(plan: Plan, { structures, landmarks, targets, sizePx }: ModelMetadata): number {
  const task = { structures, landmarks, targets, widthPx: sizePx, heightPx: sizePx };
  return networkLayout({ ...task, network: networkOf(plan, task) }).layout.parameterCount;
}

/** The CTs of the recipe, subjects that are made of the same ones together. */
async function trainingDataOf(recipe: string | undefined, model: ModelMetadata): Promise<CardData[]> {
  if (recipe === undefined)
    throw new InputError(
      "model-card",
      `the plan of model "${model.name}" does not say which recipe it was trained on`,
      { remedy: "name it with --recipe" },
    );
  const { subjects } = (await loadRecipe(recipe)).recipe;
  const learnt = subjects.filter(({ split }) => split !== "test");
  return [
    ...Map.groupBy(learnt, ({ ct, licence, split }) =>
      [sourcesOf({ ct }), licence, split].join("\n"),
    ).values(),
  ].map(
    (group): CardData => ({
      name: group.map(nameOf).join(", "),
      use: group[0].split === "validation" ? "validation" : "training",
      source: [...new Set(group.flatMap(sourcesOf))].join(", "),
      licence: group[0].licence ?? "",
    }),
  );
}

const nameOf = ({ name, ct }: RecipeSubject): string => name ?? ct;

/** Names of the CTs that a subject is made of. */
const sourcesOf = ({ ct, preparation = [] }: Pick<RecipeSubject, "ct"> & Partial<RecipeSubject>): string[] =>
  [ct, ...preparation.flatMap((step) => (step.kind === "composite" ? [step.bones.ct] : []))].map((path) =>
    basename(path),
  );

/** Only of a plan that comes along: others may be anywhere. */
async function commandsOf({ name, recipe, seed, steps }: Plan, other: string | undefined): Promise<string[]> {
  if (recipe === undefined || other !== undefined || !(await shippedPlanNames()).includes(name)) return [];
  return [
    `synthex generate ${recipe} --out data/${recipe}`,
    `synthex train ${name} --data data/${recipe} --out runs/${name} --seed ${seed}${steps === undefined ? "" : ` --steps ${steps}`}`,
  ];
}
