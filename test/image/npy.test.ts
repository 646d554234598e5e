import { describe, expect, test } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { decodeNpy, encodeNpy } from "../../src/image/npy.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The header that numpy.save (2.4.6) writes: magic, version 1.0, length 118, dictionary, spaces, line feed. */
const header = (dictionary: string): string =>
  hex(Buffer.from("\x93NUMPY\x01\x00\x76\x00", "latin1")) + hex(Buffer.from(`${dictionary.padEnd(117)}\n`));

describe("a NumPy file", () => {
  test("has the bytes that numpy.save writes", () => {
    const floats = Float32Array.of(-1, -0.5, 0, 0.5, 1, 1.5);
    expect(hex(encodeNpy([2, 3], floats))).toBe(
      `${header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }")}000080bf000000bf000000000000003f0000803f0000c03f`,
    );
    expect(hex(encodeNpy([3], Uint8Array.of(0, 1, 255)))).toBe(
      `${header("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }")}0001ff`,
    );
    expect(hex(encodeNpy([1, 1, 2], Uint16Array.of(1, 65535)))).toBe(
      `${header("{'descr': '<u2', 'fortran_order': False, 'shape': (1, 1, 2), }")}0100ffff`,
    );
    expect(hex(encodeNpy([1024, 0, 3], new Float64Array(0)))).toBe(
      header("{'descr': '<f8', 'fortran_order': False, 'shape': (1024, 0, 3), }"),
    );
  });

  test("comes back with shape, type and values", () => {
    for (const type of [Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array]) {
      const values = type.from([1, 2, 3, 100, 5, 6]);
      expect(decodeNpy(encodeNpy([3, 2], values))).toEqual({ shape: [3, 2], values });
    }
    const values = Float64Array.of(Math.PI, Number.NaN, Number.NEGATIVE_INFINITY);
    expect(decodeNpy(encodeNpy([3], values))).toEqual({ shape: [3], values });
  });

  test("that is cut short, in another order or of another kind is refused", () => {
    const file = encodeNpy([2, 2], Float32Array.of(1, 2, 3, 4));
    for (const length of [0, 11, 60, file.length - 1])
      expect(() => decodeNpy(file.subarray(0, length))).toThrow(InputError);
    const changed = (from: string, to: string): Uint8Array =>
      Buffer.from(Buffer.from(file).toString("latin1").replace(from, to), "latin1");
    expect(() => decodeNpy(changed("False", "True "))).toThrow(/C order/);
    expect(() => decodeNpy(changed("<f4", ">f4"))).toThrow(InputError);
    expect(() => decodeNpy(changed("(2, 2)", "(9, 9)"))).toThrow(/324 bytes/);
    expect(() => encodeNpy([3, 2], new Float32Array(4))).toThrow(RangeError);
  });
});
