import { describe, expect, test } from "vitest";
import type { Vector3 } from "../../src/geometry/vector.ts";
import { labelsToJson } from "../../src/label/labels.ts";
import { ballInAir, centroid, labelWhere, simulated } from "./phantoms.ts";

const SIZE = 256;

/** A dense ball, the landmark in its middle, and its label, in one of four simulations. */
function bead(centreLps: Vector3) {
  const ct = ballInAir({ shape: [101, 101, 101], voxelMm: 1, centreLps, radiusMm: 5, hu: 1500 });
  return {
    ct,
    landmarks: [{ name: "bead", lpsMm: centreLps }],
    labelMap: labelWhere(ct, "bead", (hu) => hu > 250),
  };
}

describe("a bead's shadow meets its landmark", () => {
  test.each([
    ["naive", "log", { view: "AP" }, [31.3, -12.2, 24.6]],
    ["heuristic", "log", { view: "left-lateral" }, [-22.4, 35.1, -18]],
    ["realistic", "log", { laoDeg: -60, craDeg: 25, rollDeg: 15 }, [-22.4, 35.1, -18]],
    ["realistic", "paper", { view: "outlet" }, [12.7, 20, 10.4]],
  ] as const)("to a tenth of a pixel: %s, %s", async (simulator, processing, view, centre) => {
    const simulation = await simulated(bead(centre), {
      simulator,
      processing,
      sizePx: SIZE,
      noise: false,
      ...view,
    });
    const { camera, values } = simulation.picture;
    const [landmark] = simulation.labels?.landmarks ?? [];
    expect(landmark.status).toBe("visible");
    const [u, v] = landmark.pixel ?? [Number.NaN, Number.NaN];

    // The landmark is the matrix times the point.
    const p = camera.pixelFromLps;
    const [x, y, z] = centre;
    const row = (n: number) => p[4 * n] * x + p[4 * n + 1] * y + p[4 * n + 2] * z + p[4 * n + 3];
    expect(u).toBeCloseTo(row(0) / row(2), 9);
    expect(v).toBeCloseTo(row(1) / row(2), 9);
    const written = labelsToJson(simulation.labels as never).landmarks[0].pixel ?? [];
    expect(written[0]).toBeCloseTo(u, 9);
    expect(written[1]).toBeCloseTo(v, 9);

    // The shadow, 13 pixels wide, above what lies around it.
    const background = values.toSorted()[values.length >> 1];
    const around = values.map((value, n) => {
      const near = Math.hypot((n % camera.widthPx) - u, Math.floor(n / camera.widthPx) - v) < 14;
      return near ? Math.max(value - background, 0) : 0;
    });
    const shadow = centroid(around, camera.widthPx);
    expect(Math.hypot(shadow.u - u, shadow.v - v)).toBeLessThan(0.1);

    // And so does its mask, which knows voxels of 1 mm (1.3 pixels) only.
    const mask = simulation.labels?.structures[0].mask ?? new Uint8Array();
    const middle = centroid(mask, camera.widthPx);
    expect(Math.hypot(middle.u - u, middle.v - v)).toBeLessThan(0.5);
  });
});

test("landmarks are visible, outside the panel, or behind the source", async () => {
  const { ct } = bead([0, 0, 0]);
  // AP: the source is 700 mm in front of the isocentre, the field at the isocentre 204.5 mm wide.
  const landmarks = [
    { name: "in", lpsMm: [102, 0, 0] },
    { name: "out", lpsMm: [103, 0, 0] },
    { name: "above", lpsMm: [0, 0, 103] },
    { name: "behind", lpsMm: [0, -701, 0] },
  ] as const;
  const { labels } = await simulated(
    { ct, landmarks, labelMap: labelWhere(ct, "bead", (hu) => hu > 250) },
    { simulator: "naive", sizePx: 64 },
  );
  expect(labels?.landmarks.map(({ status }) => status)).toEqual([
    "visible",
    "outside",
    "outside",
    "behind source",
  ]);
  expect(labels?.landmarks.map(({ pixel }) => pixel === null)).toEqual([false, false, false, true]);
});

test("landmarks need no label map", async () => {
  const { ct, landmarks } = bead([10, 0, 20]);
  const { labels } = await simulated({ ct, landmarks }, { simulator: "naive", sizePx: 64 });
  expect(labels?.landmarks).toHaveLength(1);
});
