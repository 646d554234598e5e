/** Renders the patients of a training from a recipe on a thread of its own, and makes examples of them. */
import { parentPort, workerData } from "node:worker_threads";
import type { LabelledImage } from "../../augmentation/labelled-image.ts";
import type { RecipeMeshes } from "../../dataset/draw-instruments.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import type { Task } from "../../training/batch.ts";
import type { Plan } from "../../training/plan.ts";
import { type Budget, strengthAt } from "../../training/schedule.ts";
import { streamBlocks } from "../../training/stream-blocks.ts";
import { streamOrder, type StreamShape } from "../../training/stream-order.ts";
import { patientShelf } from "../dataset/patient-shelf.ts";
import { subjectLibrary } from "../dataset/subject-library.ts";
import type { RecipeSources } from "../dataset/subject-sources.ts";
import { nodeProjector } from "../node-projector.ts";
import type { ExampleRequest } from "./example-request.ts";
import { streamImages } from "./stream-images.ts";
import { streamPatients } from "./stream-patients.ts";
import { examplesOf, type PictureExamples } from "./training-examples.ts";

export interface StreamWorkerData {
  readonly recipe: Recipe;
  readonly folder: string;
  readonly sources: RecipeSources;
  readonly store: { readonly directory: string; readonly partialFolder: string };
  readonly meshes: RecipeMeshes;
  readonly plan: Plan;
  readonly budget: Budget;
  readonly shape: StreamShape;
  /** This worker makes the patients whose number leaves the rest `index` by `count`. */
  readonly index: number;
  readonly count: number;
}

export type StreamRequest = ExampleRequest | { readonly kind: "describe" };

export interface StreamExample {
  readonly slot: number;
  readonly name: string;
  readonly image: LabelledImage;
}

/** The first picture of a patient waits for the patient to be made; later ones for nothing. */
export interface RenderingTime {
  readonly first: { readonly ms: number; readonly pictures: number };
  readonly later: { readonly ms: number; readonly pictures: number };
}

export type StreamReply =
  | {
      readonly kind: "described";
      readonly task: Task;
      readonly isExposedAnew: boolean;
      readonly fieldMm: number;
    }
  | {
      readonly kind: "examples";
      readonly request: ExampleRequest;
      readonly examples: readonly StreamExample[];
      /** That it took to make them, without rendering. */
      readonly ms: number;
      /** What rendering took so far. */
      readonly rendering: RenderingTime;
    }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly input?: { readonly code: string; readonly remedy: string | undefined };
    };

const port = parentPort;
if (!port) throw new Error("stream-worker runs in a worker thread");
const data = workerData as StreamWorkerData;
const { recipe, plan, budget, shape } = data;
const order = streamOrder(shape);
const blocks = streamBlocks(recipe, plan);
const patients = streamPatients({
  recipe,
  plan,
  meshes: data.meshes,
  subjects: subjectLibrary(recipe, data.folder, data.sources, data.store),
  // One thread: the workers themselves fill the cores.
  patients: patientShelf(nodeProjector({ threads: 1 })),
});
const requests: StreamRequest[] = [];
let examples: PictureExamples | undefined;
const rendering = { first: { ms: 0, pictures: 0 }, later: { ms: 0, pictures: 0 } };
/** The step that was asked for last. */
let lastStep = 0;
let isTraining = false;
let isBusy = false;

port.on("message", (request: StreamRequest) => {
  requests.push(request);
  void work();
});

async function work(): Promise<void> {
  if (isBusy) return;
  isBusy = true;
  try {
    for (;;) {
      const request = requests.shift();
      if (request) await answer(request);
      // With nothing to do, the patient that comes next is made; one picture at a time, so that requests do not wait.
      else if (!(await renderAhead())) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    port?.postMessage({
      kind: "failed",
      message: error instanceof Error ? error.message : String(error),
      ...(error instanceof InputError ? { input: { code: error.code, remedy: error.remedy } } : {}),
    } satisfies StreamReply);
  }
  isBusy = false;
}

async function answer(request: StreamRequest): Promise<void> {
  if (request.kind === "describe") {
    const block = blocks.hasValidation ? blocks.validation(0) : blocks.train(0);
    await render(block, 1);
    const { task, isExposedAnew, validated } = opened();
    const { pixelPitchMm = 1 } = await validated(block * recipe.imagesPerPatient);
    port?.postMessage({
      kind: "described",
      task,
      isExposedAnew,
      fieldMm: pixelPitchMm * plan.input.sizePx,
    } satisfies StreamReply);
    return;
  }
  const places = request.kind === "step" ? placesOf(request.step) : validationPlaces(request.first);
  const mine = places.filter(({ patient }) => patient % data.count === data.index);
  for (const { block, pictures } of mine) await render(block, pictures);
  const begun = performance.now();
  const made: StreamExample[] = [];
  const strength = request.kind === "step" ? (request.strength ?? strengthAt(plan, budget, request.step)) : 0;
  for (const { slot, id, showing } of mine) {
    const { learnt, validated, calibrated } = opened();
    const { name, image } = await (request.kind === "step"
      ? learnt(id, showing, strength)
      : request.kind === "calibration"
        ? calibrated(id)
        : validated(id));
    made.push({ slot, name, image });
  }
  port?.postMessage({
    kind: "examples",
    request,
    examples: made,
    ms: performance.now() - begun,
    rendering,
  } satisfies StreamReply);
  if (request.kind === "step") {
    isTraining = true;
    lastStep = request.step;
    keepShown();
    return;
  }
  // Validation goes on with the patient of its last place.
  const last = places.at(-1);
  if (last) patients.keep(new Set([last.block]));
}

interface Place {
  readonly slot: number;
  readonly patient: number;
  readonly block: number;
  readonly pictures: number;
  readonly id: number;
  readonly showing: number;
}

const placesOf = (step: number): Place[] =>
  order.placesOf(step).map(({ patient, picture, showing }, slot) => {
    const block = blocks.train(patient);
    return {
      slot,
      patient,
      block,
      pictures: order.picturesOf(patient),
      id: block * recipe.imagesPerPatient + picture,
      showing,
    };
  });

/** Validation goes once through its patients, who are rendered as far as they are shown. */
const validationPlaces = (first: number): Place[] =>
  Array.from({ length: plan.batch }, (_, slot) => {
    const example = first + slot;
    const patient = Math.floor(example / shape.pictures);
    const picture = example % shape.pictures;
    const block = blocks.validation(patient);
    return {
      slot,
      patient,
      block,
      pictures: picture + 1,
      id: block * recipe.imagesPerPatient + picture,
      showing: 0,
    };
  });

/** The next patient of this worker that no step has asked for yet. */
function nextPatient(): number {
  const last = Math.max(...order.patientsAt(lastStep + 1));
  return last + 1 + ((((data.index - last - 1) % data.count) + data.count) % data.count);
}

function keepShown(): void {
  const shown = [...order.patientsAt(lastStep + 1), nextPatient()];
  patients.keep(new Set(shown.filter((patient) => patient % data.count === data.index).map(blocks.train)));
}

/** @returns whether there was anything to do */
async function renderAhead(): Promise<boolean> {
  if (!isTraining) return false;
  const patient = nextPatient();
  const block = blocks.train(patient);
  const there = patients.countOf(block);
  if (there >= order.picturesOf(patient)) return false;
  await render(block, there + 1);
  return true;
}

async function render(block: number, count: number): Promise<void> {
  for (let there = patients.countOf(block); there < count; there++) {
    const begun = performance.now();
    await patients.render(block, there + 1);
    const time = there === 0 ? rendering.first : rendering.later;
    time.ms += performance.now() - begun;
    time.pictures++;
  }
}

function opened(): PictureExamples {
  const first = patients.any();
  if (!first) throw new Error("no sample is rendered yet");
  examples ??= examplesOf(streamImages(recipe, plan, first, patients.picture), plan);
  return examples;
}
