import { InvalidArgumentError } from "commander";
import type { Shard } from "../node/dataset/generate.ts";

/** `2/8`: the second of eight parts. */
export function shardOption(text: string): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const [index, count] = match ? [Number(match[1]), Number(match[2])] : [0, 0];
  if (index < 1 || index > count)
    throw new InvalidArgumentError("It must be I/N with I from 1 to N, for example 2/8.");
  return { index, count };
}
