import { type RandomStream, randomStream } from "../random/random-stream.ts";
import { sampleKey } from "../random/sample-key.ts";
import { parseScene, type Scene } from "../scene/scene.ts";
import { drawScalar } from "./distribution.ts";
import { drawCollimation } from "./draw-collimation.ts";
import type { SceneInstrument } from "./draw-instruments.ts";
import { drawDistractors } from "./draw-distractors.ts";
import type { PatientFacts } from "./patient-facts.ts";
import type { Recipe, RecipeSubject } from "./recipe.ts";
import type { SampleView } from "./sample-view.ts";

/**
 * The scene of one sample: plain data that `simulate` carries out. Beam and simulator are drawn from their own stream, so that
 * another view distribution leaves them as they were.
 *
 * @param sha256 of the subject's CT, where known
 */
export function sampleScene(options: {
  recipe: Recipe;
  subject: RecipeSubject;
  id: number;
  view: SampleView;
  stream: RandomStream;
  facts: PatientFacts;
  instruments?: readonly SceneInstrument[] | undefined;
}): Scene {
  const { recipe, subject, id, view, stream, facts, instruments } = options;
  const { beam, seed } = recipe;
  const { camera } = view;
  // Each from a stream of its own, so that a recipe without them draws everything else alike.
  const streamOf = (what: string): RandomStream => randomStream(sampleKey(seed, id, what));
  const collimation = drawCollimation(recipe.collimation, streamOf("collimation"));
  const distractors =
    recipe.distractors &&
    drawDistractors({ recipe: recipe.distractors, seed, id, camera, collimation, patient: facts });
  const simulators = typeof recipe.simulator === "string" ? [recipe.simulator] : recipe.simulator;
  const p = [...view.camera.pixelFromLps];
  return parseScene({
    ct: subject.ct,
    device: recipe.device,
    pixelFromLps: [p.slice(0, 4), p.slice(4, 8), p.slice(8, 12)],
    widthPx: view.camera.widthPx,
    heightPx: view.camera.heightPx,
    sourceToDetectorMm: view.camera.sourceToDetectorMm,
    simulator: simulators[simulators.length > 1 ? stream.integerBelow(simulators.length) : 0],
    materials: recipe.materials,
    beam: {
      kv: drawScalar(beam.kv, stream),
      detectorKermaMicroGy: drawScalar(beam.detectorKermaMicroGy, stream),
      anodeAngleDeg: beam.anodeAngleDeg,
      filters: beam.filters.map(({ material, thicknessMm }) => ({
        material,
        thicknessMm: drawScalar(thicknessMm, stream),
      })),
      ...(beam.focalSpotMm === undefined
        ? {}
        : {
            focalSpotMm: drawScalar(beam.focalSpotMm, streamOf("focal spot")),
            sourceToObjectMm: view.drawn.sourceToIsocentreMm,
          }),
    },
    ...(collimation ? { collimation } : {}),
    ...(distractors ? { distractors } : {}),
    ...(instruments ? { instruments: [...instruments] } : {}),
    noise: recipe.noise,
    processing: recipe.processing,
    structures: recipe.structures,
    seed: seed,
    sample: id,
  });
}
