import { parentPort, workerData } from "node:worker_threads";
import { judge, makeInput } from "./judge.ts";
import { fuzzTargets } from "./targets.ts";

/** What the worker is to do; `current` holds the index of the case that it is at, seen from outside if it hangs. */
export interface FuzzWork {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly current: SharedArrayBuffer;
}

const { target: name, seed, from, to, current } = workerData as FuzzWork;
const target = fuzzTargets.find((candidate) => candidate.name === name);
if (!target) throw new Error(`no target is called ${name}`);
const place = new Int32Array(current);
for (let index = from; index < to; index++) {
  Atomics.store(place, 0, index);
  const verdict = await judge(target, makeInput(target, seed, index));
  parentPort?.postMessage({ index, ...verdict });
}
