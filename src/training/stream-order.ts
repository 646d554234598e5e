import { randomStream } from "../random/random-stream.ts";
import { sampleKey } from "../random/sample-key.ts";

/** One place of one step of a training from a recipe. */
export interface StreamPlace {
  /** Number of the patient among those that are learnt from, in the order in which they appear. */
  readonly patient: number;
  /** Number of the picture among those of the patient, from 0. */
  readonly picture: number;
  /** How often it was shown before. */
  readonly showing: number;
}

export interface StreamShape {
  readonly seed: number;
  readonly batch: number;
  /** That are shown at the same time. */
  readonly patients: number;
  /** Of one patient. */
  readonly pictures: number;
  /** Of one picture. */
  readonly showings: number;
}

export interface StreamOrder {
  readonly placesOf: (step: number) => readonly StreamPlace[];
  /** Patients that are shown in a step or after it and were begun before its end: one a lane, lowest first. */
  readonly patientsAt: (step: number) => readonly number[];
  /** Pictures that a patient is rendered in. */
  readonly picturesOf: (patient: number) => number;
}

/**
 * The order of a training without an end: examples are dealt out to lanes in turn, and each lane shows one patient after another, so that
 * a batch mixes patients while few of them are kept.
 *
 * A patient has P pictures and shows all of them R times, each time in another order; the first time in the order in which they are
 * rendered. Lane l of L shows patients l, l + L, l + 2 L, …. Its first patient has only ⌈(l + 1) P / L⌉ pictures, so that lanes change their
 * patients one after another, in the patients' order, and not all at once. Any step can be asked for first.
 */
export function streamOrder(shape: StreamShape): StreamOrder {
  const { seed, batch, patients: lanes, pictures, showings } = shape;
  const picturesOf = (patient: number): number =>
    patient < lanes ? Math.ceil(((patient + 1) * pictures) / lanes) : pictures;
  /** The example that a lane shows after `shown` others. */
  const inLane = (lane: number, shown: number): { patient: number; after: number } => {
    const first = showings * picturesOf(lane);
    if (shown < first) return { patient: lane, after: shown };
    const turn = 1 + Math.floor((shown - first) / (showings * pictures));
    return { patient: lane + lanes * turn, after: (shown - first) % (showings * pictures) };
  };
  const orders = new Map<string, Uint32Array>();
  const orderOf = (patient: number, showing: number): Uint32Array => {
    const key = `${patient} ${showing}`;
    let order = orders.get(key);
    if (!order) {
      // Those of all lanes, and of the steps that are made ahead.
      if (orders.size > 4 * lanes) orders.clear();
      order =
        showing === 0
          ? ascending(picturesOf(patient))
          : shuffled(picturesOf(patient), seed, patient, showing);
      orders.set(key, order);
    }
    return order;
  };
  return {
    picturesOf,
    placesOf: (step) =>
      Array.from({ length: batch }, (_, slot) => {
        const n = step * batch + slot;
        const { patient, after } = inLane(n % lanes, Math.floor(n / lanes));
        const showing = Math.floor(after / picturesOf(patient));
        return { patient, showing, picture: orderOf(patient, showing)[after % picturesOf(patient)] };
      }),
    patientsAt: (step) =>
      Array.from({ length: lanes }, (_, lane) => {
        // Examples of this lane before the step.
        const shown = Math.max(0, Math.ceil((step * batch - lane) / lanes));
        return inLane(lane, shown).patient;
      }).toSorted((a, b) => a - b),
  };
}

const ascending = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, n) => n);

/** Fisher–Yates. */
function shuffled(count: number, seed: number, patient: number, showing: number): Uint32Array {
  const stream = randomStream(sampleKey(seed, patient, `order of pictures, showing ${showing}`));
  const order = ascending(count);
  for (let last = count - 1; last > 0; last--) {
    const other = stream.integerBelow(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
