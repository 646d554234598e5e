import codecLibrary from "dcmjs-codecs";
import type { RandomStream } from "../../src/random/random-stream.ts";
import { readDicomSeries } from "../../src/volume/dicom/read-dicom-series.ts";
import { mutateBytes, mutateText, pick } from "./mutate.ts";
import { type FuzzTarget, must } from "./target.ts";
import { mustBeVolume } from "./volume-targets.ts";

const SIDE = 12;
const EXPLICIT = "1.2.840.10008.1.2.1";

interface Element {
  readonly tag: number;
  readonly kind: string;
  readonly value: string | Uint8Array | number;
}

const { Context, NativeCodecs } = codecLibrary;
codecLibrary.log.setLevel("silent");
if (!NativeCodecs.isInitialized()) await NativeCodecs.initializeAsync({});

const pixels = (slice: number): Uint8Array => {
  const words = Uint16Array.from({ length: SIDE * SIDE }, (_, n) => (n * 37 + slice * 101) % 3000);
  return new Uint8Array(words.buffer);
};

type Encoder = (slice: number) => Uint8Array;

/** The same slice by every kind of codec that series come in; `null` where the pixels stay as they are. */
const encoders: ReadonlyMap<string, Encoder | null> = new Map<string, Encoder | null>([
  [EXPLICIT, null],
  ["1.2.840.10008.1.2", null],
  ["1.2.840.10008.1.2.5", (slice) => encoded(slice, (context) => NativeCodecs.encodeRle(context))],
  [
    "1.2.840.10008.1.2.4.70",
    (slice) => encoded(slice, (context) => NativeCodecs.encodeJpeg(context, { lossy: false, predictor: 1 })),
  ],
  [
    "1.2.840.10008.1.2.4.80",
    (slice) => encoded(slice, (context) => NativeCodecs.encodeJpegLs(context, { lossy: false })),
  ],
  [
    "1.2.840.10008.1.2.4.90",
    (slice) => encoded(slice, (context) => NativeCodecs.encodeJpeg2000(context, { lossy: false })),
  ],
]);

type CodecContext = InstanceType<typeof Context>;

function encoded(slice: number, encode: (context: CodecContext) => CodecContext): Uint8Array {
  const context = new Context({
    width: SIDE,
    height: SIDE,
    bitsAllocated: 16,
    bitsStored: 16,
    samplesPerPixel: 1,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation: "MONOCHROME2",
    decodedBuffer: pixels(slice),
  });
  return Uint8Array.from(encode(context).getEncodedBuffer() ?? []);
}

function elementsOf(syntax: string, slice: number): Element[] {
  const data = encoders.get(syntax);
  return [
    { tag: 0x00020010, kind: "UI", value: syntax },
    { tag: 0x00080008, kind: "CS", value: "ORIGINAL\\PRIMARY\\AXIAL" },
    { tag: 0x00080060, kind: "CS", value: "CT" },
    { tag: 0x00180050, kind: "DS", value: "2.5" },
    { tag: 0x0020000e, kind: "UI", value: "1.2.3.4" },
    { tag: 0x00200013, kind: "IS", value: String(slice) },
    { tag: 0x00200032, kind: "DS", value: `-10\\-20\\${2.5 * slice}` },
    { tag: 0x00200037, kind: "DS", value: "1\\0\\0\\0\\1\\0" },
    { tag: 0x00280002, kind: "US", value: 1 },
    { tag: 0x00280004, kind: "CS", value: "MONOCHROME2" },
    { tag: 0x00280010, kind: "US", value: SIDE },
    { tag: 0x00280011, kind: "US", value: SIDE },
    { tag: 0x00280030, kind: "DS", value: "0.7\\0.8" },
    { tag: 0x00280100, kind: "US", value: 16 },
    { tag: 0x00280101, kind: "US", value: 16 },
    { tag: 0x00280102, kind: "US", value: 15 },
    { tag: 0x00280103, kind: "US", value: 0 },
    { tag: 0x00281052, kind: "DS", value: "-1024" },
    { tag: 0x00281053, kind: "DS", value: "1" },
    { tag: 0x7fe00010, kind: data ? "OB" : "OW", value: data ? data(slice) : pixels(slice) },
  ];
}

const LONG_KINDS = ["OB", "OW"];

function bytesOf({ tag, kind, value }: Element, implicit: boolean, fragments: boolean): number[] {
  const raw =
    typeof value === "number"
      ? [value & 255, (value >> 8) & 255]
      : typeof value === "string"
        ? [...Buffer.from(value, "latin1")]
        : [...value];
  if (raw.length % 2 === 1) raw.push(kind === "UI" ? 0 : 32);
  const head = [...words(tag >>> 16, 2), ...words(tag & 0xffff, 2)];
  const isImplicit = implicit && tag >>> 16 !== 2;
  const letters = [...Buffer.from(kind, "latin1")];
  const length = (count: number): number[] => {
    if (isImplicit) return words(count, 4);
    return LONG_KINDS.includes(kind)
      ? [...letters, 0, 0, ...words(count, 4)]
      : [...letters, ...words(count, 2)];
  };
  if (!fragments || tag !== 0x7fe00010) return [...head, ...length(raw.length), ...raw];
  const item = (count: number) => [0xfe, 0xff, 0x00, 0xe0, ...words(count, 4)];
  return [
    ...head,
    ...length(0xffffffff),
    ...item(0),
    ...item(raw.length),
    ...raw,
    0xfe,
    0xff,
    0xdd,
    0xe0,
    0,
    0,
    0,
    0,
  ];
}

const words = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, n) => (value >>> (8 * n)) & 255);

function file(elements: readonly Element[], syntax: string): Uint8Array {
  const fragments = encoders.get(syntax) !== null;
  const body = elements.flatMap((element) => bytesOf(element, syntax === "1.2.840.10008.1.2", fragments));
  return Uint8Array.from([...Array<number>(128).fill(0), ...Buffer.from("DICM"), ...body]);
}

/** Values of elements changed as text or numbers, elements lost, doubled and swapped: the file itself stays whole. */
function mutateElements(elements: Element[], random: RandomStream): Element[] {
  const changed = [...elements];
  const n = random.integerBelow(changed.length);
  const m = random.integerBelow(changed.length);
  const kind = random.integerBelow(5);
  if (kind === 0) changed.splice(n, 1);
  else if (kind === 1) [changed[n], changed[m]] = [changed[m], changed[n]];
  else if (kind === 2) changed.splice(n, 0, { ...changed[m], value: changed[n].value });
  else {
    const { value } = changed[n];
    const next =
      typeof value === "number"
        ? pick([0, 1, 2, 7, 8, 15, 31, 32, 255, 4096, 65535], random)
        : typeof value === "string"
          ? mutateText(value, random, pick(["1\\2\\3", "NaN", "CT", ""], random)).slice(0, 60_000)
          : mutateBytes(value, random, value);
    changed[n] = { ...changed[n], value: next };
  }
  return changed;
}

function make(random: RandomStream) {
  const syntax = pick([...encoders.keys()], random);
  const changedSlice = random.integerBelow(4);
  const files = [0, 1, 2].map((slice) => {
    // One slice is changed, or (3) all of them alike.
    const isChanged = changedSlice === slice || changedSlice === 3;
    const mode = random.uniform();
    let elements = seedsOf(syntax)[slice];
    if (isChanged && mode < 0.6)
      for (let count = 1 + random.integerBelow(2); count > 0; count--)
        elements = mutateElements(elements, random);
    const whole = file(elements, syntax);
    const bytes = isChanged && mode >= 0.5 ? mutateBehindPreamble(whole, random) : whole;
    return { name: `${slice}.dcm`, bytes };
  });
  return { files: random.uniform() < 0.1 ? files.slice(0, 2) : files };
}

function mutateBehindPreamble(whole: Uint8Array, random: RandomStream): Uint8Array {
  if (random.uniform() < 0.05) return mutateBytes(whole, random, whole);
  const tail = mutateBytes(whole.subarray(132), random, whole);
  const bytes = new Uint8Array(132 + tail.length);
  bytes.set(whole.subarray(0, 132));
  bytes.set(tail, 132);
  return bytes;
}

const kept = new Map<string, Element[][]>();
function seedsOf(syntax: string): Element[][] {
  const seeds = kept.get(syntax) ?? [0, 1, 2].map((slice) => elementsOf(syntax, slice));
  kept.set(syntax, seeds);
  return seeds;
}

// Encoded now: a codec that breaks off while it decodes is not there any more.
for (const syntax of encoders.keys()) seedsOf(syntax);

export const dicomTarget: FuzzTarget = {
  name: "dicom-series",
  make,
  take: async ({ files }) => {
    const { volume, findings } = await readDicomSeries(files);
    mustBeVolume(volume);
    must(
      findings.every(({ message }) => !/NaN|undefined/.test(message)),
      `a finding with a hole: ${JSON.stringify(findings)}`,
    );
    return volume.values.byteLength;
  },
};
