import { describe, expect, it } from "vitest";
import { augment } from "../../src/augmentation/augment.ts";
import { augmentationKey } from "../../src/augmentation/draws.ts";
import { augmentationProfile, transformAlone, transformNames } from "../../src/augmentation/profile.ts";
import { InputError } from "../../src/error/input-error.ts";
import { deviation, disc, waves } from "./disc.ts";

const keyOf = (sample: number) => augmentationKey({ seed: 21, epoch: 0, sample });

/** Share of the pictures that a profile changes. */
function changedShare(name: string, pictures: number, strength = 1): number {
  const image = disc({ side: 24, centre: { x: 11, y: 12 }, radius: 6 });
  const profile = augmentationProfile(name);
  let changed = 0;
  for (let sample = 0; sample < pictures; sample++)
    if (augment(image, profile, { key: keyOf(sample), strength }) !== image) changed++;
  return changed / pictures;
}

describe("the published code's profiles", () => {
  it("change a picture as often as their gates and coins say", () => {
    const pictures = 4000;
    const bound = (share: number): number => 4 * Math.sqrt((share * (1 - share)) / pictures);
    // Gate 1/2, and within it noise or gamma: 1 − 1/4.
    const regular = 0.5 * 0.75;
    expect(Math.abs(changedShare("code-regular", pictures) - regular)).toBeLessThan(bound(regular));
    // Four coins and one or two groups with a coin each: within the gate nothing happens in 1/16 · (1/2 · 1/2 + 1/2 · 1/4).
    const strong = 0.5 * (1 - (1 / 16) * (0.25 + 0.125));
    expect(Math.abs(changedShare("code-strong", pictures) - strong)).toBeLessThan(bound(strong));
    // Half the strength is half of the pictures, not a quarter.
    expect(Math.abs(changedShare("code-strong", pictures, 0.5) - strong / 2)).toBeLessThan(bound(strong / 2));
  });

  it("leave boxes and crops out, which the code never calls", () => {
    for (const name of ["code-regular", "code-strong"]) {
      const names = transformNames(augmentationProfile(name));
      expect(names).not.toContain("box-corruption");
      expect(names).not.toContain("crop");
    }
  });
});

describe("the paper's profiles", () => {
  it("keep the size of a picture, or crop it to nine tenths as published", () => {
    const image = disc({ side: 60, centre: { x: 30, y: 30 } });
    for (let sample = 0; sample < 20; sample++) {
      const own = augment(image, augmentationProfile("paper-regular"), { key: keyOf(sample) });
      expect([own.widthPx, own.heightPx, own.classes?.length]).toEqual([60, 60, 3600]);
      const published = augment(
        image,
        augmentationProfile("paper-regular", { asPublished: { classes: 2 } }),
        {
          key: keyOf(sample),
        },
      );
      expect([published.widthPx, published.heightPx]).toEqual([54, 54]);
    }
  });

  it("have noise between 0.5 and 10 % of the range", () => {
    const image = waves(64);
    const noisy = transformAlone(augmentationProfile("paper-regular"), "noise");
    const shares = Array.from({ length: 200 }, (_, sample) => {
      const { pixels } = augment(image, noisy, { key: keyOf(sample) });
      const range = Math.max(...image.pixels) - Math.min(...image.pixels);
      return deviation(pixels.map((value, n) => value - image.pixels[n])) / range;
    });
    // The deviation of 4096 numbers is right to 1.1 %.
    expect(Math.min(...shares)).toBeGreaterThan(0.005 * 0.95);
    expect(Math.min(...shares)).toBeLessThan(0.008);
    expect(Math.max(...shares)).toBeLessThan(0.1 * 1.05);
    expect(Math.max(...shares)).toBeGreaterThan(0.095);
  });
});

describe("xray", () => {
  it("gives back what is behind blades as asked", () => {
    const count = (behindBlades: "kept" | "unknown" | "background", label: number): number => {
      const profile = transformAlone(augmentationProfile("xray", { behindBlades }), "shutter");
      const image = { ...disc(), classes: new Uint8Array(96 * 96).fill(3) };
      let pixels = 0;
      for (let sample = 0; sample < 10; sample++)
        pixels +=
          augment(image, profile, { key: keyOf(sample) }).classes?.filter((c) => c === label).length ?? 0;
      return pixels;
    };
    expect(count("kept", 3)).toBe(10 * 96 * 96);
    expect(count("unknown", 255)).toBeGreaterThan(1000);
    expect(count("background", 0)).toBe(count("unknown", 255));
  });

  it("keeps the unit of the picture", () => {
    const image = { ...waves(64), pixels: waves(64).pixels.map((value) => 1e4 + 500 * value) };
    const scaled = waves(64);
    for (let sample = 0; sample < 30; sample++) {
      const [a, b] = [image, scaled].map(
        (picture) => augment(picture, augmentationProfile("xray"), { key: keyOf(sample) }).pixels,
      );
      // float32 near 1e4 has steps of 0.001 in 500; edges of bins and of rounding may fall otherwise for single pixels.
      const apart = a.filter((value, n) => Math.abs((value - 1e4) / 500 - b[n]) > 0.02).length;
      expect(apart / a.length).toBeLessThan(0.02);
    }
  });

  it("lets pictures of one value pass", () => {
    const image = { ...waves(32), pixels: new Float32Array(1024).fill(4) };
    for (let sample = 0; sample < 50; sample++)
      expect(
        augment(image, augmentationProfile("xray"), { key: keyOf(sample) }).pixels.every(Number.isFinite),
      ).toBe(true);
  });
});

describe("names and numbers that are wrong", () => {
  it.each([
    [
      "a profile",
      () => augmentationProfile("x-rays"),
      /no augmentation profile "x-rays"/,
      /did you mean xray/,
    ],
    [
      "a probability's transform",
      () => augmentationProfile("xray", { probabilities: { gama: 1 } }),
      /has no transform "gama"/,
      /did you mean gamma/,
    ],
    [
      "a transform of nothing",
      () => transformAlone(augmentationProfile("none"), "gamma"),
      /none has no transform "gamma"/,
      /changes nothing/,
    ],
    [
      "a probability",
      () => augmentationProfile("xray", { probabilities: { gamma: 1.5 } }),
      /within 0 and 1, got 1.5/,
      undefined,
    ],
  ])("%s", (_, act, message, remedy) => {
    let thrown: unknown;
    try {
      act();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InputError);
    expect((thrown as InputError).message).toMatch(message);
    if (remedy) expect((thrown as InputError).remedy).toMatch(remedy);
  });

  it("a strength", () => {
    expect(() => augment(disc(), augmentationProfile("none"), { key: [0, 0], strength: 2 })).toThrow(
      RangeError,
    );
  });
});
