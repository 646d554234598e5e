import type { RandomStream } from "../../src/random/random-stream.ts";

/** Numbers that readers trip over: ends of ranges, signs, sizes that no file can have. */
const HARD_INTEGERS = [
  0,
  1,
  -1,
  2,
  3,
  127,
  128,
  255,
  256,
  32767,
  32768,
  65535,
  65536,
  2 ** 24,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 32 - 1,
];
const HARD_REALS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1e-45,
  1e38,
  -1e38,
  1e-3,
  1e9,
  0.5,
];
const HARD_NUMBERS_AS_TEXT = [
  "0",
  "-1",
  "1",
  "-0",
  "1e999",
  "-1e999",
  "NaN",
  "nan",
  "Infinity",
  "",
  " ",
  "0x10",
  "1e-320",
  "9007199254740993",
  "18446744073709551616",
  "99999999999999999999999999",
  "1,5",
  "1.5.2",
  "1e",
  "--1",
  "2147483648",
  "4294967296",
  "0.1",
  "1000000",
  "²",
  "１２",
  "null",
  "true",
];
const HARD_CHARACTERS = [
  "\0",
  "\n",
  "\r",
  "\r\n",
  "\t",
  "\u2028",
  "\uFEFF",
  "\u0085",
  "😀",
  "\ud800",
  '"',
  "'",
  "\\",
  ",",
  ";",
  ":",
  "=",
  "#",
  "{",
  "}",
  "[",
  "]",
  "(",
  ")",
  "-",
  "*",
  "&a ",
  "*a",
  "!!",
  "|",
  ">",
  "%",
  "é",
  "\u202e",
];

export const pick = <T>(from: readonly T[], random: RandomStream): T =>
  from[random.integerBelow(from.length)];

/** A place in the bytes, in the header half of the time. */
function place(length: number, random: RandomStream): number {
  const within = random.uniform() < 0.6 ? Math.min(length, 640) : length;
  return within === 0 ? 0 : random.integerBelow(within);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

type ByteMutation = (bytes: Uint8Array, random: RandomStream, other: Uint8Array) => Uint8Array;

/** A hard number in place of 1, 2, 4 or 8 bytes, in either byte order, mostly where a header would keep one. */
const overwriteNumber: ByteMutation = (bytes, random) => {
  const size = pick([1, 2, 4, 4, 8], random);
  if (bytes.length < size) return bytes;
  const offset = Math.min(place(bytes.length, random), bytes.length - size);
  const at = random.uniform() < 0.8 ? offset - (offset % Math.min(size, 4)) : offset;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = random.uniform() < 0.7;
  if (size >= 4 && random.uniform() < 0.5) {
    const real = pick(HARD_REALS, random);
    if (size === 4) view.setFloat32(at, real, little);
    else view.setFloat64(at, real, little);
  } else {
    const whole = pick(HARD_INTEGERS, random);
    if (size === 1) view.setInt8(at, whole);
    else if (size === 2) view.setInt16(at, whole, little);
    else if (size === 4) view.setInt32(at, whole, little);
    else view.setBigInt64(at, BigInt(whole), little);
  }
  return bytes;
};

const byteMutations: readonly ByteMutation[] = [
  function flipBits(bytes, random) {
    if (bytes.length === 0) return bytes;
    for (let flips = 1 + random.integerBelow(8); flips > 0; flips--)
      bytes[place(bytes.length, random)] ^= 1 << random.integerBelow(8);
    return bytes;
  },
  function setByte(bytes, random) {
    if (bytes.length > 0) bytes[place(bytes.length, random)] = random.integerBelow(256);
    return bytes;
  },
  overwriteNumber,
  overwriteNumber,
  function swapFields(bytes, random) {
    const size = pick([2, 4, 8, 16], random);
    if (bytes.length < 2 * size) return bytes;
    const [a, b] = [0, 1].map(() => Math.min(place(bytes.length, random), bytes.length - size));
    const [first, second] = [bytes.slice(a, a + size), bytes.slice(b, b + size)];
    bytes.set(first, b);
    bytes.set(second, a);
    return bytes;
  },
  function truncate(bytes, random) {
    return bytes.slice(
      0,
      random.uniform() < 0.3 ? place(bytes.length, random) : random.integerBelow(bytes.length + 1),
    );
  },
  function extend(bytes, random) {
    const more = new Uint8Array(random.integerBelow(300));
    if (random.uniform() < 0.5) for (let n = 0; n < more.length; n++) more[n] = random.integerBelow(256);
    return joined(bytes, more);
  },
  function cutOut(bytes, random) {
    const at = place(bytes.length, random);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.integerBelow(64)));
  },
  function repeat(bytes, random) {
    const at = place(bytes.length, random);
    const part = bytes.slice(at, at + 1 + random.integerBelow(64));
    return joined(bytes.subarray(0, at), part, bytes.subarray(at));
  },
  function splice(bytes, random, other) {
    return joined(
      bytes.subarray(0, place(bytes.length, random)),
      other.subarray(place(other.length, random)),
    );
  },
  function copyWithin(bytes, random, other) {
    const from = place(other.length, random);
    const part = other.subarray(from, from + 1 + random.integerBelow(64));
    const at = Math.min(place(bytes.length, random), Math.max(0, bytes.length - part.length));
    bytes.set(part.subarray(0, bytes.length - at), at);
    return bytes;
  },
];

/** One to four mutations of a copy; one copy in a hundred stays as it is. */
export function mutateBytes(seed: Uint8Array, random: RandomStream, other: Uint8Array): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(seed);
  if (random.uniform() < 0.01) return bytes;
  for (let count = 1 + random.integerBelow(4); count > 0; count--)
    bytes = pick(byteMutations, random)(bytes, random, other);
  return bytes;
}

type TextMutation = (text: string, random: RandomStream, other: string) => string;

function lineMutation(
  change: (lines: string[], at: number, random: RandomStream, other: string[]) => void,
): TextMutation {
  return (text, random, other) => {
    const lines = text.split("\n");
    change(lines, random.integerBelow(lines.length), random, other.split("\n"));
    return lines.join("\n");
  };
}

function replaceMatch(
  pattern: RegExp,
  replacement: (random: RandomStream, found: string) => string,
): TextMutation {
  return (text, random) => {
    const matches = [...text.matchAll(pattern)];
    if (matches.length === 0) return text;
    const { index, 0: found } = pick(matches, random);
    return text.slice(0, index) + replacement(random, found) + text.slice(index + found.length);
  };
}

const at = (text: string, random: RandomStream): number => random.integerBelow(text.length + 1);

const hardNumber = replaceMatch(/-?\d+(\.\d+)?(e[-+]?\d+)?/gi, (random) =>
  pick(HARD_NUMBERS_AS_TEXT, random),
);

const textMutations: readonly TextMutation[] = [
  hardNumber,
  hardNumber,
  replaceMatch(/[A-Za-z_]{2,}/g, (random, found) =>
    pick(
      [
        found.toUpperCase(),
        found.slice(1),
        found + found,
        "",
        "__proto__",
        "constructor",
        "toString",
        "x".repeat(5000),
      ],
      random,
    ),
  ),
  (text, random) => {
    const n = at(text, random);
    return text.slice(0, n) + pick(HARD_CHARACTERS, random) + text.slice(n);
  },
  (text, random) => {
    const n = at(text, random);
    return text.slice(0, n) + text.slice(n + 1 + random.integerBelow(4));
  },
  (text, random) => text.slice(0, at(text, random)),
  (text, random, other) => text.slice(0, at(text, random)) + other.slice(at(other, random)),
  (text, random) => {
    const n = at(text, random);
    const part = text.slice(n, n + 1 + random.integerBelow(40));
    return text.slice(0, n) + part.repeat(pick([2, 3, 50, 2000], random)) + text.slice(n);
  },
  (text, random) => {
    const n = at(text, random);
    return (
      text.slice(0, n) +
      pick(["[", "{", "- ", '{"a":', "(", "&a [*a,", "? ", "? - "], random).repeat(
        pick([3, 100, 20_000], random),
      ) +
      text.slice(n)
    );
  },
  lineMutation((lines, n) => lines.splice(n, 1)),
  lineMutation((lines, n) => lines.splice(n, 0, lines[n])),
  lineMutation((lines, n, random) => {
    const m = random.integerBelow(lines.length);
    [lines[n], lines[m]] = [lines[m], lines[n]];
  }),
  lineMutation((lines, n, random, others) => lines.splice(n, 0, pick(others, random))),
  (text) => text.replaceAll("\n", "\r\n"),
];

/** One to four mutations of a text; one in a hundred stays as it is. */
export function mutateText(seed: string, random: RandomStream, other: string): string {
  let text = seed;
  if (random.uniform() < 0.01) return text;
  for (let count = 1 + random.integerBelow(4); count > 0; count--)
    text = pick(textMutations, random)(text, random, other).slice(0, 200_000);
  return text;
}

/** A text as bytes, one in ten with bytes changed that may break its encoding. */
export function mutateTextBytes(seed: string, random: RandomStream, other: string): Uint8Array {
  const bytes = new TextEncoder().encode(mutateText(seed, random, other));
  return random.uniform() < 0.1 ? mutateBytes(bytes, random, bytes) : bytes;
}

/** Changes the text header of a file (up to its end mark) as text, or the whole as bytes. */
export function mutateHeaderFile(
  seed: Uint8Array,
  random: RandomStream,
  other: Uint8Array,
  end: RegExp,
): Uint8Array {
  if (random.uniform() < 0.3) return mutateBytes(seed, random, other);
  const [header, data] = splitHeader(seed, end);
  const [otherHeader] = splitHeader(other, end);
  return joined(latin1(mutateText(header, random, otherHeader)), data);
}

function splitHeader(file: Uint8Array, end: RegExp): [string, Uint8Array] {
  const text = new TextDecoder("latin1").decode(file.subarray(0, 65_536));
  const match = end.exec(text);
  const length = match ? match.index + match[0].length : text.length;
  return [text.slice(0, length), file.subarray(length)];
}

const latin1 = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
