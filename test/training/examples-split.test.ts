import { describe, expect, test } from "vitest";
import { splitExamples } from "../../src/training/examples-split.ts";
import { checkPlan } from "../../src/training/plan.ts";

type Split = "train" | "validation" | "test" | undefined;

/** Five subjects, four patients each, three pictures a patient; every twelfth of them apart, in no order. */
const SUBJECTS = 5;
const COUNT = SUBJECTS * 4 * 3;
const subject = (index: number) => `s${index % SUBJECTS}`;
const patient = (index: number) => `${subject(index)} ${Math.floor(index / SUBJECTS) % 4}`;
const list = (split: (index: number) => Split = () => undefined) => ({
  count: COUNT,
  split,
  subject,
  patient,
});

const planOf = (data: object, seed = 1) => checkPlan({ name: "p", data, seed });
const all = Array.from({ length: COUNT }, (_, index) => index);
const sorted = (...parts: Uint32Array[]) => parts.flatMap((part) => [...part]).toSorted((a, b) => a - b);
const patients = (part: Uint32Array) => new Set([...part].map(patient));

describe("a split", () => {
  test("by the data set's own says so, and leaves the test split alone", () => {
    const own = (index: number): Split =>
      subject(index) === "s0" ? "test" : subject(index) === "s1" ? "validation" : "train";
    const { train, validation, rule } = splitExamples(list(own), planOf({}));
    expect([...validation]).toEqual(all.filter((index) => subject(index) === "s1"));
    expect([...train]).toEqual(all.filter((index) => !["s0", "s1"].includes(subject(index))));
    expect(rule).toBe("by the data set's own split");
  });

  test.each([0.05, 0.2, 0.5])(
    "of a share of %s takes whole patients, each example once",
    (validationShare) => {
      const { train, validation } = splitExamples(list(), planOf({ validationShare }));
      expect(sorted(train, validation)).toEqual(all);
      const held = patients(validation);
      expect(held.size).toBe(Math.max(1, Math.round(validationShare * 20)));
      for (const name of patients(train)) expect(held.has(name)).toBe(false);
    },
  );

  test("of no share validates nothing", () => {
    const { train, validation } = splitExamples(list(), planOf({ validationShare: 0 }));
    expect([train.length, validation.length]).toEqual([COUNT, 0]);
  });

  test("depends on the seed and on nothing else", () => {
    const of = (seed: number) => [
      ...splitExamples(list(), planOf({ validationShare: 0.2 }, seed)).validation,
    ];
    expect(of(4)).toEqual(of(4));
    expect(new Set([1, 2, 3, 4, 5].map((seed) => of(seed).join())).size).toBeGreaterThan(1);
  });

  test("never uses the test split, whatever the rule", () => {
    const isTest = (index: number) => subject(index) === "s3";
    const withTest = list((index) => (isTest(index) ? "test" : "train"));
    for (const data of [
      { validationShare: 0.3 },
      { folds: { kind: "subject", index: 2 } },
      { folds: { kind: "k-fold", count: 4, index: 1 } },
    ]) {
      const { train, validation } = splitExamples(withTest, planOf(data));
      expect(sorted(train, validation)).toEqual(all.filter((index) => !isTest(index)));
    }
  });
});

describe("folds", () => {
  test("of subjects leave one out each, and say whom", () => {
    const held = all.slice(0, SUBJECTS).map((index) => {
      const { train, validation, rule } = splitExamples(
        list(),
        planOf({ folds: { kind: "subject", index } }),
      );
      expect(sorted(train, validation)).toEqual(all);
      const [name, ...others] = new Set([...validation].map(subject));
      expect(others).toEqual([]);
      expect([...train].some((example) => subject(example) === name)).toBe(false);
      expect(rule).toBe(`without ${name}`);
      return name;
    });
    expect(new Set(held).size).toBe(SUBJECTS);
  });

  test.each([2, 3, 5, 20])("%i-fold hold out every example once, patients whole", (count) => {
    const folds = Array.from({ length: count }, (_, index) =>
      splitExamples(list(), planOf({ folds: { kind: "k-fold", count, index } })),
    );
    expect(sorted(...folds.map(({ validation }) => validation))).toEqual(all);
    for (const { train, validation } of folds) {
      expect(sorted(train, validation)).toEqual(all);
      const held = patients(validation);
      for (const name of patients(train)) expect(held.has(name)).toBe(false);
      // Twenty patients: folds differ by one at most.
      expect(Math.abs(held.size - 20 / count)).toBeLessThan(1);
    }
  });

  test("that cannot be made are refused with how many there are", () => {
    const refused = (data: object) => () => splitExamples(list(), planOf(data));
    expect(refused({ folds: { kind: "subject", index: 5 } })).toThrow(
      "fold 5 of 5 was asked for, the data set has 5 subjects",
    );
    expect(refused({ folds: { kind: "k-fold", count: 21, index: 0 } })).toThrow(
      "fold 0 of 21 was asked for, the data set has 20 patients",
    );
    const single = { count: 3, split: () => undefined, subject: () => "one", patient: () => "one" };
    expect(() => splitExamples(single, planOf({ folds: {} }))).toThrow("the data set has a single subject");
  });
});

test("nothing to learn from is told", () => {
  const none = list(() => "test");
  expect(() => splitExamples(none, planOf({}))).toThrow("the data set has no example to learn from");
  const onePatient = { count: 3, split: () => undefined, subject: () => "one", patient: () => "one" };
  expect(() => splitExamples(onePatient, planOf({}))).toThrow("the data set has no example to learn from");
});
