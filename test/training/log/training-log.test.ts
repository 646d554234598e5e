import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/error/input-error.ts";
import { type ClassAlarm, classAlarms } from "../../../src/training/log/class-alarms.ts";
import { stepTable, validationTable } from "../../../src/training/log/log-tables.ts";
import { meanDice, readTrainingLog, recordLine } from "../../../src/training/log/training-log.ts";
import { stepRecord, validationRecord } from "./records.ts";

describe("the log of a training", () => {
  const records = [
    stepRecord(1),
    stepRecord(2, { gradientNorm: 1 / 3, loss: 1e-17 }),
    validationRecord(2, { femur: 0.5, sacrum: Number.NaN }),
  ];
  const text = records.map((record) => `${recordLine(record)}\n`).join("");

  test("records come back exactly, not-a-number included", () => {
    expect(readTrainingLog(text, "log.jsonl")).toEqual(records);
  });

  test("a line that was being written when the run was killed is left out", () => {
    const ends = [...text.matchAll(/\n/g)].map(({ index }) => index + 1);
    for (let length = 0; length <= text.length; length++)
      expect(readTrainingLog(text.slice(0, length), "log.jsonl")).toEqual(
        records.slice(0, ends.filter((end) => end <= length).length),
      );
  });

  test("a damaged line is told with its number and field", () => {
    expect(() => readTrainingLog(text.replace('"loss":1e-17', '"loss":"low"'), "log.jsonl")).toThrow(
      /log\.jsonl:2: loss: /,
    );
    expect(() => readTrainingLog("{}\n", "log.jsonl")).toThrow(InputError);
    expect(() => readTrainingLog("{\n", "log.jsonl")).toThrow(InputError);
  });

  test("tables have one column a name, empty where a number is not known", () => {
    const names = { terms: ["dice", "crossEntropy"], structures: ["femur", 'a "b", c'], landmarks: ["fh-l"] };
    const steps = stepTable(names);
    expect(steps.header).toBe(
      "step,epoch,wallSeconds,stepMs,inputWaitMs,learningRate,strength,loss,loss.dice,loss.crossEntropy,gradientNorm,examplesPerSecond",
    );
    expect(steps.row(stepRecord(3, { terms: { dice: 0.25 }, loss: 0.125 }))).toBe(
      "3,0.3,0.3,100,5,0.003,0.5,0.125,0.25,,1.5,160",
    );
    const validations = validationTable(names);
    expect(validations.header).toBe(
      'step,epoch,wallSeconds,validationMs,loss,loss.dice,loss.crossEntropy,dice,dice.femur,"dice.a ""b"", c",landmarkErrorMm.fh-l,isBest',
    );
    expect(validations.row(validationRecord(4, { femur: 0.5 }))).toBe("4,0.4,0.4,500,0.5,,,0.5,0.5,,,0");
  });

  test("the mean Dice is over the structures that are shown", () => {
    expect(meanDice(validationRecord(1, { a: 0.5, b: 1, c: Number.NaN }))).toBe(0.75);
    expect(meanDice(validationRecord(1, {}))).toBeNaN();
  });
});

describe("a class that is lost raises an alarm", () => {
  const history = (dice: readonly number[]): ReturnType<typeof validationRecord>[] =>
    dice.map((value, index) => validationRecord(100 * (index + 1), { femur: value, hip: 0.8 }));
  const alarms = (dice: readonly number[]): Pick<ClassAlarm, "code" | "step" | "recoveredAtStep">[] =>
    classAlarms(history(dice), { steps: 1000 }).map(({ code, step, recoveredAtStep }) => ({
      code,
      step,
      recoveredAtStep,
    }));

  test("not one that grows", () => {
    expect(alarms([0, 0, 0.05, 0.3, 0.28, 0.6, 0.31, 0.8])).toEqual([]);
  });

  test("when it is still nothing after the warm-up, once, until it comes", () => {
    expect(alarms([0, 0])).toEqual([]);
    expect(alarms([0, 0, 0.01, 0])).toEqual([
      { code: "class-not-learnt", step: 300, recoveredAtStep: undefined },
    ]);
    expect(alarms([0, 0, 0, 0, 0.4])).toEqual([
      { code: "class-not-learnt", step: 300, recoveredAtStep: 500 },
    ]);
  });

  test("when it falls under half of its best, also early", () => {
    expect(alarms([0.5, 0.24, 0.1, 0.3, 0.0])).toEqual([
      { code: "class-lost", step: 200, recoveredAtStep: 400 },
      { code: "class-lost", step: 500, recoveredAtStep: undefined },
    ]);
  });

  test("with its name, its numbers and what to do", () => {
    const [alarm] = classAlarms(history([0.5, 0.1]), { steps: 1000 });
    expect(alarm.structure).toBe("femur");
    expect(alarm.message).toBe(
      '"femur" is being lost: Dice 0.10 on simulated validation after 200 steps, 0.50 after 100',
    );
    expect(alarm.remedy).toMatch(/learning rate/);
  });

  test("when no example shows it", () => {
    expect(alarms([Number.NaN, Number.NaN])).toEqual([
      { code: "class-not-validated", step: 100, recoveredAtStep: undefined },
    ]);
    expect(alarms([Number.NaN, 0.5])).toEqual([]);
  });
});
