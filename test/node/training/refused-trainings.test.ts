import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { transUNet } from "../../../src/network/architectures/transunet.ts";
import { namedParts, type ParameterLayout } from "../../../src/network/parameters.ts";
import { networkLayout } from "../../../src/network/training-step.ts";
import { readCheckpoint } from "../../../src/node/training/checkpoint-file.ts";
import { initialWeights } from "../../../src/node/training/initial-weights.ts";
import type { Task } from "../../../src/training/batch.ts";
import { readTrainingFolder } from "../../../src/node/training/log-files.ts";
import { refusal, type TinyPlace, tinyPlace, tinyPlan, trained } from "./tiny-data-set.ts";

let place: TinyPlace;

beforeAll(async () => {
  place = await tinyPlace({ count: 4, outputs: ["folder-tiff"] });
});
afterAll(() => place.remove());

describe("a training that cannot be", () => {
  const nothing = (out: string) => expect(existsSync(place.at(out))).toBe(false);

  test("of structures or landmarks that the data set does not have says which it has", async () => {
    const structures = await refusal(
      trained(place, "no", { plan: tinyPlan({ data: { structures: ["hip_left", "heart"] } }) }),
    );
    expect(structures.code).toBe("labels-missing");
    expect(structures.message).toBe(`${place.data} has no structure "heart"`);
    expect(structures.remedy).toMatch(/hip_left, hip_right/);
    const landmarks = await refusal(
      trained(place, "no", { plan: tinyPlan({ data: { landmarks: ["FH-x"] } }) }),
    );
    expect(landmarks.message).toBe(`${place.data} has no landmark "FH-x"`);
    nothing("no");
  });

  test("of whole masks, where the data set has classes, is refused", async () => {
    const error = await refusal(trained(place, "no", { plan: tinyPlan({ data: { targets: "masks" } }) }));
    expect(error.code).toBe("labels-overlap");
    nothing("no");
  });

  test("of a size that the network cannot halve so often is refused", async () => {
    const error = await refusal(trained(place, "no", { plan: tinyPlan({ input: { sizePx: 50 } }) }));
    expect(error.code).toBe("network-size");
    expect(error.message).toContain("50 × 50");
    expect(error.remedy).toBe("sides must be multiples of 4");
    nothing("no");
  });

  test("of an augmentation that there is not is refused", async () => {
    const plan = tinyPlan({ augmentation: { probabilities: { rotat: 1 } } });
    const error = await refusal(trained(place, "no", { plan }));
    expect(error.message).toContain('"rotat"');
    nothing("no");
  });

  test("of losses without a weight is refused", async () => {
    const loss = { dice: 0, crossEntropy: 0, heatMap: { weight: 1 } };
    const data = { structures: ["hip_left"], landmarks: [] };
    const error = await refusal(trained(place, "weightless", { plan: tinyPlan({ loss, data }) }));
    expect(error.code).toBe("loss-none");
  });

  test("of a folder that is not there is refused", async () => {
    const missing = await refusal(trained(place, "no", { data: place.at("nowhere") }));
    expect(missing.message).toBe(`cannot read ${place.at("nowhere")}: there is nothing there`);
    nothing("no");
  });

  test("diverges: it stops at the step, names the first parameter, and keeps nothing of it", async () => {
    // A head without bounds, its squared error times 1000, at a rate of 10.
    const plan = tinyPlan({
      network: { kind: "unet", features: [4, 6, 8], normalisation: "none" },
      loss: { heatMap: { kind: "mse", weight: 1000 } },
      optimiser: { kind: "sgd-nesterov", learningRate: 10 },
      schedule: { kind: "constant" },
      clipNorm: 1e6,
      steps: 40,
      checkpoints: { everySteps: 1 },
    });
    const error = await refusal(trained(place, "diverged", { plan }));
    expect(error.code).toBe("training-diverged");
    const [, step, parameter] =
      /^step (\d+) gave the loss (?:Infinity|NaN); the first parameter with one is (.+)$/.exec(
        error.message,
      ) ?? [];
    expect(parameter).toMatch(/^\w+\.\w+/);
    expect(error.remedy).toContain("learning rate");
    const { records } = await readTrainingFolder(place.at("diverged"));
    expect(records.at(-1)?.step).toBe(Number(step) - 1);
    expect(existsSync(join(place.at("diverged"), "model.onnx"))).toBe(false);
    const kept = await readCheckpoint(
      place.at("diverged", "checkpoints", `step-${String(Number(step) - 1).padStart(8, "0")}.safetensors`),
    );
    for (const { data } of kept.vectors.values())
      for (const value of data as Float32Array) expect(Number.isNaN(value)).toBe(false);
  });

  test("because a pixel is not a number stops with the picture's name and the place", async () => {
    const folder = place.at("data", "images");
    const name = readdirSync(folder).toSorted()[0];
    const path = `${folder}/${name}`;
    const bytes = readFileSync(path);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const at = stripOffset(view) + 4 * (48 * 5 + 7);
    const before = view.getFloat32(at, true);
    view.setFloat32(at, Number.NaN, true);
    writeFileSync(path, bytes);
    // All pictures are learnt from.
    const error = await refusal(
      trained(place, "broken-pixel", { plan: tinyPlan({ data: { validationShare: 0 } }) }),
    );
    expect(error.code).toMatch(/not-finite$/);
    expect(error.message).toBe(`${place.data}: picture 0 has NaN at column 7, row 5`);
    expect(existsSync(place.at("broken-pixel", "model.onnx"))).toBe(false);
    view.setFloat32(at, before, true);
    writeFileSync(path, bytes);
  });
});

/** Tag 273 of the first directory of a little-endian TIFF. */
function stripOffset(view: DataView): number {
  const directory = view.getUint32(4, true);
  for (let n = 0; n < view.getUint16(directory, true); n++) {
    const entry = directory + 2 + 12 * n;
    if (view.getUint16(entry, true) === 273) return view.getUint32(entry + 8, true);
  }
  throw new Error("a TIFF has strips");
}

describe("a training begins where an earlier one ended", () => {
  test("with its averaged parameters, from its folder or a checkpoint", async () => {
    await trained(place, "earlier", { plan: tinyPlan({ steps: 2, averageDecay: 0.5 }) });
    const path = place.at("earlier/checkpoints/best.safetensors");
    const { plan, vectors } = await readCheckpoint(path);
    const { structures, landmarks } = plan.task as { structures: string[]; landmarks: string[] };
    const task: Task = { widthPx: 32, heightPx: 32, targets: "classes", structures, landmarks };
    const average = vectors.get("average")?.data as Float32Array;
    for (const startFrom of [place.at("earlier"), path]) {
      const parameters = new Float32Array(average.length);
      (await initialWeights(tinyPlan({ startFrom }), task))?.(parameters, noLayout);
      expect(parameters).toEqual(average);
    }
    const renamed = { ...task, structures: structures.toReversed() };
    const other = await refusal(initialWeights(tinyPlan({ startFrom: path }), renamed));
    expect(other.code).toBe("weights-other-network");
    expect(other.message).toContain("task.structures is");
    const wider = tinyPlan({ startFrom: path, network: { kind: "unet", features: [4, 8, 16] } });
    expect((await refusal(initialWeights(wider, task))).message).toContain("network.features is");
  });

  test("which must be there", async () => {
    const missing = await refusal(trained(place, "no", { plan: tinyPlan({ startFrom: "nowhere" }) }));
    expect(missing.code).toBe("checkpoint-missing");
    expect(missing.message).toBe("there is no nowhere, which startFrom names (ENOENT)");
  });
});

/** A whole vector of parameters is taken over without asking where each has its place. */
const noLayout: ParameterLayout = { parameters: [], parameterCount: 0, statistics: [], statisticCount: 0 };

describe("published weights", () => {
  const task: Task = { widthPx: 64, heightPx: 64, structures: ["a"], landmarks: [], targets: "classes" };
  const planWith = (path: string) =>
    tinyPlan({
      input: { channels: ["standardised"], sizePx: 64 },
      network: { kind: "transunet", size: "full", initialWeights: path },
    });

  test("are asked for by the plan only", async () => {
    expect(await initialWeights(tinyPlan(), task)).toBeUndefined();
  });

  test("that are not there, or no npz, are told with their path", async () => {
    const missing = await refusal(initialWeights(planWith("nowhere.npz"), task));
    expect(missing.message).toBe("cannot read the plan's initialWeights nowhere.npz: ENOENT");
    const wrong = await refusal(initialWeights(planWith(place.at("recipe.yaml")), task));
    expect(wrong.message).toContain(`${place.at("recipe.yaml")} is no readable npz file`);
  });

  test("fill the parameters of their names and leave the heads as they were", async () => {
    const size = {
      width: 4,
      units: [1, 2, 1],
      hidden: 6,
      layers: 1,
      heads: 2,
      mlp: 8,
      dropout: 0,
      decoder: [8, 8, 8, 8, 8],
    } as const;
    const shape = { heightPx: 64, widthPx: 80 };
    const { layout } = networkLayout({
      network: transUNet({ size, classes: 2, landmarks: 1, ...shape }),
      ...shape,
    });
    const path = fileURLToPath(new URL("../../network/fixtures/vision-transformer.npz", import.meta.url));
    const vector = new Float32Array(layout.parameterCount).fill(Number.NaN);
    (await initialWeights(planWith(path), { ...task, ...shape }))?.(vector, layout);
    for (const [name, { data }] of namedParts(layout.parameters, vector))
      expect(data.every(Number.isNaN), name).toBe(!/^(resnet|transformer)\./.test(name));
  });
});
