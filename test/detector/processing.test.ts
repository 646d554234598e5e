import { describe, expect, it } from "vitest";
import { cropBorder } from "../../src/detector/crop-border.ts";
import { deepDrrNegativeLog } from "../../src/detector/deep-drr-negative-log.ts";
import { downsample } from "../../src/detector/downsample.ts";
import { logTransform } from "../../src/detector/log-transform.ts";
import { paperPreprocessing } from "../../src/detector/paper-preprocessing.ts";
import type { CameraImage } from "../../src/detector/pixel-image.ts";
import { presentationValues } from "../../src/detector/presentation-values.ts";
import { rotateHalfTurn } from "../../src/detector/rotate-half-turn.ts";
import { standardise } from "../../src/detector/standardise.ts";
import { project } from "../../src/geometry/camera.ts";
import { frontalCamera } from "./stand-in-beam.ts";

/** A smooth bump whose top is the projection of a point, so that image and camera can be compared. */
const point = [4.3, -3.1, 700] as const;
function bump(widthPx: number, heightPx: number): CameraImage {
  const camera = frontalCamera({ widthPx, heightPx });
  const { u, v } = project(camera, point);
  const values = new Float32Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++)
      values[y * widthPx + x] = Math.exp(-((x - u) ** 2 + (y - v) ** 2) / (2 * 30 ** 2));
  return { image: { widthPx, heightPx, values }, camera };
}

/** Centre of mass, in pixels. */
function centre({ image: { widthPx, values } }: CameraImage): [number, number] {
  let [mass, x, y] = [0, 0, 0];
  values.forEach((value, i) => {
    mass += value;
    x += value * (i % widthPx);
    y += value * Math.floor(i / widthPx);
  });
  return [x / mass, y / mass];
}

function expectCameraAtBump(result: CameraImage, tolerancePx: number): void {
  const { u, v } = project(result.camera, point);
  const [x, y] = centre(result);
  expect(Math.abs(x - u)).toBeLessThan(tolerancePx);
  expect(Math.abs(y - v)).toBeLessThan(tolerancePx);
  expect([result.camera.widthPx, result.camera.heightPx]).toEqual([
    result.image.widthPx,
    result.image.heightPx,
  ]);
  expect(result.image.values).toHaveLength(result.image.widthPx * result.image.heightPx);
}

describe("image and camera change together", () => {
  // The bump has σ = 30 px; what its tails lose at borders 4.5 σ away shifts the centre of mass by less than 0.005 px.
  const original = bump(480, 440);

  it("when the border is cropped", () => {
    const result = cropBorder(original, 50);
    expect(result.image.widthPx).toBe(380);
    expectCameraAtBump(result, 1e-2);
    expect(result.image.values[0]).toBe(original.image.values[50 * 480 + 50]);
    expect(result.camera.pixelPitchMm).toEqual(original.camera.pixelPitchMm);
  });

  it("when the image is turned", () => {
    const result = rotateHalfTurn(original);
    expectCameraAtBump(result, 1e-2);
    expect(rotateHalfTurn(result).image.values).toEqual(original.image.values);
    expect(result.camera.pixelPitchMm).toEqual(original.camera.pixelPitchMm);
  });

  it.each([240, 160, 60, 55])("when it is reduced to %i pixels", (widthPx) => {
    const result = downsample(original, widthPx);
    expectCameraAtBump(result, 1e-2);
    expect(result.camera.pixelPitchMm[0]).toBeCloseTo((0.194 * 480) / widthPx, 12);
  });

  it("and nothing happens at full size", () => {
    expect(downsample(original, 480).image.values).toEqual(original.image.values);
  });
});

describe("reducing an image", () => {
  it("smooths with half a new pixel of standard deviation before it samples", () => {
    // Cosine of period 40 px at factor 1/8 (σ = 4 px): amplitude exp(−2π²σ²/40²) = 0.8209, less what linear interpolation
    // half way between pixels takes: cos(π/40) = 0.9969. The Gaussian is cut at 4 σ: 1e-4.
    const widthPx = 400;
    const camera = frontalCamera({ widthPx, heightPx: 8 });
    const values = Float32Array.from({ length: widthPx * 8 }, (_, i) =>
      Math.cos((2 * Math.PI * ((i % widthPx) - 199.5)) / 40),
    );
    const { image } = downsample({ image: { widthPx, heightPx: 8, values }, camera }, 50);
    const amplitude = Math.exp((-2 * (Math.PI * 4) ** 2) / 1600) * Math.cos(Math.PI / 40);
    for (let u = 5; u < 45; u++) {
      const x = (u + 0.5) * 8 - 0.5 - 199.5;
      expect(Math.abs(image.values[u] - amplitude * Math.cos((2 * Math.PI * x) / 40))).toBeLessThan(2e-4);
    }
  });

  it("keeps a constant and refuses sizes that are no reduction", () => {
    const flat = bump(100, 60);
    flat.image.values.fill(3);
    for (const value of downsample(flat, 33).image.values) expect(value).toBeCloseTo(3, 5);
    expect(() => downsample(flat, 101)).toThrow(/reduced to a width/);
    expect(() => downsample(flat, 0)).toThrow(/reduced to a width/);
    expect(() => cropBorder(flat, 30)).toThrow(/cannot be taken off/);
  });
});

describe("the logarithm", () => {
  it("gives line integrals back, less that of the brightest pixel", () => {
    const integrals = Float32Array.from([0.5, 1, 3, 8, 12]);
    const back = logTransform(integrals.map((value) => 1234 * Math.exp(-value)));
    // float32 intensities: 6e-8 relative each, and 1e-6 for the rounding of L up to 12.
    integrals.forEach((value, i) => expect(Math.abs(back[i] - (value - 0.5))).toBeLessThan(2e-6));
  });

  it("gives pixels without intensity the value of the smallest positive one", () => {
    expect([...logTransform(Float32Array.of(4, 1, 0, -3, 1e-9))].map((x) => x.toFixed(4))).toEqual(
      [0, Math.log(4), Math.log(4), Math.log(4), Math.log(4)].map((x) => x.toFixed(4)),
    );
    expect(logTransform(new Float32Array(3))).toEqual(new Float32Array(3));
  });
});

describe("grey values", () => {
  it("standardised have mean 0 and standard deviation 1", () => {
    const values = standardise(Float32Array.from({ length: 1000 }, (_, i) => 5 + Math.sin(i)));
    const mean = values.reduce((a, b) => a + b, 0) / 1000;
    expect(Math.abs(mean)).toBeLessThan(1e-6);
    expect(values.reduce((a, b) => a + b * b, 0) / 1000).toBeCloseTo(1, 5);
    expect(standardise(new Float32Array(9).fill(0.1))).toEqual(new Float32Array(9));
  });

  it("for display are linear in the window, cut outside and reversed on demand", () => {
    const values = Float32Array.of(-1, 0, 1, 2, 3, Number.NaN);
    expect([...presentationValues(values, { black: 0, white: 2 })]).toEqual([0, 0, 32768, 65535, 65535, 0]);
    expect([...presentationValues(values, { black: 0, white: 2 }, "bone-dark")]).toEqual([
      65535, 65535, 32767, 0, 0, 65535,
    ]);
  });

  it("as DeepDRR makes them run from 0 in the brightest to 1 in the darkest pixel", () => {
    const values = deepDrrNegativeLog(Float32Array.of(50, 5, 0.5));
    expect(values[0]).toBe(0);
    expect(values[2]).toBe(1);
    // −ln(5 + 0.5 + 0.01) between −ln 50.51 and −ln 1.01.
    expect(values[1]).toBeCloseTo(Math.log(50.51 / 5.51) / Math.log(50.51 / 1.01), 6);
    expect(deepDrrNegativeLog(new Float32Array(4).fill(7))).toEqual(new Float32Array(4));
  });
});

describe("the paper's preprocessing", () => {
  it("makes 360 standardised pixels of 1436 with the point where the camera says", () => {
    const { image, camera } = bump(1536, 1536);
    const result = paperPreprocessing({ logImage: image.values, camera, turned: true });
    expect([result.camera.widthPx, result.camera.heightPx]).toEqual([360, 360]);
    expect(result.camera.pixelPitchMm[0]).toBeCloseTo((0.194 * 1436) / 360, 10);
    const brightest = result.values.reduce((best, value, i) => (value > result.values[best] ? i : best), 0);
    const { u, v } = project(result.camera, point);
    expect(Math.abs((brightest % 360) - u)).toBeLessThanOrEqual(0.5 + 1e-6);
    expect(Math.abs(Math.floor(brightest / 360) - v)).toBeLessThanOrEqual(0.5 + 1e-6);
  });
});
