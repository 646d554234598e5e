import { crc32, deflateSync } from "node:zlib";
import { encode } from "fast-png";
import { decodePng } from "../../src/image/decode-png.ts";
import type { RandomStream } from "../../src/random/random-stream.ts";
import { mutateBytes, pick } from "./mutate.ts";
import { type FuzzTarget, must } from "./target.ts";

const samples = (length: number): number[] => Array.from({ length }, (_, n) => (n * 40503) % 65536);

const whole = (channels: 1 | 2 | 3 | 4, depth: 8 | 16): Uint8Array => {
  const data =
    depth === 8 ? Uint8Array.from(samples(35 * channels)) : Uint16Array.from(samples(35 * channels));
  return encode({ width: 7, height: 5, channels, depth, data });
};

/** A chunk with its length and checksum. */
function chunk(type: string, body: Uint8Array): number[] {
  const typed = [...Buffer.from(type, "latin1"), ...body];
  const ends = new DataView(new ArrayBuffer(8));
  ends.setUint32(0, body.length);
  ends.setUint32(4, crc32(Uint8Array.from(typed)));
  const bytes = [...new Uint8Array(ends.buffer)];
  return [...bytes.slice(0, 4), ...typed, ...bytes.slice(4)];
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const packed = (depth: number, colourType: number, interlace: number, palette?: number[]): Uint8Array =>
  Uint8Array.from([
    ...SIGNATURE,
    ...chunk("IHDR", Uint8Array.of(0, 0, 0, 8, 0, 0, 0, 4, depth, colourType, 0, 0, interlace)),
    ...(palette ? chunk("PLTE", Uint8Array.from(palette)) : []),
    ...chunk("IDAT", deflateSync(Uint8Array.from({ length: 200 }, (_, n) => (n % 9 === 0 ? 0 : n % 2)))),
    ...chunk("IEND", new Uint8Array(0)),
  ]);

const seeds: readonly Uint8Array[] = [
  ...([1, 2, 3, 4] as const).flatMap((channels) => ([8, 16] as const).map((depth) => whole(channels, depth))),
  packed(1, 0, 0),
  packed(4, 0, 0),
  packed(8, 3, 0, [1, 2, 3, 4, 5, 6]),
  packed(8, 0, 1),
];

/** Makes the checksums of the chunks right again, so that the change is seen by what lies behind them. */
function withChecksums(png: Uint8Array): Uint8Array {
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  for (let at = 8; at + 12 <= png.length; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > png.length) break;
    view.setUint32(at + 8 + length, crc32(png.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
  return png;
}

function make(random: RandomStream) {
  const bytes = Uint8Array.from(mutateBytes(pick(seeds, random), random, pick(seeds, random)));
  return { files: [{ name: "image.png", bytes: random.uniform() < 0.8 ? withChecksums(bytes) : bytes }] };
}

export const pngTarget: FuzzTarget = {
  name: "png",
  make,
  take: async ({ files: [{ bytes }] }) => {
    const { widthPx, heightPx, channels, pixels } = await decodePng(bytes);
    must(widthPx > 0 && heightPx > 0, `a picture of ${widthPx} × ${heightPx}`);
    must(
      pixels.length === widthPx * heightPx * channels,
      `${pixels.length} samples for ${widthPx} × ${heightPx} × ${channels}`,
    );
    return pixels.byteLength;
  },
};
