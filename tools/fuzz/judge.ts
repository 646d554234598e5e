import { InputError } from "../../src/error/input-error.ts";
import { randomStream } from "../../src/random/random-stream.ts";
import { sampleKey } from "../../src/random/sample-key.ts";
import { type FuzzInput, type FuzzTarget, inputBytes } from "./target.ts";

/** Time of the processor, not of the clock: what runs beside this does not count. */
const SLOWEST_MS = 2000;
const LONGEST_MESSAGE = 700;
/** A case may grow the process by this much; the garbage of the cases before it is in here. */
const LARGEST_GROWTH_BYTES = 300 * 2 ** 20;
/** Deflate expands up to 1032 times, and a voxel of one byte may become a float of four. */
const LARGEST_EXPANSION = 4 * 1032;
const SMALL_RESULT_BYTES = 2 ** 20;

export interface Verdict {
  readonly outcome: "accepted" | "refused" | "defect";
  /** Of the InputError, or what is wrong. */
  readonly code: string;
  readonly milliseconds: number;
}

export function makeInput(target: FuzzTarget, seed: number, index: number): FuzzInput {
  return target.make(randomStream(sampleKey(seed, index, `fuzz ${target.name}`)));
}

/** A valid result or an InputError of one sentence, in bounded time and memory: anything else is a defect. */
export async function judge(target: FuzzTarget, input: FuzzInput): Promise<Verdict> {
  const residentBefore = process.resourceUsage().maxRSS * 1024;
  const started = process.cpuUsage();
  let [outcome, code]: [Verdict["outcome"], string] = ["accepted", ""];
  try {
    const resultBytes = await target.take(input);
    if (resultBytes > Math.max(SMALL_RESULT_BYTES, LARGEST_EXPANSION * inputBytes(input)))
      [outcome, code] = ["defect", `the result holds ${resultBytes} bytes, the input ${inputBytes(input)}`];
  } catch (error) {
    const fault = error instanceof InputError ? faultOf(error) : descriptionOf(error);
    [outcome, code] = fault === undefined ? ["refused", (error as InputError).code] : ["defect", fault];
  }
  const { user, system } = process.cpuUsage(started);
  const milliseconds = (user + system) / 1000;
  const growth = process.resourceUsage().maxRSS * 1024 - residentBefore;
  if (outcome !== "defect" && milliseconds > SLOWEST_MS)
    [outcome, code] = ["defect", `took ${milliseconds.toFixed(0)} ms`];
  if (outcome !== "defect" && growth > LARGEST_GROWTH_BYTES)
    [outcome, code] = ["defect", `memory grew by ${(growth / 2 ** 20).toFixed(0)} MB`];
  return { outcome, code, milliseconds };
}

/** What is wrong with the sentence of an error; undefined if nothing is. */
function faultOf({ code, message, remedy }: InputError): string | undefined {
  if (!/^[a-z][a-z0-9-]*$/.test(code)) return `the code "${code}" is not kebab-case`;
  for (const text of [message, remedy ?? "ok"]) {
    if (text.trim() === "") return `an empty sentence with code ${code}`;
    if (text.length > LONGEST_MESSAGE) return `a message of ${text.length} characters with code ${code}`;
    // oxlint-disable-next-line no-control-regex -- that is what is looked for
    if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text))
      return `a control character in a message with code ${code}`;
  }
  return /\bundefined\b|\[object /.test(message.replaceAll(/"[^"]*"/g, ""))
    ? `an unset value in: ${message}`
    : undefined;
}

function descriptionOf(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const place = /\n\s+at (.*src\/.*)/.exec(error.stack ?? "")?.[1] ?? "";
  return `${error.name}: ${error.message.slice(0, 300)} ${place.replace(/^.*\/src\//, "src/")}`.trim();
}
