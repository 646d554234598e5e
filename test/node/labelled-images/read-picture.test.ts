import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import jpeg from "jpeg-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeTiff } from "../../../src/dataset/formats/tiff.ts";
import { encodePng } from "../../../src/image/encode-png.ts";
import { pictureFiles, pictureOfBytes, readPicture } from "../../../src/node/labelled-images/read-picture.ts";
import { dicomRadiograph } from "./dicom-radiograph.ts";

const [W, H] = [6, 4];
const ramp = Array.from({ length: W * H }, (_, n) => n);

const one = async (bytes: Uint8Array) => (await pictureOfBytes(bytes, "picture"))[0];

/** A TIFF with its single strip compressed: the tag of the scheme, and the strip's new length, are written over. */
function packedTiff(
  pixels: Uint8Array | Uint16Array,
  scheme: number,
  pack: (strip: Uint8Array) => Uint8Array,
) {
  const plain = encodeTiff({ widthPx: W, heightPx: H, pixels });
  const start = plain.length - pixels.byteLength;
  const strip = pack(plain.subarray(start));
  const file = new Uint8Array(start + strip.length);
  file.set(plain.subarray(0, start));
  file.set(strip, start);
  const view = new DataView(file.buffer);
  for (let at = 10, left = view.getUint16(8, true); left > 0; left--, at += 12) {
    if (view.getUint16(at, true) === 259) view.setUint32(at + 8, scheme, true);
    if (view.getUint16(at, true) === 279) view.setUint32(at + 8, strip.length, true);
  }
  return file;
}

/** LZW without any dictionary: the code that clears it stands before every hundred bytes, so that all codes have nine bits. */
function lzw(strip: Uint8Array): Uint8Array {
  const codes = [...strip].flatMap((byte, n) => (n % 100 === 0 ? [256, byte] : [byte]));
  let bits = "";
  for (const code of [...codes, 257]) bits += code.toString(2).padStart(9, "0");
  bits = bits.padEnd(8 * Math.ceil(bits.length / 8), "0");
  return Uint8Array.from({ length: bits.length / 8 }, (_, n) =>
    Number.parseInt(bits.slice(8 * n, 8 * n + 8), 2),
  );
}

describe("a picture is read by what its bytes are", () => {
  it("PNG of 8 and 16 bits, from 0 to 1", async () => {
    for (const [pixels, largest] of [
      [Uint8Array.from(ramp, (n) => 10 * n), 255],
      [Uint16Array.from(ramp, (n) => 2849 * n), 65535],
    ] as const) {
      const { values, widthPx, heightPx } = await one(
        await encodePng({ widthPx: W, heightPx: H, channels: 1, pixels }),
      );
      expect([widthPx, heightPx]).toEqual([W, H]);
      for (let n = 0; n < values.length; n++) expect(values[n]).toBeCloseTo(pixels[n] / largest, 6);
    }
  });

  it("PNG in colours, by their luma, transparent or not", async () => {
    for (const channels of [3, 4] as const) {
      const pixels = new Uint8Array(W * H * channels);
      for (let n = 0; n < W * H; n++) pixels.set([255, 0, 0], n * channels);
      const { values } = await one(await encodePng({ widthPx: W, heightPx: H, channels, pixels }));
      expect(values.every((value) => Math.abs(value - 0.2126) < 1e-6)).toBe(true);
    }
  });

  it("JPEG, within what its compression loses", async () => {
    const data = new Uint8Array(4 * 32 * 24);
    for (let n = 0; n < 32 * 24; n++) data.fill(4 * (n % 32) + 2 * Math.floor(n / 32), 4 * n, 4 * n + 3);
    const { values, widthPx, heightPx } = await one(
      new Uint8Array(jpeg.encode({ width: 32, height: 24, data }, 95).data),
    );
    expect([widthPx, heightPx]).toEqual([32, 24]);
    // A smooth ramp survives quality 95 to a few of 255.
    for (let n = 0; n < values.length; n++) expect(Math.abs(255 * values[n] - data[4 * n])).toBeLessThan(5);
  });

  it("TIFF of 8 and 16 bits and floats, as they are stored", async () => {
    for (const pixels of [
      Uint8Array.from(ramp),
      Uint16Array.from(ramp, (n) => 1000 * n),
      Float32Array.from(ramp, (n) => n / 7 - 1),
    ])
      expect([...(await one(encodeTiff({ widthPx: W, heightPx: H, pixels }))).values]).toEqual([...pixels]);
  });

  it("TIFF with sign", async () => {
    const pixels = Uint16Array.from(ramp, (n) => 65_536 + n - 12);
    const file = encodeTiff({ widthPx: W, heightPx: H, pixels });
    const view = new DataView(file.buffer);
    for (let at = 10, left = view.getUint16(8, true); left > 0; left--, at += 12)
      if (view.getUint16(at, true) === 339) view.setUint16(at + 8, 2, true);
    expect([...(await one(file)).values]).toEqual(ramp.map((n) => n - 12));
  });

  it("TIFF with white at zero is turned round", async () => {
    const file = encodeTiff({ widthPx: W, heightPx: H, pixels: Uint8Array.from(ramp) });
    const view = new DataView(file.buffer);
    for (let at = 10, left = view.getUint16(8, true); left > 0; left--, at += 12)
      if (view.getUint16(at, true) === 262) view.setUint16(at + 8, 0, true);
    expect([...(await one(file)).values]).toEqual(ramp.map((n) => 255 - n));
  });

  it("TIFF compressed with deflate and LZW", async () => {
    const pixels = Uint16Array.from(ramp, (n) => 1000 * n);
    for (const scheme of [8, 32946])
      expect([...(await one(packedTiff(pixels, scheme, (strip) => deflateSync(strip)))).values]).toEqual([
        ...pixels,
      ]);
    expect([...(await one(packedTiff(pixels, 5, lzw))).values]).toEqual([...pixels]);
  });

  it("DICOM: stored numbers times slope plus intercept", async () => {
    const { values } = await one(
      dicomRadiograph({ columns: W, rows: H, frames: [ramp], rescale: { slope: 2, intercept: -5 } }),
    );
    expect([...values]).toEqual(ramp.map((n) => 2 * n - 5));
  });

  it("DICOM with sign", async () => {
    const { values } = await one(
      dicomRadiograph({ columns: W, rows: H, frames: [ramp.map((n) => n - 12)], signed: true }),
    );
    expect([...values]).toEqual(ramp.map((n) => n - 12));
  });

  it("DICOM of MONOCHROME1 is turned round: larger is brighter", async () => {
    const { values } = await one(
      dicomRadiograph({ columns: W, rows: H, frames: [ramp], photometric: "MONOCHROME1" }),
    );
    expect([...values]).toEqual(ramp.map((n) => (n === 0 ? -0 : -n)));
  });

  it("DICOM of several frames: the first, or each", async () => {
    const bytes = dicomRadiograph({ columns: W, rows: H, frames: [ramp, ramp.map((n) => n + 100)] });
    expect(await pictureOfBytes(bytes, "run.dcm")).toHaveLength(1);
    const all = await pictureOfBytes(bytes, "run.dcm", { frames: "all" });
    expect(all.map(({ name }) => name)).toEqual(["run.dcm, frame 1", "run.dcm, frame 2"]);
    expect(all.map(({ values }) => values[3])).toEqual([3, 103]);
  });

  it("DICOM says how large its pixels are, and which way they go", async () => {
    const of = (more: object) => one(dicomRadiograph({ columns: W, rows: H, frames: [ramp], ...more }));
    expect(await of({ imagerSpacing: String.raw`0.2\0.2` })).toMatchObject({ pixelPitchMm: 0.2 });
    expect(await of({})).not.toHaveProperty("pixelPitchMm");
    expect(await of({ intensitySign: 1 })).toMatchObject({ polarity: "bone-dark" });
    expect(await of({ intensitySign: -1 })).toMatchObject({ polarity: "bone-bright" });
    expect(await of({ intensitySign: 1, photometric: "MONOCHROME1" })).toMatchObject({
      polarity: "bone-bright",
    });
    expect(await of({ modality: "DX" })).toMatchObject({ polarity: "bone-bright" });
    expect(await of({ modality: "XA" })).not.toHaveProperty("polarity");
  });
});

describe("a picture that cannot be read says so with its name", () => {
  const png = () => encodePng({ widthPx: W, heightPx: H, channels: 1, pixels: Uint8Array.from(ramp) });
  it.each([
    ["a text", async () => new TextEncoder().encode("hello, this is no picture"), "picture-kind"],
    ["a PNG cut short", async () => (await png()).slice(0, -20), "png-unreadable"],
    [
      "a JPEG cut short",
      async () => Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46]),
      "jpeg-unreadable",
    ],
    [
      "a TIFF cut short",
      async () => encodeTiff({ widthPx: W, heightPx: H, pixels: Uint8Array.from(ramp) }).slice(0, 60),
      "tiff-unreadable",
    ],
    [
      "a TIFF with a number that is none",
      async () =>
        encodeTiff({
          widthPx: W,
          heightPx: H,
          pixels: Float32Array.from(ramp, (n) => (n === 7 ? Number.NaN : n)),
        }),
      "picture-not-finite",
    ],
    [
      "a slice of CT",
      async () => dicomRadiograph({ columns: W, rows: H, frames: [ramp], modality: "CT" }),
      "dicom-not-projection",
    ],
    [
      "a DICOM picture in colour",
      async () => dicomRadiograph({ columns: W, rows: H, frames: [ramp], photometric: "RGB", samples: 3 }),
      "dicom-colour",
    ],
    [
      "a DICOM file cut short",
      async () => dicomRadiograph({ columns: W, rows: H, frames: [ramp] }).slice(0, -9),
      "dicom-damaged",
    ],
  ])("%s", async (_, bytes, code) => {
    await expect(pictureOfBytes(await bytes(), "some/where.png")).rejects.toMatchObject({
      code,
      message: expect.stringContaining("some/where.png") as string,
    });
  });

  it("with the place of what is not a number", async () => {
    const pixels = Float32Array.from(ramp, (n) => (n === 8 ? Number.POSITIVE_INFINITY : n));
    await expect(pictureOfBytes(encodeTiff({ widthPx: W, heightPx: H, pixels }), "x.tiff")).rejects.toThrow(
      /x\.tiff has Infinity at column 2, row 1/,
    );
  });
});

describe("files of a folder", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "synthex-pictures-"));
    await mkdir(join(folder, "b", ".hidden"), { recursive: true });
    const png = await encodePng({ widthPx: W, heightPx: H, channels: 1, pixels: Uint8Array.from(ramp) });
    for (const name of ["z.png", "b/a.PNG", "b/IM000001", "b/notes.txt", "b/.hidden/c.png", ".d.png"])
      await writeFile(join(folder, name), png);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("are walked through in order, hidden ones and others passed over", async () => {
    const files = await pictureFiles([folder]);
    expect(files.map((file) => file.slice(folder.length + 1))).toEqual(["b/IM000001", "b/a.PNG", "z.png"]);
    expect(await pictureFiles([join(folder, "b", "notes.txt")])).toHaveLength(1);
  });

  it("that are not there are told", async () => {
    await expect(pictureFiles([join(folder, "nowhere")])).rejects.toMatchObject({ code: "file-missing" });
    await expect(readPicture(join(folder, "nowhere.png"))).rejects.toMatchObject({ code: "file-missing" });
    await expect(pictureFiles([join(folder, "b", ".hidden")])).resolves.toHaveLength(1);
  });
});
