import type { Ratio, TimedCase } from "./report.ts";

/** Something that is timed once a round; returns milliseconds. */
export interface Contender {
  readonly name: string;
  readonly clock: TimedCase["clock"];
  readonly note?: string;
  readonly measure: () => Promise<number>;
}

/** Milliseconds of every contender in every round, by name. */
export type Timings = ReadonlyMap<string, readonly number[]>;

/** Times all contenders one after another, as many times as there are rounds, so that each round sees one machine. */
export async function timeInRounds(contenders: readonly Contender[], rounds: number): Promise<Timings> {
  const timings = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const { name, measure } of contenders) timings.get(name)?.push(await measure());
  return timings;
}

export function timedCases(contenders: readonly Contender[], timings: Timings): TimedCase[] {
  return contenders.map(({ name, clock, note }) => {
    const values = timings.get(name) ?? [];
    return {
      name,
      ms: median(values),
      min: Math.min(...values),
      max: Math.max(...values),
      clock,
      ...(note === undefined ? {} : { note }),
    };
  });
}

/** over / under of each round; undefined when one of them was not timed. */
export function ratioOf(
  timings: Timings,
  options: { name: string; goal: string; over: string; under: string },
): Ratio | undefined {
  const [over, under] = [timings.get(options.over), timings.get(options.under)];
  if (!over || !under) return undefined;
  const values = over.map((value, round) => value / under[round]);
  const { name, goal } = options;
  return { name, goal, value: median(values), min: Math.min(...values), max: Math.max(...values) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** CPU milliseconds of this process, all its threads included, that `work` takes: the median of so many repetitions. */
export async function cpuMs(work: () => Promise<unknown> | void, repetitions: number): Promise<number> {
  return repeated(repetitions, async () => {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
}

/** CPU milliseconds of the busier side, this thread or all its helpers: the wall time if each had a core to itself. */
export async function busierSideMs(work: () => Promise<unknown>, repetitions: number): Promise<number> {
  return repeated(repetitions, async () => {
    const [before, here] = [process.cpuUsage(), process.threadCpuUsage()];
    await work();
    const [all, main] = [process.cpuUsage(before), process.threadCpuUsage(here)];
    const mainMs = (main.user + main.system) / 1000;
    return Math.max(mainMs, (all.user + all.system) / 1000 - mainMs);
  });
}

export async function wallMs(work: () => Promise<unknown> | void, repetitions: number): Promise<number> {
  return repeated(repetitions, async () => {
    const before = performance.now();
    await work();
    return performance.now() - before;
  });
}

async function repeated(repetitions: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let n = 0; n < repetitions; n++) values.push(await measure());
  return median(values);
}
