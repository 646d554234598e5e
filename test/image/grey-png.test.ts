import { crc32, deflateSync, inflateSync } from "node:zlib";
import { array, assert, asyncProperty, constantFrom, integer, record, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeGreyPng } from "../../src/image/decode-grey-png.ts";
import { decodePng } from "../../src/image/decode-png.ts";
import { encodePng } from "../../src/image/encode-png.ts";

const tools = {
  inflate: async (bytes: Uint8Array, { limitBytes }: { limitBytes: number }) =>
    inflateSync(bytes, { maxOutputLength: limitBytes }),
  crc32: (bytes: Uint8Array) => crc32(bytes),
};

function chunk(type: string, body: Uint8Array): number[] {
  const typed = [...Buffer.from(type, "latin1"), ...body];
  const ends = new DataView(new ArrayBuffer(8));
  ends.setUint32(0, body.length);
  ends.setUint32(4, crc32(Uint8Array.from(typed)));
  const bytes = [...new Uint8Array(ends.buffer)];
  return [...bytes.slice(0, 4), ...typed, ...bytes.slice(4)];
}

/** A PNG of any filtered rows, its data in two chunks. */
function png(width: number, depth: 8 | 16, rows: readonly (readonly number[])[]): Uint8Array {
  const data = deflateSync(Uint8Array.from(rows.flat()));
  const head = [0, 0, 0, width, 0, 0, 0, rows.length, depth, 0, 0, 0, 0];
  return Uint8Array.from([
    0x89,
    ...Buffer.from("PNG\r\n\u001a\n", "latin1"),
    ...chunk("IHDR", Uint8Array.from(head)),
    ...chunk("IDAT", data.subarray(0, 5)),
    ...chunk("IDAT", data.subarray(5)),
    ...chunk("IEND", new Uint8Array(0)),
  ]);
}

describe("the fast reader of grey PNGs", () => {
  it("sees what the library sees, whatever the filters", async () => {
    const cases = record({
      width: integer({ min: 1, max: 9 }),
      height: integer({ min: 1, max: 9 }),
      depth: constantFrom(8 as const, 16 as const),
    }).chain(({ width, height, depth }) =>
      array(
        tuple(
          integer({ min: 0, max: 4 }),
          array(integer({ min: 0, max: 255 }), {
            minLength: (width * depth) / 8,
            maxLength: (width * depth) / 8,
          }),
        ).map(([filter, bytes]) => [filter, ...bytes]),
        { minLength: height, maxLength: height },
      ).map((rows) => png(width, depth, rows)),
    );
    await assert(
      asyncProperty(cases, async (bytes) => {
        const fast = await decodeGreyPng(bytes, tools);
        const whole = await decodePng(bytes);
        expect(fast?.widthPx).toBe(whole.widthPx);
        expect([...(fast?.pixels ?? [])]).toEqual([...whole.pixels]);
      }),
      { numRuns: 200 },
    );
  });

  it("leaves colours, damage and foreign files to the library", async () => {
    const grey = await encodePng({
      widthPx: 3,
      heightPx: 2,
      channels: 1,
      pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(await decodeGreyPng(grey, tools)).toBeDefined();
    const colour = await encodePng({
      widthPx: 1,
      heightPx: 2,
      channels: 3,
      pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
    const broken = Uint8Array.from(grey, (byte, n) => (n === 45 ? byte ^ 1 : byte));
    for (const bytes of [colour, broken, grey.subarray(0, -1), grey.subarray(1), new Uint8Array(0)])
      expect(await decodeGreyPng(bytes, tools)).toBeUndefined();
  });
});
