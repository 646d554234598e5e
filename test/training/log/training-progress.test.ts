import { describe, expect, test } from "vitest";
import { trainingForecastText } from "../../../src/cli/training-forecast-text.ts";
import { trainingProgress, trainingProgressText } from "../../../src/cli/training-progress.ts";
import { classAlarms } from "../../../src/training/log/class-alarms.ts";
import { type ForecastFacts, trainingForecast } from "../../../src/training/log/training-forecast.ts";
import { stepRecord, validationRecord } from "./records.ts";

describe("the progress of a training", () => {
  test("is steps, rate, time left and loss; Dice once it is known", () => {
    const recent = [99, 100].map((step) => stepRecord(step, { loss: 0.25 }));
    expect(trainingProgressText(recent, undefined, 4060)).toBe(
      "100/4060 steps, 160 examples/s, 7 min left, loss 0.250",
    );
    expect(trainingProgressText(recent, validationRecord(100, { a: 0.5, b: 0.75 }), 4000)).toMatch(
      /, Dice 0\.625$/,
    );
    expect(trainingProgressText([], undefined, 4000)).toBe("0/4000 steps");
  });

  test("says when the input is too slow", () => {
    expect(trainingProgressText([stepRecord(1, { inputWaitMs: 100 })], undefined, 10)).toMatch(
      /1\.8 s left, .*50 % of the time waits for examples$/,
    );
  });

  test("counts the time of validations, as it goes on like this", () => {
    const recent = [stepRecord(10, { wallSeconds: 10 }), stepRecord(20, { wallSeconds: 60 })];
    expect(trainingProgressText(recent, undefined, 30)).toMatch(/50 s left/);
  });

  test("as JSON is a line an event, steps at most one a second, the last always", () => {
    let [text, clock] = ["", 0];
    const progress = trainingProgress({
      steps: 100,
      json: true,
      machines: { write: (part) => (text += part) },
      now: () => clock,
    });
    for (let step = 1; step <= 100; step++, clock += 30) progress.step(stepRecord(step));
    const validation = validationRecord(100, { femur: Number.NaN, hip: 0.5 });
    progress.validation(validation);
    for (const alarm of classAlarms([validation], { steps: 100 })) progress.alarm(alarm);
    progress.event("checkpoint", "checkpoint written", { step: 100 });
    progress.end();
    const events = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ event, step }) => [event, step])).toEqual([
      // A second of 30 ms steps has 34 of them.
      ["step", 1],
      ["step", 35],
      ["step", 69],
      ["step", 100],
      ["validation", 100],
      ["alarm", 100],
      ["checkpoint", 100],
    ]);
    expect(events[0]).toMatchObject({ steps: 100, loss: 1, learningRate: 0.003 });
    expect(events[4]).toMatchObject({ meanDice: 0.5 });
  });
});

describe("the forecast of a training", () => {
  const facts: ForecastFacts = {
    steps: 4000,
    batch: 16,
    stepMs: 500,
    exampleMs: 20,
    workers: 1,
    validations: 20,
    validationMs: 5000,
    parameters: 1e6,
    stateVectors: 4,
    activationBytesPerExample: 1e7,
    bytesPerWorker: 1e8,
    baseBytes: 2e8,
    keptCheckpoints: 2,
  };

  test("a step takes as long as the slower of step and input", () => {
    // 16 examples of 20 ms are ready within the 500 ms of a step.
    expect(trainingForecast(facts)).toMatchObject({
      seconds: 4000 * 0.5 + 20 * 5,
      secondsPerStep: 0.5,
      examplesPerSecond: 32,
      inputShare: 0,
      isInputBound: false,
    });
    // 16 of 62.5 ms take a second.
    expect(trainingForecast({ ...facts, exampleMs: 62.5 })).toMatchObject({
      secondsPerStep: 1,
      inputShare: 0.5,
      isInputBound: true,
    });
    expect(trainingForecast({ ...facts, exampleMs: 62.5, workers: 2 }).inputShare).toBe(0);
  });

  test("memory is the sum of its parts, the state twice; a measured number goes before", () => {
    expect(trainingForecast(facts).memory).toEqual({
      state: 2 * 4 * 4e6,
      activations: 1.6e8,
      workers: 1e8,
      base: 2e8,
      total: 3.2e7 + 1.6e8 + 1e8 + 2e8,
      isMeasured: false,
    });
    expect(trainingForecast({ ...facts, measuredBytes: 7e8 }).memory).toMatchObject({
      total: 7e8,
      isMeasured: true,
    });
    expect(trainingForecast(facts).disk).toEqual({ checkpoint: 1.6e7, total: 4.8e7 });
  });

  test("in words", () => {
    expect(trainingForecastText(trainingForecast(facts))).toBe(
      `4000 steps of 500 ms, 32.0 examples a second
time: 35 min
memory: 492 MB (state 32.0 MB, activations 160 MB, workers 100 MB, rest 200 MB)
disk: 48.0 MB of checkpoints, 16.0 MB each
parameters: 1,000,000`,
    );
    expect(trainingForecastText(trainingForecast({ ...facts, exampleMs: 62.5 }))).toMatch(
      /50 % of it waits for examples/,
    );
  });
});
