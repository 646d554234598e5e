import { type PhiloxKey, philox4x32 } from "../random/philox.ts";
import { type RandomStream, randomStream } from "../random/random-stream.ts";
import { sampleKey } from "../random/sample-key.ts";

/** The random numbers of one transform: a stream for its parameters, and a key for whole fields of numbers. */
export interface Draws extends RandomStream {
  /** For `randomWords` and what is made of it; its counters do not meet those of the stream. */
  readonly key: PhiloxKey;
  /** Uniform in the logarithm, on [low, high). */
  readonly logUniformIn: (low: number, high: number) => number;
  /** One of the values, each as likely. */
  readonly oneOf: <Value>(values: readonly Value[]) => Value;
  /** True with this probability. */
  readonly chance: (probability: number) => boolean;
}

/** The last word of the counter that makes sub-keys; 1 to 4 belong to src/random. */
const SUB_KEY = 5;

/**
 * The random numbers of the transform of this name under the key of a picture. Each name has numbers of its own, so that leaving a
 * transform out, or adding one, changes nothing for the others.
 */
export function drawsOf(key: PhiloxKey, name: string): Draws {
  const [low, high] = nameWords(name);
  const [subLow, subHigh] = philox4x32([low, high, 0, SUB_KEY], key);
  return drawsFrom([subLow, subHigh]);
}

/** Random numbers of a key itself. */
export function drawsFrom(key: PhiloxKey): Draws {
  const stream = randomStream(key);
  return {
    ...stream,
    key,
    logUniformIn: (low, high) => low * (high / low) ** stream.uniform(),
    oneOf: (values) => values[stream.integerBelow(values.length)],
    chance: (probability) => stream.uniform() < probability,
  };
}

/** The key of one picture in one epoch, whatever the order in which pictures are taken. */
export function augmentationKey(place: {
  seed: bigint | number;
  epoch: number;
  sample: bigint | number;
}): PhiloxKey {
  return sampleKey(place.seed, place.sample, `augmentation, epoch ${place.epoch}`);
}

const words = new Map<string, PhiloxKey>();

/** 64 bits of a name, worked out once. */
function nameWords(name: string): PhiloxKey {
  let known = words.get(name);
  if (!known) words.set(name, (known = sampleKey(0, 0, name)));
  return known;
}
