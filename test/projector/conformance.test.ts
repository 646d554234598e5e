import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { nodeProjector } from "../../src/node/node-projector.ts";
import { referenceProjector } from "../../src/projector/reference.ts";
import { wasmProjector } from "../../src/projector/wasm/wasm-projector.ts";
import { compileKernel, kernels } from "../../tools/build-kernels.ts";
import { conformanceCases, worstDifference } from "./cases.ts";

// Bound between back ends, from the prototype's measurements (at most 9.3e-6): 14-bit weights and float32 positions.
const BOUND = 2e-5;

const reference = referenceProjector();
const single = wasmProjector();
const unskipped = wasmProjector({ skipEmptySpace: false });
const threaded = nodeProjector({ threads: 3 });
afterAll(async () => {
  for (const projector of [reference, single, unskipped, threaded]) await projector.close();
});

describe.each(conformanceCases())("$name", ({ field, camera }) => {
  test("the WASM engine integrates like the reference", async () => {
    const expected = await (await reference.load(field)).integrate(camera);
    const ours = await (await single.load(field)).integrate(camera);
    expect(Math.max(...expected.values)).toBeGreaterThan(0);
    expect(worstDifference(ours.values, expected.values, expected.channels)).toBeLessThan(BOUND);
  });

  test("skipping empty space and threads change not one bit", async () => {
    const expected = await (await unskipped.load(field)).integrate(camera);
    for (const projector of [single, threaded]) {
      const { values } = await (await projector.load(field)).integrate(camera);
      expect(Buffer.compare(Buffer.from(values.buffer), Buffer.from(expected.values.buffer))).toBe(0);
    }
  });

  test("a region has the numbers of the whole image", async () => {
    const region = { column: 5, row: 3, widthPx: Math.min(camera.widthPx - 5, 30), heightPx: 9 };
    const loaded = await single.load(field);
    const whole = await loaded.integrate(camera);
    const part = await loaded.integrate(camera, region);
    for (let row = 0; row < region.heightPx; row++) {
      const start = (3 + row) * camera.widthPx + 5;
      expect(part.values.slice(row * region.widthPx, (row + 1) * region.widthPx)).toEqual(
        whole.values.slice(start, start + region.widthPx),
      );
    }
  });

  test("traces agree: sums, maxima, first hits", async () => {
    const threshold = field.scale[0] * (field.kind === "u8x4" ? 100 : 1500);
    const expected = await (await reference.load(field)).trace(camera, { threshold });
    const ours = await (await threaded.load(field)).trace(camera, { threshold });
    const plain = await (await unskipped.load(field)).trace(camera, { threshold });
    expect(ours).toEqual(plain);
    expect(worstDifference(ours.integral, expected.integral, expected.channels)).toBeLessThan(BOUND);
    // One sample is less forgiving than a sum: a position error of 1e-4 voxels across a full step of the field.
    expect(worstDifference(ours.maximum, expected.maximum, expected.channels)).toBeLessThan(2e-4);
    // The first hit may move by a plane where a sample lies within rounding of the threshold.
    let moved = 0;
    for (let n = 0; n < expected.firstHitMm.length; n++) {
      const [a, b] = [ours.firstHitMm[n], expected.firstHitMm[n]];
      if (!(a === b || Math.abs(a - b) <= 1e-3)) moved++;
    }
    expect(moved / expected.firstHitMm.length).toBeLessThan(1e-3);
  });

  test("first hits alone are those of the trace, to the bit, at any threshold", async () => {
    const loaded = await threaded.load(field);
    const everywhere = await unskipped.load(field);
    const largest = field.scale[0] * (field.kind === "u8x4" ? 255 : 4000);
    for (const share of [0.39, 0.5, 0.001, 1, 2]) {
      const threshold = share * largest;
      const { firstHitMm } = await loaded.trace(camera, { threshold });
      expect((await loaded.firstHits(camera, { threshold })).firstHitMm).toEqual(firstHitMm);
      expect((await everywhere.firstHits(camera, { threshold })).firstHitMm).toEqual(firstHitMm);
    }
  });
});

test.each(kernels)("$module is what $source compiles to", async (kernel) => {
  expect(await compileKernel(kernel)).toBe(readFileSync(kernel.module, "utf8"));
});
