import { describe, expect, it } from "vitest";
import { blockQuantised } from "../../src/augmentation/digital/block-quantised.ts";
import { coarser } from "../../src/augmentation/digital/coarser.ts";
import { quantised } from "../../src/augmentation/digital/quantised.ts";
import { drawsFrom } from "../../src/augmentation/draws.ts";
import { quantilesOf, rangeOf } from "../../src/augmentation/intensity-range.ts";
import type { LabelledImage } from "../../src/augmentation/labelled-image.ts";
import { withBoxCorruption } from "../../src/augmentation/noise/box-corruption.ts";
import { withCoarseDropout, withDropout } from "../../src/augmentation/noise/dropout.ts";
import { withCorrelatedNoise, withGaussianNoise } from "../../src/augmentation/noise/gaussian-noise.ts";
import { withCoarseImpulseNoise, withImpulseNoise } from "../../src/augmentation/noise/impulse-noise.ts";
import { withQuantumNoise } from "../../src/augmentation/noise/quantum-noise.ts";
import { collimated, fieldDepth, randomField } from "../../src/augmentation/overlay/collimator.ts";
import { withBurntText, withLeadLetters } from "../../src/augmentation/overlay/letters.ts";
import { withMarkers } from "../../src/augmentation/overlay/markers.ts";
import { strokeCoverage } from "../../src/augmentation/overlay/stroke-coverage.ts";
import { withTubes, withWires } from "../../src/augmentation/overlay/wires.ts";
import { withAverageBlur } from "../../src/augmentation/sharpness/average-blur.ts";
import { elastic } from "../../src/augmentation/sharpness/elastic.ts";
import { embossed } from "../../src/augmentation/sharpness/embossed.ts";
import { withGaussianBlur } from "../../src/augmentation/sharpness/gaussian-blur.ts";
import { pooled } from "../../src/augmentation/sharpness/pooled.ts";
import { sharpened } from "../../src/augmentation/sharpness/sharpened.ts";
import { unsharpMasked } from "../../src/augmentation/sharpness/unsharp.ts";
import { standardise } from "../../src/augmentation/standardise.ts";
import { clipped } from "../../src/augmentation/tone/clipped.ts";
import { withGamma } from "../../src/augmentation/tone/gamma.ts";
import { inverted } from "../../src/augmentation/tone/inverted.ts";
import { withLinearContrast } from "../../src/augmentation/tone/linear-contrast.ts";
import { withLocalContrast } from "../../src/augmentation/tone/local-contrast.ts";
import { withLogContrast } from "../../src/augmentation/tone/log-contrast.ts";
import { multiplied, multipliedElementwise } from "../../src/augmentation/tone/multiplied.ts";
import { withSigmoidContrast } from "../../src/augmentation/tone/sigmoid-contrast.ts";
import { toneCurve, withToneCurve } from "../../src/augmentation/tone/tone-curve.ts";
import { withVeil } from "../../src/augmentation/tone/veil.ts";
import { sampleKey } from "../../src/random/sample-key.ts";
import { deviation, disc, flat, mean, waves } from "./disc.ts";

const key = sampleKey(11, 0, "test");

/** A picture of one bright pixel in the middle. */
function impulse(side = 41): LabelledImage {
  const image = flat(0, side);
  image.pixels[(side * side - 1) / 2] = 1;
  return image;
}

const ramp = (): LabelledImage => ({
  widthPx: 101,
  heightPx: 1,
  pixels: Float32Array.from({ length: 101 }, (_, n) => n / 100),
  landmarks: [],
});

const isRising = (values: Float32Array): boolean =>
  values.every((value, n) => n === 0 || value >= values[n - 1] - 1e-6);

describe("tone", () => {
  it("gamma leaves the range and is v^γ within it", () => {
    const image = waves();
    const { low, high } = rangeOf(image.pixels);
    for (const exponent of [0.7, 1, 1.3]) {
      const { pixels } = withGamma(image, exponent);
      expect(rangeOf(pixels).low).toBeCloseTo(low, 5);
      expect(rangeOf(pixels).high).toBeCloseTo(high, 5);
      for (const n of [0, 100, 2000])
        expect(pixels[n]).toBeCloseTo(
          low + (high - low) * ((image.pixels[n] - low) / (high - low)) ** exponent,
          5,
        );
    }
    expect(withGamma(flat(3), 0.7)).toEqual(flat(3));
  });

  it("inverting twice is the picture moved; once, the highest is 0", () => {
    const image = waves();
    const once = inverted(image);
    expect(rangeOf(once.pixels).low).toBe(0);
    const [a, b] = [standardise(inverted(once)).pixels, standardise(image).pixels];
    a.forEach((value, n) => expect(value).toBeCloseTo(b[n], 5));
    expect([...inverted(ramp(), 1).pixels].toReversed()).toEqual(
      [...ramp().pixels].map((v) => expect.closeTo(v, 6)),
    );
  });

  it("contrasts are their formulae", () => {
    const at = (image: LabelledImage, v: number): number => image.pixels[Math.round(v * 100)];
    expect(at(withLogContrast(ramp(), 1.2), 0.5)).toBeCloseTo(1.2 * Math.log2(1.5), 6);
    expect(at(withSigmoidContrast(ramp(), { gain: 6, cutoff: 0.4 }), 0.4)).toBeCloseTo(0.5, 6);
    expect(at(withSigmoidContrast(ramp(), { gain: 6, cutoff: 0.4 }), 0.9)).toBeCloseTo(
      1 / (1 + Math.exp(-3)),
      6,
    );
    const cut = withLinearContrast(ramp(), { factor: 2, centre: 0.5, cut: true });
    expect([at(cut, 0.1), at(cut, 0.5), at(cut, 0.6), at(cut, 0.9)]).toEqual(
      [0, 0.5, 0.7, 1].map((v) => expect.closeTo(v, 6)),
    );
    // About 0 and without a cut it is a multiplication, which standardising undoes.
    const plain = standardise(withLinearContrast(waves(), { factor: 2, centre: 0, cut: false })).pixels;
    standardise(waves()).pixels.forEach((value, n) => expect(plain[n]).toBeCloseTo(value, 5));
  });

  it("a tone curve rises through its knots, and of equal rises it changes nothing", () => {
    const curve = toneCurve([1, 4, 0.5, 2, 0.5]);
    expect([...curve].map((value) => value * 8)).toEqual(
      [0, 1, 5, 5.5, 7.5, 8].map((v) => expect.closeTo(v, 9)),
    );
    const { pixels } = withToneCurve(ramp(), curve);
    expect(isRising(pixels)).toBe(true);
    expect(pixels[20]).toBeCloseTo(curve[1], 5);
    expect(pixels[60]).toBeCloseTo(curve[3], 5);
    const same = withToneCurve(waves(), toneCurve([2, 2, 2])).pixels;
    waves().pixels.forEach((value, n) => expect(same[n]).toBeCloseTo(value, 5));
  });

  it("a veil keeps the bright field and takes contrast from the dense parts", () => {
    const veiled = withVeil(ramp(), {
      logRange: 4,
      share: 0.05,
      field: new Float32Array(101).fill(1),
    }).pixels;
    expect(veiled[0]).toBeCloseTo(0, 6);
    expect(veiled[100]).toBeCloseTo(-Math.log((Math.exp(-4) + 0.05) / 1.05) / 4, 6);
    const slope = (n: number): number => (veiled[n + 1] - veiled[n]) * 100;
    // dv'/dv = I / (I + S)
    expect(slope(1)).toBeCloseTo(1 / 1.05, 1);
    expect(slope(99)).toBeCloseTo(Math.exp(-3.98) / (Math.exp(-3.98) + 0.05), 1);
    const none = withVeil(ramp(), { logRange: 4, share: 0, field: new Float32Array(101) }).pixels;
    ramp().pixels.forEach((value, n) => expect(none[n]).toBeCloseTo(value, 5));
  });

  it("clipping flattens the shares that are asked for", () => {
    const image = waves(100);
    const { pixels } = clipped(image, { dark: 0.1, bright: 0.05 });
    const { low, high } = rangeOf(pixels);
    // Quantiles come from 1024 bins: a bin holds up to some 0.5 % of the pixels.
    expect(mean(pixels.map((value) => (value === low ? 1 : 0)))).toBeCloseTo(0.1, 2);
    expect(mean(pixels.map((value) => (value === high ? 1 : 0)))).toBeCloseTo(0.05, 2);
    expect(quantilesOf(ramp().pixels, [0, 0.5, 1]).map((value) => Math.abs(value))).toEqual(
      [0, 0.5, 1].map((value) => expect.closeTo(value, 1)),
    );
    expect(quantilesOf(flat(2).pixels, [0.3])).toEqual([2]);
  });

  it("local contrast makes one strength of unequal ones, and nothing at amount 0", () => {
    const image = waves(96);
    const uneven = {
      ...image,
      pixels: image.pixels.map((value, n) => 0.5 + value * (n % 96 < 48 ? 0.02 : 0.1)),
    };
    const options = { sigmaPx: 10, floor: 0.001 };
    const even = withLocalContrast(uneven, { ...options, amount: 1 }).pixels;
    const half = (pixels: Float32Array, isLeft: boolean): number =>
      deviation(pixels.filter((_, n) => (isLeft ? n % 96 < 38 : n % 96 > 58)));
    expect(half(uneven.pixels, false) / half(uneven.pixels, true)).toBeGreaterThan(3);
    expect(half(even, false) / half(even, true)).toBeLessThan(1.6);
    expect(withLocalContrast(uneven, { ...options, amount: 0 }).pixels).toEqual(uneven.pixels);
  });

  it("multiplication is by one factor or one for every pixel", () => {
    expect(new Set(multiplied(flat(2), 1.5).pixels)).toEqual(new Set([3]));
    const { pixels } = multipliedElementwise(flat(2, 200), { low: 0.5, high: 1.5 }, key);
    // Uniform on [1, 3): mean 2, deviation 2/√12; 40,000 pixels, bounds at four standard errors.
    expect(Math.abs(mean(pixels) - 2)).toBeLessThan((4 * 2) / Math.sqrt(12) / 200);
    expect(Math.abs(deviation(pixels) - 2 / Math.sqrt(12))).toBeLessThan(0.01);
  });
});

describe("noise", () => {
  const image = flat(10, 200);
  const pixelCount = 40_000;

  it("of a standard deviation has it", () => {
    const { pixels } = withGaussianNoise(image, 0.3, key);
    expect(Math.abs(mean(pixels) - 10)).toBeLessThan((4 * 0.3) / 200);
    // Relative standard error of a deviation: 1/√(2n) = 0.35 %.
    expect(Math.abs(deviation(pixels) / 0.3 - 1)).toBeLessThan(0.014);
  });

  it("that is correlated has its deviation exactly and neighbours that are alike as a Gaussian makes them", () => {
    const noise = withCorrelatedNoise(flat(0, 200), { sd: 0.2, sigmaPx: 1 }, key).pixels;
    expect(Math.sqrt(mean(noise.map((value) => value * value)))).toBeCloseTo(0.2, 5);
    const product = mean(noise.map((value, n) => (n % 200 === 199 ? 0 : value * noise[n + 1]))) / 0.04;
    // White noise through a Gaussian of σ = 1 has the correlation exp(−1/4) at a distance of one pixel.
    expect(product).toBeCloseTo(Math.exp(-0.25), 1.5);
  });

  it("of quanta grows with thickness as the square root of what is absorbed", () => {
    const at = (value: number): number =>
      deviation(withQuantumNoise(flat(value, 200), { photons: 1000, logRange: 4 }, key).pixels);
    expect(at(0) / (1 / (4 * Math.sqrt(1000)))).toBeCloseTo(1, 1.5);
    expect(at(0.5) / at(0)).toBeCloseTo(Math.exp(1), 2);
    expect(at(1) / at(0)).toBeCloseTo(Math.exp(2), 2);
  });

  it("of impulses replaces the share and with the values that it says", () => {
    const base = { ...flat(0.4, 200), pixels: flat(0.4, 200).pixels.map((value, n) => (n < 2 ? n : value)) };
    const share = 0.1;
    // Binomial standard error of the share: √(0.1 · 0.9 / 40,000) = 0.0015.
    const bound = 4 * Math.sqrt((share * (1 - share)) / pixelCount);
    const replaced = (kind: "pepper" | "salt" | "either" | "arcsine"): Float32Array =>
      withImpulseNoise(base, { share, impulse: kind }, key).pixels.filter(
        (value, n) => n > 1 && value !== base.pixels[n],
      );
    for (const kind of ["pepper", "salt", "either", "arcsine"] as const)
      expect(Math.abs(replaced(kind).length / pixelCount - share)).toBeLessThan(bound);
    expect(new Set(replaced("pepper"))).toEqual(new Set([0]));
    expect(new Set(replaced("salt"))).toEqual(new Set([1]));
    expect(Math.abs(mean(replaced("either")) - 0.5)).toBeLessThan((4 * 0.5) / Math.sqrt(4000));
    const arcsine = replaced("arcsine");
    // Beta(½, ½): mean ½, variance ⅛, a third of the mass below sin²(π/6) = ¼.
    expect(Math.abs(mean(arcsine) - 0.5)).toBeLessThan((4 * Math.sqrt(1 / 8)) / Math.sqrt(4000));
    expect(deviation(arcsine) ** 2).toBeCloseTo(1 / 8, 2);
    expect(Math.abs(mean(arcsine.map((value) => (value < 0.25 ? 1 : 0))) - 1 / 3)).toBeLessThan(0.03);
  });

  it("of coarse impulses and dropout comes in cells", () => {
    const values = flat(0.5, 100);
    values.pixels[0] = 0;
    values.pixels[1] = 1;
    const options = { share: 0.3, gridShare: 0.1, impulse: "salt" } as const;
    const coarse = withCoarseImpulseNoise(values, options, key).pixels;
    const dropped = withCoarseDropout(values, options, key).pixels;
    for (let v = 0; v < 100; v++)
      for (let u = 10; u < 100; u++) {
        const corner = Math.floor(v / 10) * 1000 + Math.floor(u / 10) * 10;
        expect(coarse[v * 100 + u]).toBe(coarse[corner]);
        expect(dropped[v * 100 + u]).toBe(dropped[corner]);
      }
    const share = mean(coarse.map((value) => (value === 1 ? 1 : 0)));
    // 100 cells: binomial deviation 0.046.
    expect(Math.abs(share - 0.3)).toBeLessThan(0.15);
    const fine = withDropout(flat(7, 200), 0.12, key).pixels;
    expect(Math.abs(mean(fine.map((value) => (value === 0 ? 1 : 0))) - 0.12)).toBeLessThan(0.0065);
  });

  it("in boxes has a fifth of the box's range, and the rest of the picture stays", () => {
    const base = waves(100);
    let boxes = 0;
    for (let sample = 0; sample < 40; sample++) {
      const { pixels } = withBoxCorruption(base, drawsFrom(sampleKey(1, sample, "boxes")));
      const changes = pixels.map((value, n) => value - base.pixels[n]).filter((value) => value !== 0);
      boxes += changes.length;
      // Several boxes may lie on each other, and the range of a small box is small.
      expect(deviation(changes)).toBeLessThan(0.2 * 8 * 1.8);
    }
    // Three boxes of about 15 × 15 in the mean, some overlap: 40 pictures.
    expect(boxes / 40 / 100 ** 2).toBeGreaterThan(0.05);
    expect(boxes / 40 / 100 ** 2).toBeLessThan(0.14);
  });
});

describe("sharpness", () => {
  it("a Gaussian blur has its variance, keeps the sum, and leaves constants", () => {
    for (const sigma of [0.6, 1, 2, 2.4, 3, 4.2]) {
      const { pixels } = withGaussianBlur(impulse(), sigma);
      expect(mean(pixels) * pixels.length).toBeCloseTo(1, 4);
      const variance = mean(pixels.map((value, n) => value * ((n % 41) - 20) ** 2)) * pixels.length;
      // A Gaussian of sigma 0.6 at whole pixels only lacks 2.3 %; the cut at 3.5 sigma takes less than 1 %; boxes have theirs exactly.
      expect(Math.abs(variance / sigma ** 2 - 1)).toBeLessThan(0.03);
      withGaussianBlur(flat(3), sigma).pixels.forEach((value) => expect(value).toBeCloseTo(3, 5));
    }
    expect(withGaussianBlur(impulse(), 0)).toEqual(impulse());
  });

  it("a mean over a square is one", () => {
    for (const side of [2, 3, 4, 5, 6, 7]) {
      const { pixels } = withAverageBlur(impulse(), side);
      expect(pixels.filter((value) => value > 1e-9).length).toBe(side * side);
      expect(Math.max(...pixels)).toBeCloseTo(1 / side ** 2, 6);
    }
  });

  it("sharpening and unsharp masking keep constants and raise edges; embossing adds the diagonal", () => {
    for (const image of [
      sharpened(flat(3), { alpha: 0.7, lightness: 1 }),
      unsharpMasked(flat(3), { sigmaPx: 2, amount: 1.5 }),
      embossed(flat(3), { alpha: 0.7, strength: 1.5 }),
    ])
      image.pixels.forEach((value) => expect(value).toBeCloseTo(3, 5));
    expect(Math.max(...sharpened(impulse(), { alpha: 1, lightness: 1.5 }).pixels)).toBeCloseTo(9.5, 6);
    expect(sharpened(waves(), { alpha: 0, lightness: 1.5 }).pixels).toEqual(waves().pixels);
    const edge = { ...flat(0, 40), pixels: flat(0, 40).pixels.map((_, n) => (n % 40 < 20 ? 0 : 1)) };
    const { low, high } = rangeOf(unsharpMasked(edge, { sigmaPx: 2, amount: 1 }).pixels);
    // Just beside the edge the mean is about 0.4 or 0.6.
    expect(low).toBeCloseTo(-0.4, 1);
    expect(high).toBeCloseTo(1.4, 1);
    const [first, second] = [0, 1].map((turn) => {
      const line = Float32Array.from({ length: 1600 }, (_, n) => {
        const [u, v] = [n % 40, Math.floor(n / 40)];
        return turn === 0 ? u + v : u - v;
      });
      return (
        embossed({ ...flat(0, 40), pixels: line }, { alpha: 1, strength: 1 }).pixels[20 * 40 + 20] - line[820]
      );
    });
    // Weights −2 and 2 on the falling diagonal, −1 and 1 beside it: 2·2·2 + 1·2·2 along it, nothing across.
    expect(first).toBeCloseTo(12, 5);
    expect(second).toBeCloseTo(0, 5);
  });

  it("pooling is one value a square", () => {
    const small: LabelledImage = {
      widthPx: 4,
      heightPx: 4,
      pixels: Float32Array.of(1, 2, 9, 9, 3, 6, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9),
      landmarks: [],
    };
    const corner = (pool: "average" | "max" | "min" | "median"): number =>
      pooled(small, { pool, side: 2 }).pixels[0];
    expect([corner("average"), corner("max"), corner("min"), corner("median")]).toEqual([3, 6, 1, 2.5]);
    for (const side of [2, 3, 4])
      pooled(flat(2, 31), { pool: "median", side }).pixels.forEach((value) =>
        expect(value).toBeCloseTo(2, 6),
      );
  });

  it("the jitter takes pixels from no further than alpha", () => {
    const image = { ...flat(0, 40), pixels: flat(0, 40).pixels.map((_, n) => n % 40) };
    const { pixels } = elastic(image, { alphaPx: 2, sigmaPx: 0.25 }, key);
    const moves = pixels.map((value, n) => value - (n % 40)).filter((_, n) => n % 40 > 3 && n % 40 < 36);
    expect(Math.max(...moves.map(Math.abs))).toBeLessThanOrEqual(2.0001);
    // Uniform on (−2, 2), hardly smoothed.
    expect(deviation(moves)).toBeCloseTo(2 / Math.sqrt(3), 0.8);
  });
});

describe("files and detectors", () => {
  it("quantising leaves so many values, the range, and is idempotent", () => {
    const once = quantised(waves(), 16);
    expect(new Set(once.pixels).size).toBe(16);
    expect(rangeOf(once.pixels).high).toBeCloseTo(rangeOf(waves().pixels).high, 5);
    const twice = quantised(once, 16).pixels;
    once.pixels.forEach((value, n) => expect(twice[n]).toBeCloseTo(value, 5));
  });

  it("blocks lose nothing but rounding at quality 100 and little by little more below", () => {
    const image = waves(50, 37);
    const error = (quality: number): number => {
      const { pixels } = blockQuantised(image, quality);
      return deviation(pixels.map((value, n) => value - image.pixels[n])) / (8 / 255);
    };
    // Steps of 1 in an orthonormal transform: uniform errors of deviation 1/√12 of a level at most (the range is a little below 8).
    expect(error(100)).toBeLessThan(0.35);
    expect(error(50)).toBeGreaterThan(error(100));
    expect(error(10)).toBeGreaterThan(1.2 * error(50));
    expect(blockQuantised(flat(5), 10).pixels).toEqual(flat(5).pixels);
  });

  it("coarser pictures keep the mean and lose what is finer than their pixels", () => {
    const stripes = { ...flat(0, 64), pixels: flat(0, 64).pixels.map((_, n) => n % 2) };
    const { pixels } = coarser(stripes, 2);
    pixels.forEach((value) => expect(value).toBeCloseTo(0.5, 6));
  });
});

describe("things in the beam and on the picture", () => {
  it("a stroke covers its area", () => {
    const line = strokeCoverage(
      { widthPx: 60, heightPx: 40 },
      [
        [
          [10, 20.3],
          [45, 20.3],
        ],
      ],
      2,
    );
    // A stadium: 35 · 4 + π · 4, with a linear edge.
    expect(mean(line.values) * line.values.length).toBeCloseTo(140 + 4 * Math.PI, -0.5);
    expect(strokeCoverage({ widthPx: 60, heightPx: 40 }, [[[100, 20]]], 2).values.length).toBe(0);
  });

  it("lies within the picture, wherever it is drawn, and adds to the attenuation", () => {
    for (const draw of [withWires, withTubes, withMarkers, withLeadLetters])
      for (let sample = 0; sample < 30; sample++) {
        const image = { ...disc({ side: 48 }), pixels: flat(0.3, 48).pixels };
        const { pixels, classes, landmarks } = draw(image, drawsFrom(sampleKey(4, sample, "things")));
        expect(pixels.every((value) => value >= 0.3 - 1e-6 && Number.isFinite(value))).toBe(true);
        expect(classes).toBe(image.classes);
        expect(landmarks).toBe(image.landmarks);
      }
  });

  it("burnt-in text is black or white", () => {
    let changed = 0;
    for (let sample = 0; sample < 30; sample++) {
      const { pixels } = withBurntText(flat(0.5, 96), drawsFrom(sampleKey(4, sample, "text")));
      const { low, high } = rangeOf(pixels);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      changed += high > low ? 1 : 0;
    }
    expect(changed).toBe(30);
  });

  it("blades leave the open field to the bit and hide the rest; labels are kept, unknown or background there", () => {
    const image = disc();
    const field = {
      blades: [
        { normal: [1, 0], distance: 45 },
        { normal: [0, -1], distance: -60 },
      ],
      iris: { x: 48, y: 48, radiusPx: 40 },
    } as const;
    const look = { value: -0.1, leak: 0, softPx: 1 };
    const kept = collimated(image, field, look);
    expect(kept.classes).toBe(image.classes);
    for (const [behind, label] of [
      ["unknown", 255],
      ["background", 0],
    ] as const) {
      const { pixels, classes, landmarks } = collimated(image, field, look, behind);
      for (let v = 0; v < 96; v++)
        for (let u = 0; u < 96; u++) {
          const depth = fieldDepth(field, u, v);
          const n = v * 96 + u;
          if (depth > 0.5) expect(pixels[n]).toBe(image.pixels[n]);
          if (depth < -0.5) expect(pixels[n]).toBeCloseTo(-0.1, 6);
          if (Math.abs(depth) > 1e-4) expect(classes?.[n]).toBe(depth > 0 ? image.classes?.[n] : label);
        }
      expect(landmarks).toEqual(image.landmarks);
      const shifted = { ...image, landmarks: [{ x: 44.9, y: 41 }] };
      expect(collimated(shifted, field, look, behind).landmarks).toEqual([undefined]);
    }
  });

  it("random fields leave most of the picture open", () => {
    for (let sample = 0; sample < 200; sample++) {
      const field = randomField({ widthPx: 96, heightPx: 96 }, drawsFrom(sampleKey(6, sample, "field")));
      let open = 0;
      for (let v = 0; v < 96; v++) for (let u = 0; u < 96; u++) open += fieldDepth(field, u, v) >= 0 ? 1 : 0;
      expect(open / 96 ** 2).toBeGreaterThan(0.4);
    }
  });
});
