import type { RandomStream } from "../../src/random/random-stream.ts";

/** What one case feeds to the code: files as bytes, or the words of a command line. */
export interface FuzzInput {
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly words?: readonly string[];
}

/** A door of the system that takes what users bring. */
export interface FuzzTarget {
  readonly name: string;
  /** A mutated input; the same stream makes the same input. */
  readonly make: (random: RandomStream) => FuzzInput;
  /**
   * Takes the input in. Returns the bytes of memory that the result holds; throws InputError for what is refused, and
   * anything else, a `WrongResult` among it, for a defect of ours.
   */
  readonly take: (input: FuzzInput) => Promise<number>;
  /** Cases of a quick run, for targets whose single cases cost much. */
  readonly quickCases?: number;
}

/** An input was accepted, and what was made of it cannot be right. */
export class WrongResult extends Error {
  override readonly name = "WrongResult";
}

export function must(condition: boolean, what: string): void {
  if (!condition) throw new WrongResult(what);
}

export const inputBytes = (input: FuzzInput): number =>
  input.files.reduce((sum, { bytes }) => sum + bytes.length, 0) +
  (input.words ?? []).reduce((sum, word) => sum + word.length, 0);
