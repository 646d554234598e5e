import { afterAll, expect } from "vitest";
import { renderSample, type Sample } from "../../src/dataset/render-sample.ts";
import { patientFacts } from "../../src/dataset/patient-facts.ts";
import { type Recipe, type RecipeInput, recipeSchema } from "../../src/dataset/recipe.ts";
import { norm, subtract, type Vector3 } from "../../src/geometry/vector.ts";
import { nodeProjector } from "../../src/node/node-projector.ts";
import { openPatient } from "../../src/scene/patient.ts";
import { ballInAir, labelWhere } from "../scene/phantoms.ts";

/** A ball of bone, 50 mm in radius, labelled, with two landmarks. */
export const RADIUS_MM = 50;
export const VOXEL_MM = 3;
const ct = ballInAir({
  shape: [50, 50, 50],
  voxelMm: VOXEL_MM,
  centreLps: [0, 0, 0],
  radiusMm: RADIUS_MM,
  hu: 400,
});
const landmarks = [
  { name: "entry", lpsMm: [-50, 0, 0] as Vector3 },
  { name: "goal", lpsMm: [0, 0, 30] as Vector3 },
];
const anatomy = { ct, labelMap: labelWhere(ct, "ball", (hu) => hu > -300), landmarks };
const projector = nodeProjector({ threads: 1 });
export const patient = openPatient(anatomy, projector);
export const facts = patientFacts(anatomy);
afterAll(async () => {
  await patient.release();
  await projector.close();
});

export type Instruments = NonNullable<RecipeInput["instruments"]>;
export const recipeOf = (instruments: Instruments | undefined, changes: Partial<RecipeInput> = {}): Recipe =>
  recipeSchema.parse({
    name: "ball",
    count: 100,
    subjects: [{ ct: "ball.nii" }],
    sizePx: 64,
    view: { kind: "c-arm", laoDeg: { uniform: [-20, 20] } },
    ...(instruments ? { instruments } : {}),
    ...changes,
  });
export const sample = (recipe: Recipe, id: number): Promise<Sample> =>
  renderSample({ recipe, id, subject: recipe.subjects[0], patient, facts });
export const toolsOf = ({ simulation }: Sample) => simulation.labels?.instruments ?? [];
export const point = (drawn: Sample, name: string): Vector3 => {
  const found = drawn.simulation.labels?.landmarks.find((landmark) => landmark.name === name)?.lpsMm;
  if (!found) throw new Error(`no ${name}`);
  return found;
};
export const direction = (drawn: Sample, name: string): Vector3 => {
  const along = subtract(point(drawn, `${name} tip`), point(drawn, `${name} base`));
  return along.map((x) => x / norm(along)) as unknown as Vector3;
};
export const expectNear = (found: Vector3, expected: readonly number[], digits = 6): void =>
  found.forEach((x, axis) => expect(x).toBeCloseTo(expected[axis], digits));
export const IDS = [0, 1, 2, 3, 4, 5];
export const wire = { preset: "k-wire", parameters: { lengthMm: 60 } } satisfies Instruments[number];
