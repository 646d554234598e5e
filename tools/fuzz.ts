/**
 * Feeds mutated files, scenes and command lines to every reader, schema and option: each case must end in a valid result or
 * in an InputError of one sentence, in bounded time and memory. Case n of a seed is the same on every machine.
 *
 *   node tools/fuzz.ts [--cases 10000] [--target NAME]... [--seed 1] [--from 0] [--json]
 *
 * What fails is saved under out/fuzz; exit code 1 if anything did.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { makeInput, type Verdict } from "./fuzz/judge.ts";
import type { FuzzTarget } from "./fuzz/target.ts";
import { fuzzTargets } from "./fuzz/targets.ts";
import type { FuzzWork } from "./fuzz/worker.ts";

const { values: options } = parseArgs({
  options: {
    cases: { type: "string", default: "10000" },
    target: { type: "string", multiple: true },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    json: { type: "boolean", default: false },
  },
});
const [cases, seed, from] = [options.cases, options.seed, options.from].map((text) => {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`"${text}" is not a whole number up to 999999999`);
  return Number(text);
});
const chosen = options.target
  ? fuzzTargets.filter(({ name }) => options.target?.includes(name))
  : fuzzTargets;
if (chosen.length === 0)
  throw new Error(`no such target; there are ${fuzzTargets.map(({ name }) => name).join(", ")}`);

/** A case that is still running after this long is taken for a hang, and its worker ended. */
const HANG_MS = 20_000;
const HEAP_LIMIT_MB = 1024;
const MOST_DEFECTS_SHOWN = 20;

interface Defect {
  readonly index: number;
  readonly what: string;
  readonly saved: string;
}

interface Tally {
  readonly target: string;
  readonly cases: number;
  readonly accepted: number;
  readonly refused: number;
  readonly codes: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly casesPerSecond: number;
  readonly defects: readonly Defect[];
}

async function runTarget(target: FuzzTarget): Promise<Tally> {
  const started = performance.now();
  const codes: Record<string, number> = {};
  const defects: Defect[] = [];
  let [accepted, refused, slowestMs, shownAt] = [0, 0, 0, started];
  const end = from + cases;

  const fail = (index: number, what: string) => {
    const folder = resolve("out/fuzz", target.name, `seed-${seed}-case-${index}`);
    // A target whose inputs outgrow memory has nothing to save but the number of its case.
    const input = makeInput(target, seed, index);
    mkdirSync(folder, { recursive: true });
    input.files.forEach(({ name, bytes }, n) =>
      writeFileSync(resolve(folder, `${n}-${name.replaceAll(/[^\w.-]/g, "_")}`), bytes),
    );
    if (input.words) writeFileSync(resolve(folder, "words.json"), JSON.stringify(input.words));
    defects.push({ index, what, saved: folder });
    if (defects.length <= MOST_DEFECTS_SHOWN)
      process.stderr.write(`  ${target.name} --seed ${seed} --from ${index} --cases 1: ${what}\n`);
  };
  const take = ({ index, outcome, code, milliseconds }: Verdict & { index: number }) => {
    slowestMs = Math.max(slowestMs, milliseconds);
    if (outcome === "accepted") accepted++;
    else if (outcome === "refused") {
      refused++;
      codes[code] = (codes[code] ?? 0) + 1;
    } else fail(index, code);
    const now = performance.now();
    if (now - shownAt > 5000) {
      shownAt = now;
      const done = index - from + 1;
      process.stderr.write(
        `  ${target.name}: ${done} of ${cases}, ${((1000 * done) / (now - started)).toFixed(0)} a second\n`,
      );
    }
  };

  for (let next = from; next < end; ) next = await runWorker(target, next, end, take, fail);
  return {
    target: target.name,
    cases,
    accepted,
    refused,
    codes,
    slowestMs,
    casesPerSecond: (1000 * cases) / (performance.now() - started),
    defects,
  };
}

/** Runs cases until the end, a hang or a crash of the worker; returns the case to go on with. */
function runWorker(
  target: FuzzTarget,
  first: number,
  end: number,
  take: (verdict: Verdict & { index: number }) => void,
  fail: (index: number, what: string) => void,
): Promise<number> {
  const current = new SharedArrayBuffer(4);
  const place = new Int32Array(current);
  place[0] = first;
  const work: FuzzWork = { target: target.name, seed, from: first, to: end, current };
  const worker = new Worker(new URL("./fuzz/worker.ts", import.meta.url), {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB },
  });
  return new Promise((done) => {
    let [seen, since] = [first, performance.now()];
    const finish = (next: number) => {
      clearInterval(watch);
      done(next);
    };
    const crash = (what: string) => {
      const index = Atomics.load(place, 0);
      fail(index, what);
      finish(index + 1);
    };
    const watch = setInterval(() => {
      const index = Atomics.load(place, 0);
      if (index !== seen) [seen, since] = [index, performance.now()];
      else if (performance.now() - since > HANG_MS) {
        worker.removeAllListeners("exit");
        void worker.terminate().then(() => crash(`hangs: no answer in ${HANG_MS / 1000} s`));
      }
    }, 500);
    worker.on("message", take);
    worker.on("error", (error) => {
      worker.removeAllListeners("exit");
      crash(`the worker died: ${error.name}: ${error.message}`);
    });
    worker.on("exit", () => finish(end));
  });
}

const tallies: Tally[] = [];
for (const target of chosen) {
  const tally = await runTarget(target);
  tallies.push(tally);
  process.stderr.write(
    `${tally.defects.length === 0 ? "ok  " : "FAIL"} ${tally.target.padEnd(22)} ${String(tally.cases).padStart(7)} cases, ${tally.accepted} accepted, ${tally.refused} refused by ${Object.keys(tally.codes).length} codes, ${tally.defects.length} defects, slowest ${tally.slowestMs.toFixed(0)} ms, ${tally.casesPerSecond.toFixed(0)} a second\n`,
  );
}
if (options.json) process.stdout.write(`${JSON.stringify({ seed, targets: tallies }, undefined, 2)}\n`);
if (tallies.some(({ defects }) => defects.length > 0)) process.exitCode = 1;
