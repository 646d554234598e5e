import { crc32, deflateSync } from "node:zlib";
import { decode, encode } from "fast-png";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { decodePng } from "../../src/image/decode-png.ts";
import { encodePng } from "../../src/image/encode-png.ts";
import { maskPicture, type Picture } from "../../src/image/picture.ts";

/** Numbers that fill all bits of a sample, the same in every run. */
function picture(widthPx: number, heightPx: number, channels: 1 | 3 | 4, bits: 8 | 16): Picture {
  const length = widthPx * heightPx * channels;
  const pixels = bits === 8 ? new Uint8Array(length) : new Uint16Array(length);
  for (let n = 0; n < length; n++) pixels[n] = (n * 40503 + (n >> 3) * 977) % 2 ** bits;
  return { widthPx, heightPx, channels, pixels };
}

const kinds = ([1, 3, 4] as const).flatMap((channels) =>
  ([8, 16] as const).map((bits) => [channels, bits] as const),
);

describe("a PNG", () => {
  test.each(kinds)(
    "of %i channels and %i bits is read by another decoder, sample for sample",
    async (channels, bits) => {
      for (const [width, height] of [
        [1, 1],
        [7, 5],
        [64, 33],
      ]) {
        const original = picture(width, height, channels, bits);
        const png = decode(await encodePng(original), { checkCrc: true });
        expect([png.width, png.height, png.channels, png.depth]).toEqual([width, height, channels, bits]);
        expect(Array.from(png.data)).toEqual(Array.from(original.pixels));
      }
    },
  );

  test.each(kinds)("of %i channels and %i bits comes back as it was", async (channels, bits) => {
    const original = picture(19, 11, channels, bits);
    expect(await decodePng(await encodePng(original))).toEqual(original);
  });

  test("has the same bytes each time, and the same pixels by any deflate", async () => {
    const original = picture(31, 17, 1, 16);
    expect(await encodePng(original)).toEqual(await encodePng(original));
    const byNode = await encodePng(original, { deflate: async (bytes) => deflateSync(bytes, { level: 4 }) });
    expect(await decodePng(byNode)).toEqual(original);
  });

  test("is filtered with the row above", async () => {
    let rows = new Uint8Array(0);
    const deflate = async (bytes: Uint8Array<ArrayBuffer>) => {
      rows = bytes;
      return deflateSync(bytes);
    };
    const pixels = Uint16Array.of(0x0102, 0xff00, 0x0103, 0x0001);
    await encodePng({ widthPx: 2, heightPx: 2, channels: 1, pixels }, { deflate });
    // Filter 2, then the bytes; 0x0103 − 0x0102 and 0x0001 − 0xff00 byte by byte, modulo 256.
    expect([...rows]).toEqual([2, 1, 2, 255, 0, 2, 0, 1, 1, 1]);
  });

  test("of a mask is small and holds only 0 and 255", async () => {
    const mask = Uint8Array.from({ length: 512 * 512 }, (_, n) =>
      Math.hypot((n % 512) - 256, Math.floor(n / 512) - 256) < 100 ? 1 : 0,
    );
    const png = await encodePng(maskPicture(mask, 512, 512));
    // A row costs a few bytes where the outline moves, next to none elsewhere: far under 1 % of a quarter megabyte.
    expect(png.length).toBeLessThan(3000);
    const back = await decodePng(png);
    expect(back.pixels.every((value, n) => value === 255 * mask[n])).toBe(true);
  });
});

describe("foreign PNGs", () => {
  test("grey with alpha becomes RGBA, a palette RGB, fewer bits 8", async () => {
    const greyAlpha = encode({
      width: 2,
      height: 1,
      data: Uint8Array.of(10, 255, 20, 128),
      channels: 2,
      depth: 8,
    });
    expect([...(await decodePng(greyAlpha)).pixels]).toEqual([10, 10, 10, 255, 20, 20, 20, 128]);

    const packed = await handmade({ bits: 1, colourType: 0, row: [0b10110000] });
    expect([...(await decodePng(packed)).pixels]).toEqual([255, 0, 255, 255]);

    const palette = await handmade({
      bits: 8,
      colourType: 3,
      row: [1, 0, 0, 1],
      palette: [1, 2, 3, 4, 5, 6],
    });
    expect(await decodePng(palette)).toMatchObject({ channels: 3 });
    expect([...(await decodePng(palette)).pixels]).toEqual([4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6]);
  });

  test("damaged files are refused with a sentence, and huge ones before they are unpacked", async () => {
    const png = await encodePng(picture(9, 9, 1, 8));
    await expect(decodePng(new Uint8Array(5))).rejects.toThrow(InputError);
    await expect(decodePng(png.subarray(0, 50))).rejects.toThrow(InputError);
    for (let at = 8; at < png.length; at += 3) {
      const broken = png.slice();
      broken[at] ^= 0x55;
      await expect(decodePng(broken)).rejects.toThrow(InputError);
    }
    const huge = png.slice();
    new DataView(huge.buffer).setUint32(16, 2 ** 30);
    await expect(decodePng(huge)).rejects.toThrow(/limit/);
  });
});

/** A PNG of four pixels in one row, put together from an encoded one by exchanging its header, palette and data. */
async function handmade(options: { bits: number; colourType: number; row: number[]; palette?: number[] }) {
  const chunk = async (type: string, data: number[] | Uint8Array): Promise<Uint8Array> => {
    const body = Uint8Array.of(...Array.from(type, (letter) => letter.charCodeAt(0)), ...data);
    const out = new Uint8Array(body.length + 8);
    new DataView(out.buffer).setUint32(0, data.length);
    out.set(body, 4);
    new DataView(out.buffer).setUint32(out.length - 4, crc32(body));
    return out;
  };
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    await chunk("IHDR", [0, 0, 0, 4, 0, 0, 0, 1, options.bits, options.colourType, 0, 0, 0]),
    ...(options.palette ? [await chunk("PLTE", options.palette)] : []),
    await chunk("IDAT", deflateSync(Uint8Array.of(0, ...options.row))),
    await chunk("IEND", []),
  ];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
