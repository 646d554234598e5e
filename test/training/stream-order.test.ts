import { expect, test } from "vitest";
import { streamOrder, type StreamPlace } from "../../src/training/stream-order.ts";

const SHAPE = { seed: 5, batch: 6, patients: 4, pictures: 10, showings: 3 };
const steps = (count: number, shape = SHAPE): StreamPlace[] => {
  const { placesOf } = streamOrder(shape);
  return Array.from({ length: count }, (_, step) => placesOf(step)).flat();
};
/** Patients who are begun and ended within so many steps: those of the first lanes' turns. */
const STEPS = 200;
const wholePatients = (places: readonly StreamPlace[]): Map<number, StreamPlace[]> => {
  const byPatient = Map.groupBy(places, ({ patient }) => patient);
  // The last of each lane may be unfinished.
  const last = Math.max(...byPatient.keys()) - 2 * SHAPE.patients;
  return new Map([...byPatient].filter(([patient]) => patient <= last));
};

test("every picture of a patient is shown as often as any, once in each showing", () => {
  const { picturesOf } = streamOrder(SHAPE);
  const patients = wholePatients(steps(STEPS));
  expect(patients.size).toBeGreaterThan(20);
  for (const [patient, places] of patients) {
    expect(places).toHaveLength(picturesOf(patient) * SHAPE.showings);
    for (const [showing, shown] of Map.groupBy(places, (place) => place.showing))
      expect([showing, shown.map(({ picture }) => picture).toSorted((a, b) => a - b)]).toEqual([
        showing,
        Array.from({ length: picturesOf(patient) }, (_, n) => n),
      ]);
  }
});

test("pictures are shown in the order of rendering first, then in other orders", () => {
  const [first, second, third] = Array.from({ length: 3 }, (_, showing) =>
    steps(STEPS)
      .filter((place) => place.patient === 7 && place.showing === showing)
      .map(({ picture }) => picture),
  );
  expect(first).toEqual(first.toSorted((a, b) => a - b));
  expect(second).not.toEqual(first);
  expect(third).not.toEqual(second);
});

test("a batch shows as many patients as there are lanes", () => {
  const { placesOf } = streamOrder(SHAPE);
  for (let step = 0; step < STEPS; step++)
    expect(new Set(placesOf(step).map(({ patient }) => patient)).size).toBeGreaterThanOrEqual(SHAPE.patients);
});

test("patients begin in their order, one after another", () => {
  const begun = [...new Set(steps(STEPS).map(({ patient }) => patient))];
  expect(begun).toEqual(Array.from({ length: begun.length }, (_, n) => n));
  // No step begins more than two, but the first.
  const { placesOf } = streamOrder(SHAPE);
  const seen = new Set(placesOf(0).map(({ patient }) => patient));
  for (let step = 1; step < STEPS; step++) {
    const fresh = [...new Set(placesOf(step).map(({ patient }) => patient))].filter((n) => !seen.has(n));
    expect(fresh.length).toBeLessThanOrEqual(2);
    for (const patient of fresh) seen.add(patient);
  }
});

test("any step can be asked for first", () => {
  const inOrder = streamOrder(SHAPE);
  const all = Array.from({ length: 60 }, (_, step) => inOrder.placesOf(step));
  for (const step of [59, 0, 31, 58, 2]) {
    expect(streamOrder(SHAPE).placesOf(step)).toEqual(all[step]);
    expect(inOrder.placesOf(step)).toEqual(all[step]);
  }
});

test("all that a step shows first in a lane is among the patients at it, and nobody returns who is not", () => {
  const { placesOf, patientsAt } = streamOrder(SHAPE);
  for (let step = 0; step < 100; step++) {
    const at = patientsAt(step);
    expect(at).toHaveLength(SHAPE.patients);
    const shown = new Set(placesOf(step).map(({ patient }) => patient));
    // Others are begun in it: they come after all of them.
    for (const patient of shown) expect(at.includes(patient) || patient > Math.max(...at)).toBe(true);
    const later = new Set(
      Array.from({ length: 40 }, (_, n) => placesOf(step + n).map(({ patient }) => patient)).flat(),
    );
    for (const patient of later) expect(at.includes(patient) || patient > Math.max(...at)).toBe(true);
  }
});

test("another seed shows the same patients in other orders", () => {
  const other = steps(STEPS, { ...SHAPE, seed: 6 });
  const ours = steps(STEPS);
  expect(other.map(({ patient }) => patient)).toEqual(ours.map(({ patient }) => patient));
  expect(other.map(({ picture }) => picture)).not.toEqual(ours.map(({ picture }) => picture));
});

test("one patient, one picture, one showing is a stream, too", () => {
  const places = steps(4, { seed: 0, batch: 3, patients: 1, pictures: 1, showings: 1 });
  expect(places.map(({ patient }) => patient)).toEqual(Array.from({ length: 12 }, (_, n) => n));
});

test("with fewer pictures than lanes every patient has at least one", () => {
  const { picturesOf } = streamOrder({ ...SHAPE, patients: 8, pictures: 2 });
  expect(Array.from({ length: 10 }, (_, n) => picturesOf(n))).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
});
