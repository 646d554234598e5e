import { describe, expect, test } from "vitest";
import { type Collimator, penumbraMm, transmittedPart } from "../../src/detector/collimator.ts";
import { detectorModelById } from "../../src/detector/detector-presets.ts";
import { expose } from "../../src/detector/expose.ts";
import type { ExposureOptions } from "../../src/detector/exposure.ts";
import { pixelResponse } from "../../src/detector/detector-model.ts";
import { paperPreprocessing } from "../../src/detector/paper-preprocessing.ts";
import { referenceExposure } from "../../src/detector/reference-exposure.ts";
import { sampleKey } from "../../src/random/sample-key.ts";
import { frontalCamera, kramersSpectrum } from "./stand-in-beam.ts";

const camera = frontalCamera({ widthPx: 201, heightPx: 201, pitchMm: 0.2, sourceToDetectorMm: 1000 });
/** Left edge at x = −10 mm, right edge far outside. */
const edgeAt = (x: number, over: Partial<Collimator> = {}): Collimator => ({
  opening: {
    kind: "blades",
    cornersMm: [
      [x, -500],
      [500, -500],
      [500, 500],
      [x, 500],
    ],
  },
  penumbraMm: 0,
  leakage: 0,
  ...over,
});
const column = (u: number): number => 100 * 201 + u;
const sumOf = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

describe("a collimator", () => {
  test("its half shadow is f (M − 1) wide", () => {
    const width = penumbraMm(0.6, 1000, 250);
    expect(width).toBeCloseTo(0.6 * 3, 12);
    const part = transmittedPart(edgeAt(-10, { penumbraMm: width }), camera);
    const profile = Array.from({ length: 201 }, (_, u) => part[column(u)]);
    // The ramp's area tells where the edge is, its mean square where the ramp ends: ∫ T (1 − T) dx = w / 6.
    const integral = sumOf(profile.map((value) => value * (1 - value))) * 0.2;
    // Nine samples of a parabola: the midpoint rule is off by less than 1 %.
    expect(Math.abs(integral / (width / 6) - 1)).toBeLessThan(0.01);
    // Half the beam at the edge, −10 mm from the centre: column 50.
    expect(profile[50]).toBeCloseTo(0.5, 5);
    expect(profile[45]).toBe(0);
    expect(profile[55]).toBe(1);
  });

  test("blades let their leakage through, two of them the product", () => {
    const part = transmittedPart(
      {
        opening: {
          kind: "blades",
          cornersMm: [
            [-10, -10],
            [10, -10],
            [10, 10],
            [-10, 10],
          ],
        },
        penumbraMm: 0,
        leakage: 0.01,
      },
      camera,
    );
    expect(part[column(100)]).toBe(1);
    expect(part[column(10)]).toBeCloseTo(0.01, 7);
    expect(part[10 * 201 + 10]).toBeCloseTo(0.0001, 8);
  });

  test("opens as much as its outline encloses: turned squares, polygons in either order, irises", () => {
    const open = (opening: Collimator["opening"]): number =>
      sumOf(transmittedPart({ opening, penumbraMm: 0.4, leakage: 0 }, camera)) * 0.04;
    // A half shadow takes as much as it gives along straight edges; at corners and round edges a little of w² is lost.
    for (const angle of [0, 0.3, 1]) {
      const corners = [0, 1, 2, 3].map((n): [number, number] => [
        14 * Math.cos(angle + (n * Math.PI) / 2),
        14 * Math.sin(angle + (n * Math.PI) / 2),
      ]);
      expect(Math.abs(open({ kind: "blades", cornersMm: corners }) - 2 * 14 ** 2)).toBeLessThan(0.5);
      expect(Math.abs(open({ kind: "blades", cornersMm: corners.toReversed() }) - 2 * 14 ** 2)).toBeLessThan(
        0.5,
      );
    }
    expect(Math.abs(open({ kind: "iris", centreMm: [2, -3], radiusMm: 12 }) - Math.PI * 144)).toBeLessThan(
      0.5,
    );
  });

  test("an outline that is not convex is refused", () => {
    const refused = (cornersMm: [number, number][]) =>
      expect(() =>
        transmittedPart({ opening: { kind: "blades", cornersMm }, penumbraMm: 0, leakage: 0 }, camera),
      ).toThrow(/must be convex/);
    refused([
      [-5, -5],
      [5, -5],
      [0, 0],
      [5, 5],
      [-5, 5],
    ]);
    refused([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    // A star turns one way, but twice around.
    refused(
      [0, 2, 4, 1, 3].map((n): [number, number] => [
        Math.cos((n * 2 * Math.PI) / 5),
        Math.sin((n * 2 * Math.PI) / 5),
      ]),
    );
  });

  test("a cropped and reduced picture shows the same field where it now is", () => {
    const large = frontalCamera({ widthPx: 800, heightPx: 800, pitchMm: 0.2, sourceToDetectorMm: 1000 });
    const processed = paperPreprocessing({
      logImage: new Float32Array(800 * 800).map((_, n) => n % 7),
      camera: large,
    });
    const part = transmittedPart(edgeAt(-30), large, processed.camera);
    const { widthPx } = processed.camera;
    // Column of x = −30 mm: 26 px cropped on either side, 748 left; reduced to 360.
    const expected = ((-30 / 0.2 + 399.5 - 26 + 0.5) * 360) / 748 - 0.5;
    const row = Array.from(part.subarray(180 * widthPx, 181 * widthPx));
    const edge = row.findIndex((value) => value > 0.5);
    expect(Math.abs(edge - expected)).toBeLessThanOrEqual(1);
  });
});

describe("an exposure behind blades", () => {
  const detector = { ...detectorModelById("a-si-c-arm"), electronicNoiseKeV: 0, saturationKermaMicroGy: 1e9 };
  const options: ExposureOptions = {
    areaDensity: { ...camera, materials: [], gPerCm2: new Float32Array(0) },
    materials: [],
    camera,
    spectrum: kramersSpectrum(80),
    mas: 2,
    detector,
    noise: { key: sampleKey(1, 0, "blades") },
    scatter: { kind: "none" },
  };
  const collimation = transmittedPart(edgeAt(0, { leakage: 0.02 }), camera);

  test("agrees with the reference, noise included", () => {
    const fast = expose({ ...options, collimation });
    const exact = referenceExposure({ ...options, collimation });
    const most = exact.energyKeV.reduce((a, b) => Math.max(a, b), 0);
    // The tolerance of test/detector/conformance.test.ts.
    const worst = exact.energyKeV.reduce(
      (w, value, n) => Math.max(w, Math.abs(value - fast.energyKeV[n])),
      0,
    );
    expect(worst / most).toBeLessThan(5e-4);
  });

  test("signal and noise variance fall in the same proportion: photons are missing, not light", () => {
    const noisy = expose({ ...options, collimation }).energyKeV;
    const still = expose({ ...options, noise: undefined, collimation }).energyKeV;
    const stats = (first: number, last: number): { mean: number; variance: number } => {
      let [sum, squares, count] = [0, 0, 0];
      for (let v = 5; v < 196; v++)
        for (let u = first; u <= last; u++) {
          sum += still[v * 201 + u];
          squares += (noisy[v * 201 + u] - still[v * 201 + u]) ** 2;
          count++;
        }
      return { mean: sum / count, variance: squares / count };
    };
    const [behind, open] = [stats(5, 90), stats(110, 195)];
    // The scintillator spreads light over a millimetre: 2 mm from the edge 1e-3 of the open signal is still seen.
    expect(Math.abs(behind.mean / open.mean / 0.02 - 1)).toBeLessThan(0.05);
    // 16,000 pixels whose noise is correlated over some: variances within 3 %.
    expect(Math.abs(behind.variance / open.variance / (behind.mean / open.mean) - 1)).toBeLessThan(0.06);
  });

  test("the focal spot blurs the object, not the half shadow of the blades again", () => {
    const plain = { ...options, noise: undefined, collimation };
    const blurred = expose({ ...plain, focalSpot: { sideMm: 1.2, sourceToObjectMm: 500 } });
    const sharp = expose(plain);
    // Nothing but air: obliquity alone, which bends by less than 1e-5 over the blur.
    for (let n = 0; n < sharp.energyKeV.length; n++)
      expect(Math.abs(blurred.energyKeV[n] / sharp.energyKeV[n] - 1)).toBeLessThan(1e-4);
  });

  test("a pixel of a given model keeps its full well", () => {
    expect(expose({ ...options, collimation }).fullWellKeV).toBe(
      pixelResponse(detector, camera.pixelPitchMm).fullWellKeV,
    );
  });
});
