import { cpus, loadavg, totalmem } from "node:os";

/** One thing that was timed. */
export interface TimedCase {
  readonly name: string;
  /** Median over the rounds. */
  readonly ms: number;
  readonly min: number;
  readonly max: number;
  /** CPU time of all threads, or wall time. */
  readonly clock: "cpu" | "wall";
  readonly note?: string;
}

/** How two timed things compare: the median of the ratios of each round. */
export interface Ratio {
  readonly name: string;
  readonly goal: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

export interface Report {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly node: string;
    readonly kernel: string;
    /** Mean number of running processes over the last minute, at the start and at the end. */
    readonly load: readonly [number, number];
  };
  readonly cases: readonly TimedCase[];
  readonly ratios: readonly Ratio[];
  readonly notMeasured: readonly string[];
}

export const loadNow = (): number => Number(loadavg()[0].toFixed(2));

export const machine = (kernel: string, loadAtStart: number): Report["machine"] => ({
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  kernel,
  load: [loadAtStart, loadNow()],
});

/** The report as a table to read. */
export function table({ machine, cases, ratios, notMeasured }: Report): string {
  const { cpu, cores, memoryGb, node, kernel, load } = machine;
  const rows = cases.map(({ name, ms, min, max, clock, note }) => [
    name,
    `${number(ms)} (${number(min)}–${number(max)})`,
    clock,
    note ?? "",
  ]);
  const compared = ratios.map(({ name, goal, value, min, max }) => [
    name,
    goal,
    `${number(value)} (${number(min)}–${number(max)})`,
  ]);
  return [
    `${cpu}, ${cores} cores, ${memoryGb} GB, Node ${node}, ${kernel} kernel, load ${load.join(" to ")}`,
    "",
    aligned([["measured", "ms (range)", "clock", ""], ...rows]),
    "",
    aligned([["ratio", "goal", "median (range)"], ...compared]),
    ...notMeasured.map((reason) => `\nnot measured: ${reason}`),
  ].join("\n");
}

const number = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
