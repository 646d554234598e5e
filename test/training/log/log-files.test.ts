import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodePng } from "../../../src/image/encode-png.ts";
import { openTrainingLog, readTrainingFolder } from "../../../src/node/training/log-files.ts";
import { readTrainingLog } from "../../../src/training/log/training-log.ts";
import { askOracle, hasOracle } from "../../dataset/formats/oracle.ts";
import { stepRecord, validationRecord } from "./records.ts";

const options = (resumedStep: number): Parameters<typeof openTrainingLog>[1] => ({
  run: "hip",
  terms: ["dice", "crossEntropy"],
  structures: ["femur"],
  landmarks: [],
  resumedStep,
  hyperparameters: { batch: 16 },
});

let place: string;
let png: Uint8Array;
let folders = 0;
const newFolder = (): string => join(place, String(folders++));
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "synthex-logs-"));
  png = await encodePng({ widthPx: 2, heightPx: 1, channels: 1, pixels: Uint8Array.of(0, 255) });
});
afterAll(() => rmSync(place, { recursive: true }));

async function run(folder: string, from: number, to: number): Promise<void> {
  const log = await openTrainingLog(folder, options(from));
  for (let step = from + 1; step <= to; step++) {
    log.add(stepRecord(step));
    if (step % 10 !== 0) continue;
    log.add(validationRecord(step, { femur: step / 100 }));
    log.addPictures(step, png);
  }
  log.sync();
  log.close();
}

const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    ["log.jsonl", "steps.csv", "validation.csv"].map((name) => [
      name,
      readFileSync(join(folder, name), "utf8"),
    ]),
  );
const eventsOf = (folder: string): string =>
  readdirSync(folder).find((name) => name.startsWith("events")) as string;

describe("the logs of a resumed training", () => {
  test("are continuous, no step twice: like those of one that never stopped", async () => {
    const [whole, resumed] = [newFolder(), newFolder()];
    await run(whole, 0, 40);
    await run(resumed, 0, 27);
    await run(resumed, 20, 33);
    await run(resumed, 30, 40);
    expect(contents(resumed)).toEqual(contents(whole));
    expect(readFileSync(join(resumed, eventsOf(resumed))).length).toBe(
      readFileSync(join(whole, eventsOf(whole))).length,
    );
    expect(readdirSync(join(resumed, "predictions"))).toEqual(readdirSync(join(whole, "predictions")));
    const { records, predictions } = await readTrainingFolder(resumed);
    expect(records.filter(({ kind }) => kind === "step").map(({ step }) => step)).toEqual(
      Array.from({ length: 40 }, (_, n) => n + 1),
    );
    expect(predictions.map(({ step }) => step)).toEqual([10, 20, 30, 40]);
    expect(predictions[0].png).toEqual(png);
  });

  test("tell the time and the records from before, and how many are missing", async () => {
    const folder = newFolder();
    await run(folder, 0, 25);
    const log = await openTrainingLog(folder, options(20));
    expect(log.wallSecondsBefore).toBe(2);
    expect(log.earlier.at(-1)).toEqual(validationRecord(20, { femur: 0.2 }));
    expect(log.missingSteps).toBe(0);
    log.close();
    const later = await openTrainingLog(folder, options(30));
    expect(later.missingSteps).toBe(10);
    later.close();
  });

  test("begin anew where the training does", async () => {
    const folder = newFolder();
    await run(folder, 0, 25);
    await run(folder, 0, 5);
    const fresh = newFolder();
    await run(fresh, 0, 5);
    expect(contents(folder)).toEqual(contents(fresh));
  });

  test("what a kill left half written is cut off", async () => {
    const [whole, cut] = [newFolder(), newFolder()];
    await run(whole, 0, 30);
    await run(cut, 0, 20);
    for (const name of ["log.jsonl", "steps.csv", eventsOf(cut)]) {
      const bytes = readFileSync(join(cut, name));
      writeFileSync(join(cut, name), Buffer.concat([bytes, bytes.subarray(-20, -5)]));
    }
    await run(cut, 20, 30);
    expect(contents(cut)).toEqual(contents(whole));
  });

  test("every step that was logged is there after SIGKILL", async () => {
    const folder = newFolder();
    const script = `
const { openTrainingLog } = await import(${JSON.stringify(pathToFileURL("src/node/training/log-files.ts").href)});
const { stepRecord } = await import(${JSON.stringify(pathToFileURL("test/training/log/records.ts").href)});
const log = await openTrainingLog(${JSON.stringify(folder)}, ${JSON.stringify(options(0))});
for (let step = 1; step <= 500; step++) log.add(stepRecord(step));
console.log("logged");
setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    const records = readTrainingLog(readFileSync(join(folder, "log.jsonl"), "utf8"), "log.jsonl");
    expect(records.map(({ step }) => step)).toEqual(Array.from({ length: 500 }, (_, n) => n + 1));
  });

  test.skipIf(!hasOracle("tensorboard"))("TensorBoard sees one curve", async () => {
    const folder = newFolder();
    await run(folder, 0, 27);
    await run(folder, 20, 40);
    const name = eventsOf(folder);
    const read = askOracle(
      `
import json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(".", size_guidance={"scalars": 0, "images": 0}).Reload()
print(json.dumps({"loss": [[e.step, e.value] for e in a.Scalars("loss/training")],
  "dice": [[e.step, e.value] for e in a.Scalars("dice of structures/femur")],
  "pictures": [e.step for e in a.Images("predictions")], "tags": a.Tags()["scalars"]}))`,
      { [name]: readFileSync(join(folder, name)) },
    );
    expect(read).toEqual({
      loss: Array.from({ length: 40 }, (_, n) => [n + 1, Math.fround(1 / (n + 1))]),
      dice: [10, 20, 30, 40].map((step) => [step, Math.fround(step / 100)]),
      pictures: [10, 20, 30, 40],
      tags: [
        "loss/training",
        "loss of training/dice",
        "loss of training/crossEntropy",
        "optimiser/learning rate",
        "optimiser/gradient norm",
        "input/strength",
        "input/wait ms",
        "speed/step ms",
        "speed/examples per second",
        "loss/validation",
        "dice/mean",
        "dice of structures/femur",
      ],
    });
  });
});
