import { describe, expect, test } from "vitest";
import { decodeTiff, encodeTiff } from "../../../src/dataset/formats/tiff.ts";
import { InputError } from "../../../src/error/input-error.ts";
import { askOracle, hasOracle } from "./oracle.ts";

const floats = Float32Array.of(0, -1.5, 3.25e-7, 65504, Number.NaN, Number.NEGATIVE_INFINITY);
const images = [
  { widthPx: 3, heightPx: 2, pixels: floats },
  { widthPx: 2, heightPx: 3, pixels: Uint16Array.of(0, 1, 256, 65535, 5, 6) },
  { widthPx: 1, heightPx: 6, pixels: Uint8Array.of(0, 1, 128, 255, 5, 6) },
];

describe("TIFF", () => {
  test("pixels come back bit for bit, the same picture gives the same bytes", () => {
    for (const image of images) {
      expect(decodeTiff(encodeTiff(image), "image.tiff")).toEqual(image);
      expect(encodeTiff(image)).toEqual(encodeTiff(image));
    }
  });

  test("bytes may begin anywhere in memory", () => {
    const file = encodeTiff(images[0]);
    const memory = new Uint8Array(file.length + 1);
    memory.set(file, 1);
    expect(decodeTiff(memory.subarray(1), "image.tiff")).toEqual(images[0]);
  });

  test("a file cut short anywhere is refused", () => {
    for (const image of images) {
      const file = encodeTiff(image);
      for (let length = 0; length < file.length; length++)
        expect(() => decodeTiff(file.subarray(0, length), "image.tiff")).toThrow(InputError);
    }
  });

  test("other kinds are refused by what they are", () => {
    const withEntry = (tag: number, value: number): Uint8Array => {
      const file = encodeTiff(images[1]);
      const view = new DataView(file.buffer);
      for (let at = 10; at < 130; at += 12)
        if (view.getUint16(at, true) === tag) view.setUint16(at + 8, value, true);
      return file;
    };
    expect(() => decodeTiff(withEntry(259, 5), "lzw.tiff")).toThrow(
      /lzw\.tiff: the TIFF is compressed \(scheme 5\)/,
    );
    expect(() => decodeTiff(withEntry(277, 3), "rgb.tiff")).toThrow(/several channels/);
    expect(() => decodeTiff(withEntry(258, 12), "twelve.tiff")).toThrow(/12 bits/);
    expect(() => decodeTiff(withEntry(262, 0), "white.tiff")).toThrow(/black at zero/);
    expect(() => decodeTiff(withEntry(256, 3), "wide.tiff")).toThrow(/3 × 3 pixels need 18 bytes/);
  });

  test.skipIf(!hasOracle("tifffile", "PIL", "numpy"))("tifffile and PIL read what is written", () => {
    const files = Object.fromEntries(images.map((image, n) => [`${n}.tiff`, encodeTiff(image)]));
    const read = askOracle(
      `
import json, numpy as np, tifffile
from PIL import Image
out = []
for n in range(3):
    a, b = tifffile.imread(f"{n}.tiff"), np.asarray(Image.open(f"{n}.tiff"))
    out.append([list(a.shape), str(a.dtype), a.tobytes().hex(), bool(a.shape == b.shape and a.tobytes() == b.astype(a.dtype).tobytes())])
print(json.dumps(out))`,
      files,
    );
    const expected = images.map(({ widthPx, heightPx, pixels }) => [
      [heightPx, widthPx],
      { 1: "uint8", 2: "uint16", 4: "float32" }[pixels.BYTES_PER_ELEMENT as 1 | 2 | 4],
      Buffer.from(pixels.buffer).toString("hex"),
      true,
    ]);
    expect(read).toEqual(expected);
  });

  test.skipIf(!hasOracle("tifffile", "PIL", "numpy"))("what tifffile and PIL write is read", () => {
    const hex = askOracle(
      `
import json, io, numpy as np, tifffile
from PIL import Image
a = (np.arange(60, dtype="float32").reshape(6, 10) - 20) / 3
out = {}
def keep(name, **options):
    f = io.BytesIO(); tifffile.imwrite(f, options.pop("data", a), **options); out[name] = f.getvalue().hex()
keep("little"); keep("big", byteorder=">"); keep("strips", rowsperstrip=2); keep("big16", byteorder=">", data=a.astype("uint16"))
keep("tiles", tile=(16, 16)); keep("packed", compression="zlib"); keep("double", data=a.astype("float64"))
f = io.BytesIO(); Image.fromarray(a).save(f, "TIFF"); out["pil"] = f.getvalue().hex()
print(json.dumps(out))`,
      {},
    ) as Record<string, string>;
    const bytes = (name: string) => Buffer.from(hex[name], "hex");
    const expected = Float32Array.from({ length: 60 }, (_, n) => Math.fround(n - 20) / 3);
    for (const name of ["little", "big", "strips", "pil"])
      expect(decodeTiff(bytes(name), name), name).toEqual({ widthPx: 10, heightPx: 6, pixels: expected });
    expect(decodeTiff(bytes("big16"), "big16").pixels[59]).toBe(13);
    for (const name of ["tiles", "packed", "double"])
      expect(() => decodeTiff(bytes(name), name), name).toThrow(InputError);
  });
});
