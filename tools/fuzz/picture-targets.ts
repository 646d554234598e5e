import { crc32, deflateSync } from "node:zlib";
import jpeg from "jpeg-js";
import { encodeTiff } from "../../src/dataset/formats/tiff.ts";
import { decodeGreyPng } from "../../src/image/decode-grey-png.ts";
import { decodePng } from "../../src/image/decode-png.ts";
import { encodePng } from "../../src/image/encode-png.ts";
import { nodeInflate } from "../../src/node/inflate.ts";
import { csvColumn } from "../../src/node/labelled-images/csv-column.ts";
import { checkLabelDescription } from "../../src/node/labelled-images/label-description.ts";
import { readLandmarkPlaces } from "../../src/node/labelled-images/landmark-file.ts";
import { pictureOfBytes } from "../../src/node/labelled-images/read-picture.ts";
import type { RandomStream } from "../../src/random/random-stream.ts";
import { dicomRadiograph } from "../../test/node/labelled-images/dicom-radiograph.ts";
import { mutateBytes, mutateText, mutateTextBytes, pick } from "./mutate.ts";
import { type FuzzTarget, must } from "./target.ts";

const numbers = (length: number): number[] => Array.from({ length }, (_, n) => (n * 40503) % 251);

/** A deflated TIFF of two strips, with a predictor or without. */
function deflatedTiff(predictor: 1 | 2): Uint8Array {
  const plain = encodeTiff({ widthPx: 6, heightPx: 4, pixels: Uint16Array.from(numbers(24)) });
  const view = new DataView(plain.buffer);
  const strip = deflateSync(plain.subarray(plain.length - 48));
  const file = new Uint8Array(plain.length - 48 + strip.length);
  file.set(plain.subarray(0, plain.length - 48));
  file.set(strip, plain.length - 48);
  const out = new DataView(file.buffer);
  for (let at = 10; at < 10 + 12 * view.getUint16(8, true); at += 12) {
    const tag = out.getUint16(at, true);
    if (tag === 259) out.setUint32(at + 8, 8, true);
    if (tag === 279) out.setUint32(at + 8, strip.length, true);
    // The sample format is that of whole numbers anyway.
    if (tag === 339 && predictor === 2) {
      out.setUint16(at, 317, true);
      out.setUint32(at + 8, 2, true);
    }
  }
  return file;
}

const jpegs = [8, 90].map((quality) => {
  const data = Uint8Array.from({ length: 4 * 17 * 11 }, (_, n) => (n * 37) % 256);
  return new Uint8Array(jpeg.encode({ width: 17, height: 11, data }, quality).data);
});

const seeds: readonly Uint8Array[] = [
  encodeTiff({ widthPx: 5, heightPx: 4, pixels: Float32Array.from(numbers(20)) }),
  encodeTiff({ widthPx: 20, heightPx: 1, pixels: Uint8Array.from(numbers(20)) }),
  deflatedTiff(1),
  deflatedTiff(2),
  ...jpegs,
  dicomRadiograph({ columns: 5, rows: 4, frames: [numbers(20)] }),
  dicomRadiograph({
    columns: 5,
    rows: 4,
    frames: [numbers(20), numbers(20)],
    photometric: "MONOCHROME1",
    signed: true,
  }),
];

const pictureTarget: FuzzTarget = {
  name: "picture",
  make: (random) => ({
    files: [
      {
        name: "picture",
        bytes: Uint8Array.from(mutateBytes(pick(seeds, random), random, pick(seeds, random))),
      },
    ],
  }),
  take: async ({ files: [{ bytes, name }] }) => {
    const pictures = await pictureOfBytes(bytes, name, { frames: "all" });
    must(pictures.length > 0, "no picture");
    for (const { widthPx, heightPx, values, pixelPitchMm = 1 } of pictures) {
      must(values.length === widthPx * heightPx && values.length > 0, `${values.length} pixels`);
      must(values.every(Number.isFinite), "a pixel that is not finite");
      must(pixelPitchMm > 0, `a pitch of ${pixelPitchMm} mm`);
    }
    return pictures.reduce((sum, { values }) => sum + values.byteLength, 0);
  },
};

const pngs = await Promise.all([
  encodePng({ widthPx: 7, heightPx: 5, channels: 1, pixels: Uint8Array.from(numbers(35)) }),
  encodePng({ widthPx: 5, heightPx: 7, channels: 1, pixels: Uint16Array.from(numbers(35)) }),
]);

/** What the fast reader takes, the library takes, too, and reads as the same picture. */
const greyPngTarget: FuzzTarget = {
  name: "grey-png",
  make: (random) => {
    const bytes = Uint8Array.from(mutateBytes(pick(pngs, random), random, pick(pngs, random)));
    return { files: [{ name: "image.png", bytes: random.uniform() < 0.8 ? resealed(bytes) : bytes }] };
  },
  take: async ({ files: [{ bytes }] }) => {
    const fast = await decodeGreyPng(bytes, { inflate: nodeInflate, crc32 });
    if (!fast) return (await decodePng(bytes)).pixels.byteLength;
    const whole = await decodePng(bytes).catch(() => undefined);
    if (whole)
      must(
        whole.widthPx === fast.widthPx && fast.pixels.every((value, n) => value === whole.pixels[n]),
        "two readers see two pictures",
      );
    return fast.pixels.byteLength;
  },
};

function resealed(png: Uint8Array): Uint8Array {
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  for (let at = 8; at + 12 <= png.length; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > png.length) break;
    view.setUint32(at + 8 + length, crc32(png.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
  return png;
}

const texts = {
  labels:
    '{"masks":[{"kind":"bits","suffix":"_bits","values":{"1":"a","2":"b"}}],"unions":{"c":["a","b"]},"subjects":{"pattern":"^(a)"},"pixelPitchMm":0.3}',
  landmarks: '{"a":{"FH-l":[1,2],"FH-r":null},"b":{"landmarks":[{"name":null,"x":1,"y":2}]}}',
  table: 'id,subject\na,"one, ""two"""\nb,two\n',
};

const labelFilesTarget: FuzzTarget = {
  name: "label-files",
  make: (random: RandomStream) => {
    const [name, text] = pick(Object.entries(texts), random);
    const bytes =
      random.uniform() < 0.5
        ? new TextEncoder().encode(mutateText(text, random, pick(Object.values(texts), random)))
        : Uint8Array.from(mutateTextBytes(text, random, text));
    return { files: [{ name, bytes }] };
  },
  take: async ({ files: [{ name, bytes }] }) => {
    const text = new TextDecoder().decode(bytes);
    if (name === "table") must(csvColumn(text, "subject", name).size >= 0, "a table");
    else if (name === "landmarks") must(readLandmarkPlaces(text, name).size >= 0, "places");
    else {
      let content: unknown;
      try {
        content = JSON.parse(text);
      } catch {
        return 0;
      }
      checkLabelDescription(content, name);
    }
    return 0;
  },
};

export const pictureTargets: readonly FuzzTarget[] = [pictureTarget, greyPngTarget, labelFilesTarget];
