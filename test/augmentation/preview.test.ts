import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { previewSheet } from "../../src/augmentation/preview-sheet.ts";
import { augmentationProfile, singleTransformNames, transformNames } from "../../src/augmentation/profile.ts";
import { encodePng } from "../../src/image/encode-png.ts";
import { pngHeader, synthex, synthexJson } from "../cli/run-synthex.ts";
import { disc } from "./disc.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "synthex-augment-"));
  const { pixels, classes, widthPx, heightPx } = disc();
  await mkdir(join(folder, "set", "images"), { recursive: true });
  await mkdir(join(folder, "set", "classes"));
  const size = { widthPx, heightPx, channels: 1 } as const;
  const image = await encodePng({ ...size, pixels: Uint16Array.from(pixels, (value) => 65535 * value) });
  for (const name of ["00000000", "00000007"]) {
    await writeFile(join(folder, "set", "images", `${name}.png`), image);
    await writeFile(
      join(folder, "set", "classes", `${name}.png`),
      await encodePng({ ...size, pixels: classes ?? new Uint8Array() }),
    );
  }
  const landmarks = [
    { name: "middle", status: "visible", pixel: [52.3, 41.6] },
    { name: "other", status: "outside", pixel: [120, 3] },
  ];
  await writeFile(
    join(folder, "set", "samples.jsonl"),
    [0, 7].map((id) => `${JSON.stringify({ id, landmarks })}\n`).join(""),
  );
  await writeFile(join(folder, "no.png"), "this is no picture");
});
afterAll(async () => await rm(folder, { recursive: true }));

const sheetOf = (name: string, ...words: string[]) =>
  synthexJson<{ rows: string[]; pictures: number }>(
    "augment",
    "--preview",
    "--out",
    join(folder, name),
    "--columns",
    "2",
    "--tile",
    "48",
    ...words,
  );

describe("synthex augment --preview", () => {
  it("draws a row for every transform of a profile, the same for the same seed", async () => {
    const sheet = await sheetOf("a.png", "--data", join(folder, "set"), "--profile", "code-strong");
    expect(sheet.pictures).toBe(2);
    expect(sheet.rows).toEqual([
      "as they are",
      "code-strong",
      ...singleTransformNames(augmentationProfile("code-strong")),
    ]);
    await sheetOf("b.png", "--data", join(folder, "set"), "--profile", "code-strong");
    const [a, b] = await Promise.all(["a.png", "b.png"].map((name) => readFile(join(folder, name))));
    expect(a.equals(b)).toBe(true);
    expect(pngHeader(a).colour).toBe(2);
    await sheetOf("c.png", "--data", join(folder, "set"), "--profile", "code-strong", "--seed", "1");
    expect(a.equals(await readFile(join(folder, "c.png")))).toBe(false);
  });

  it("takes picture files and single transforms", async () => {
    const picture = join(folder, "set", "images", "00000000.png");
    const sheet = await sheetOf(
      "d.png",
      picture,
      "--transform",
      "wires",
      "--transform",
      "zoom",
      "--no-labels",
    );
    expect(sheet.rows).toEqual(["as they are", "wires", "zoom"]);
  });

  it.each([
    ["an unknown profile", ["--data", "SET", "--profile", "x-ray-like"], /no augmentation profile/, /xray/],
    [
      "an unknown transform",
      ["--data", "SET", "--transform", "noise"],
      /no transform "noise"/,
      /white-noise/,
    ],
    ["a missing folder", ["--data", "nowhere/here"], /there is no folder nowhere\/here/, undefined],
    ["a folder without pictures", ["--data", "FOLDER"], /has no folder images/, undefined],
    [
      "a file that is no picture",
      ["FOLDER/no.png"],
      /no\.png: the file does not begin as a PNG does/,
      undefined,
    ],
    ["a missing file", ["FOLDER/none.png"], /none\.png: there is no such file/, undefined],
    [
      "neither data nor pictures",
      [],
      /either --data with the folder of a data set, or picture files/,
      undefined,
    ],
  ])("tells %s", async (_, words, message, remedy) => {
    const { code, stderr } = await synthex(
      "augment",
      "--preview",
      "--out",
      join(folder, "never.png"),
      ...words.map((word) => word.replace("SET", join(folder, "set")).replace("FOLDER", folder)),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    if (remedy) expect(stderr).toMatch(remedy);
  });

  it("wants --preview", async () => {
    const { code, stderr } = await synthex(
      "augment",
      join(folder, "no.png"),
      "--out",
      join(folder, "never.png"),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/add --preview/);
  });
});

describe("the sheet", () => {
  it("names are those of the profile but for groups", () => {
    const profile = augmentationProfile("code-strong");
    const groups = transformNames(profile).filter((name) => !singleTransformNames(profile).includes(name));
    expect(groups).toEqual([
      "strong",
      "impulse-family",
      "contrast",
      "heavy",
      "blur",
      "dropout",
      "convolution",
      "pooling",
      "multiply",
    ]);
  });

  it("grows with rows and columns, and stands in blocks", () => {
    const rows = [{ name: "a" }, { name: "b" }, { name: "c", lines: 2 }];
    const one = previewSheet([disc()], rows, { seed: 1, columns: 3, tilePx: 32 });
    const two = previewSheet([disc()], rows, { seed: 1, columns: 3, tilePx: 32, blocks: 2 });
    expect(two.heightPx).toBeLessThan(0.6 * one.heightPx);
    expect(two.widthPx).toBeGreaterThan(1.9 * one.widthPx);
  });
});
