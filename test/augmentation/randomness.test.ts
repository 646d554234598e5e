import { describe, expect, it } from "vitest";
import { augment } from "../../src/augmentation/augment.ts";
import { augmentationKey, drawsOf } from "../../src/augmentation/draws.ts";
import {
  AUGMENTATION_PROFILES,
  augmentationProfile,
  transformAlone,
  transformNames,
} from "../../src/augmentation/profile.ts";
import {
  FIELD_COUNTER,
  normalField,
  randomWords,
  uniformField,
} from "../../src/augmentation/random-field.ts";
import { sideExchange } from "../../src/augmentation/side-exchange.ts";
import type { Step } from "../../src/augmentation/transform.ts";
import { philox4x32 } from "../../src/random/philox.ts";
import { sampleKey } from "../../src/random/sample-key.ts";
import { disc, mean } from "./disc.ts";

const keyOf = (sample: number, epoch = 0) => augmentationKey({ seed: 3, epoch, sample });

describe("fields of random numbers", () => {
  it("are the words of Philox", () => {
    for (const key of [sampleKey(1, 2, "a"), [0xffffffff, 0xffffffff] as const, [0, 0] as const]) {
      const words = randomWords(key, 4003);
      expect(words.length).toBe(4003);
      for (const block of [0, 1, 77, 1000])
        for (const [n, word] of philox4x32([block, 0, 0, FIELD_COUNTER], key).entries())
          if (4 * block + n < words.length) expect(words[4 * block + n]).toBe(word);
    }
  });

  it("are uniform and normal in their moments", () => {
    const count = 200_000;
    const uniform = uniformField(sampleKey(5, 0, "uniform"), count);
    const normal = normalField(sampleKey(5, 0, "normal"), count);
    const z = [
      (mean(uniform) - 0.5) / Math.sqrt(1 / 12 / count),
      (mean(uniform.map((u) => u * u)) - 1 / 3) / Math.sqrt(4 / 45 / count),
      mean(normal) * Math.sqrt(count),
      (mean(normal.map((x) => x * x)) - 1) * Math.sqrt(count / 2),
      mean(normal.map((x) => x ** 3)) * Math.sqrt(count / 15),
      (mean(normal.map((x) => x ** 4)) - 3) * Math.sqrt(count / 96),
      mean(normal.map((x, n) => x * (normal[n + 1] ?? 0))) * Math.sqrt(count),
    ];
    // Level 0.01 for seven two-sided tests (Šidák): |z| < 3.19.
    for (const value of z) expect(Math.abs(value)).toBeLessThan(3.19);
  });

  it("have the quantiles of the normal distribution", () => {
    const field = normalField(sampleKey(5, 1, "normal"), 400_000);
    // Published two-sided tails; binomial error of a share p is sqrt(p / n), bound at 4 of it.
    for (const [bound, share] of [
      [1, 0.3173105],
      [2, 0.0455003],
      [3, 0.0026998],
    ]) {
      const found = mean(field.map((x) => (Math.abs(x) > bound ? 1 : 0)));
      expect(Math.abs(found - share)).toBeLessThan(4 * Math.sqrt(share / field.length));
    }
    expect(Math.max(...field.subarray(0, 100_000))).toBeLessThan(4.33);
  });
});

describe("every profile", () => {
  const exchange = sideExchange({ structures: ["a_left"], landmarks: ["l", "r"] });

  it.each(AUGMENTATION_PROFILES)("%s changes nothing at strength 0", (name) => {
    const image = disc();
    const profile = augmentationProfile(name, { exchange, quarterTurns: true });
    for (let sample = 0; sample < 40; sample++)
      expect(augment(image, profile, { key: keyOf(sample), strength: 0 })).toBe(image);
  });

  it.each(AUGMENTATION_PROFILES)(
    "%s makes the same of the same key, in any order, and leaves its input alone",
    (name) => {
      const image = disc({ side: 48, centre: { x: 22, y: 25 }, radius: 8 });
      const copy = structuredClone(image);
      const profile = augmentationProfile(name, { exchange });
      const first = Array.from({ length: 24 }, (_, sample) =>
        augment(image, profile, { key: keyOf(sample) }),
      );
      for (let sample = 23; sample >= 0; sample--)
        expect(augment(image, profile, { key: keyOf(sample) })).toEqual(first[sample]);
      expect(image).toEqual(copy);
    },
  );

  it.each(AUGMENTATION_PROFILES.slice(1))(
    "%s differs between samples and epochs and stays finite",
    (name) => {
      const image = disc({ side: 48, centre: { x: 22, y: 25 }, radius: 8 });
      const profile = augmentationProfile(name);
      const sums = new Set<number>();
      for (let sample = 0; sample < 30; sample++)
        for (const epoch of [0, 1]) {
          const { pixels, classes } = augment(image, profile, { key: keyOf(sample, epoch) });
          expect(pixels.every(Number.isFinite)).toBe(true);
          expect(classes?.every((value) => value === 0 || value === 1 || value === 255)).toBe(true);
          sums.add(mean(pixels));
        }
      expect(sums.size).toBeGreaterThan(15);
    },
  );

  it.each(AUGMENTATION_PROFILES)("%s takes pictures of any size and shape", (name) => {
    const profile = augmentationProfile(name, { exchange, quarterTurns: true });
    for (const [widthPx, heightPx] of [
      [1, 1],
      [2, 3],
      [5, 70],
      [33, 9],
    ]) {
      const image = {
        widthPx,
        heightPx,
        pixels: uniformField(sampleKey(1, widthPx, "pixels"), widthPx * heightPx),
        classes: new Uint8Array(widthPx * heightPx).fill(1),
        landmarks: [{ x: 0, y: 0 }],
      };
      for (let sample = 0; sample < 60; sample++) {
        const result = augment(image, profile, { key: keyOf(sample) });
        expect([result.pixels.length, result.classes?.length]).toEqual([
          widthPx * heightPx,
          widthPx * heightPx,
        ]);
        expect(result.pixels.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it.each(AUGMENTATION_PROFILES)("%s has no name twice", (name) => {
    const names = transformNames(augmentationProfile(name, { exchange, quarterTurns: true }));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(AUGMENTATION_PROFILES)(
    "%s does at a higher strength what it does at a lower one, and more",
    (name) => {
      const profile = augmentationProfile(name);
      let [low, high] = [0, 0];
      for (let sample = 0; sample < 60; sample++) {
        const happens = (strength: number): Set<string> => namesThatHappen(profile.steps, sample, strength);
        const [little, much] = [happens(0.3), happens(0.9)];
        expect([...little].filter((one) => !much.has(one))).toEqual([]);
        low += little.size;
        high += much.size;
      }
      if (name !== "none") expect(high).toBeGreaterThan(2 * low);
    },
  );
});

describe("switching a transform off", () => {
  it("leaves the draws of all others as they were", () => {
    const image = disc({ side: 48, centre: { x: 22, y: 25 }, radius: 8 });
    const whole = augmentationProfile("xray");
    for (const name of ["gamma", "zoom", "white-noise", "blades"]) {
      const without = augmentationProfile("xray", { probabilities: { [name]: 0 } });
      for (let sample = 0; sample < 200; sample++) {
        const happened = namesThatHappen(whole.steps, sample, 1);
        const rest = namesThatHappen(without.steps, sample, 1);
        expect(rest).toEqual(new Set([...happened].filter((one) => one !== name)));
        // Where it did not happen, the whole picture is the same to the bit.
        if (!happened.has(name) && sample < 60)
          expect(augment(image, without, { key: keyOf(sample) })).toEqual(
            augment(image, whole, { key: keyOf(sample) }),
          );
      }
    }
  });

  it("draws the same parameters for a transform alone as in company", () => {
    const image = disc({ side: 48, centre: { x: 22, y: 25 }, radius: 8 });
    const whole = augmentationProfile("xray");
    const alone = transformAlone(whole, "rotate");
    const only = augmentationProfile("xray", {
      probabilities: Object.fromEntries(
        transformNames(whole)
          .filter((name) => name !== "geometry")
          .map((name) => [name, name === "rotate" ? 1 : 0]),
      ),
    });
    for (let sample = 0; sample < 10; sample++)
      expect(augment(image, alone, { key: keyOf(sample) })).toEqual(
        augment(image, only, { key: keyOf(sample) }),
      );
  });
});

/** What would happen to a sample, told by putting names in the place of what is done. */
function namesThatHappen(steps: readonly Step[], sample: number, strength: number): Set<string> {
  const happened = new Set<string>();
  const watch = (step: Step): Step => {
    if (step.kind === "transform")
      return { ...step, apply: (image) => (happened.add(step.name), { ...image }) };
    if (step.kind === "geometry") {
      for (const part of step.parts)
        if (drawsOf(keyOf(sample), part.name).chance(part.probability * strength)) happened.add(part.name);
      return { ...step, parts: [] };
    }
    return { ...step, steps: step.steps.map(watch) };
  };
  const watched = steps.flatMap((step) =>
    // Parts of the geometry within a choice would count without being chosen: those are taken as transforms.
    step.kind === "geometry" ? [watch(step)] : [watchInner(step, happened)],
  );
  augment(
    disc({ side: 16, centre: { x: 8, y: 8 }, radius: 4 }),
    { name: "none", steps: watched },
    {
      key: keyOf(sample),
      strength,
    },
  );
  return happened;
}

function watchInner(step: Step, happened: Set<string>): Step {
  if (step.kind === "transform")
    return { ...step, apply: (image) => (happened.add(step.name), { ...image }) };
  if (step.kind === "geometry")
    return {
      kind: "transform",
      name: step.parts[0].name,
      probability: 1,
      apply: (image) => (happened.add(step.name), image),
    };
  return { ...step, steps: step.steps.map((inner) => watchInner(inner, happened)) };
}
