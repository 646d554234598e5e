import { InputError } from "../error/input-error.ts";
import { randomStream } from "../random/random-stream.ts";
import { sampleKey } from "../random/sample-key.ts";
import type { Patient } from "../scene/patient.ts";
import type { Scene } from "../scene/scene.ts";
import { sceneRecord } from "../scene/scene-record.ts";
import { type Simulation, simulate } from "../scene/simulate.ts";
import { brokenGeometry, brokenLabels, constraintInWords, isGeometric } from "./check-constraints.ts";
import { brokenVisibility } from "./check-tool-constraints.ts";
import { bytesOfMeshes, drawInstruments, type RecipeMeshes } from "./draw-instruments.ts";
import type { PatientFacts } from "./patient-facts.ts";
import type { Recipe, RecipeSubject } from "./recipe.ts";
import { sampleScene } from "./sample-scene.ts";
import { drawView, type SampleView } from "./sample-view.ts";

/** One sample of a data set: what was drawn, and the labelled radiograph that it gave. */
export interface Sample {
  readonly id: number;
  readonly subject: RecipeSubject;
  readonly view: SampleView["drawn"];
  /** As carried out: given to `simulate` with the same patient it makes the same sample. */
  readonly scene: Scene;
  readonly simulation: Simulation;
  /** How often each constraint of the recipe refused a view before this one. */
  readonly rejections: readonly number[];
}

/** Views drawn for one sample before the recipe is given up: under 1 % acceptance two samples in three hundred would need more. */
const MOST_ATTEMPTS = 500;

/**
 * Sample `id` of a recipe on its patient: a function of recipe, seed and id, whatever was rendered before and where. Views are drawn
 * until one satisfies all constraints, each attempt from a stream of its own.
 *
 * @throws InputError `recipe-rejects` after 500 attempts, naming the constraint that refused most
 */
export async function renderSample(options: {
  recipe: Recipe;
  id: number;
  subject: RecipeSubject;
  patient: Patient;
  facts: PatientFacts;
  /** Files that the recipe's instruments name. */
  meshes?: RecipeMeshes;
}): Promise<Sample> {
  const { recipe, id, subject, patient, facts, meshes = new Map() } = options;
  const { seed, constraints, instruments } = recipe;
  const rejections = constraints.map(() => 0);
  const masksMatter = !constraints.every(isGeometric);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const view = drawView(recipe, randomStream(sampleKey(seed, id, `view ${attempt}`)), facts);
    const broken = brokenGeometry(constraints, view, facts);
    if (broken >= 0) {
      rejections[broken]++;
      continue;
    }
    const drawn =
      instruments &&
      drawInstruments({ recipe: { ...recipe, instruments }, id, attempt, view, facts, meshes });
    const brokenTool =
      typeof drawn === "number"
        ? drawn
        : drawn
          ? brokenVisibility(constraints, drawn.placed, view.camera)
          : -1;
    if (brokenTool >= 0 || typeof drawn === "number") {
      rejections[brokenTool]++;
      continue;
    }
    if (masksMatter) {
      const structures = await patient.structures(recipe.structures);
      if (!structures)
        throw new InputError(
          "constraint-labels",
          `a constraint is about masks, but subject "${subject.name}" has no labels`,
        );
      const brokenMask = brokenLabels(constraints, await structures.project(view.camera));
      if (brokenMask >= 0) {
        rejections[brokenMask]++;
        continue;
      }
    }
    const stream = randomStream(sampleKey(seed, id, "beam"));
    const scene = sampleScene({
      recipe,
      subject,
      id,
      view,
      stream,
      facts,
      instruments: drawn?.instruments,
    });
    const simulation = await simulate(patient, scene, bytesOfMeshes(meshes));
    return { id, subject, view: view.drawn, scene: sceneRecord(scene, simulation), simulation, rejections };
  }
  const worst = rejections.indexOf(Math.max(...rejections));
  throw new InputError(
    "recipe-rejects",
    `sample ${id} (subject "${subject.name}"): ${MOST_ATTEMPTS} views were drawn and none was accepted; ${constraintInWords(constraints[worst])} refused ${rejections[worst]} of them`,
    { remedy: "widen this constraint, or narrow the view distribution towards it" },
  );
}
