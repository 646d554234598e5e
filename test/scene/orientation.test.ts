import { afterAll, describe, expect, test } from "vitest";
import type { Vector3 } from "../../src/geometry/vector.ts";
import { nodeProjector } from "../../src/node/node-projector.ts";
import { openPatient, type Patient } from "../../src/scene/patient.ts";
import { parseScene } from "../../src/scene/scene.ts";
import { simulate } from "../../src/scene/simulate.ts";
import { ballInAir, centroid } from "./phantoms.ts";

/**
 * A patient marked with one bead, in the CT itself: what the picture shows of it depends on no camera code of the test.
 * LPS: +x is the patient's left, +y the back, +z the head.
 */
const beads = {
  right: [-40, 0, 0],
  left: [40, 0, 0],
  front: [0, -40, 0],
  back: [0, 40, 0],
  head: [0, 0, 40],
  foot: [0, 0, -40],
} satisfies Record<string, Vector3>;
type Bead = keyof typeof beads;

const projector = nodeProjector({ threads: 1 });
const patients = new Map<Bead, Patient>();
const SIZE = 65;
const MIDDLE = (SIZE - 1) / 2;

function markedPatient(bead: Bead): Patient {
  const known = patients.get(bead);
  if (known) return known;
  const ct = ballInAir({ shape: [51, 51, 51], voxelMm: 2, centreLps: beads[bead], radiusMm: 6, hu: 1000 });
  const patient = openPatient({ ct, landmarks: [] }, projector);
  patients.set(bead, patient);
  return patient;
}

/** Where a bead is seen from the image's middle: pixels to the right and upwards, and how large its shadow is. */
async function seen(bead: Bead, angles: object): Promise<{ right: number; up: number; weight: number }> {
  const scene = parseScene({ ct: "phantom", sizePx: SIZE, simulator: "naive", ...angles });
  const { image } = await simulate(markedPatient(bead), scene);
  const { u, v } = centroid(image.values, SIZE);
  return { right: u - MIDDLE, up: MIDDLE - v, weight: image.values.reduce((a, b) => a + b, 0) };
}

afterAll(async () => {
  for (const patient of patients.values()) await patient.release();
  await projector.close();
});

// Where the beads are seen: r(ight), l(eft), u(p), d(own) of the image, c(entre).
// Oblique views: a bead at 45° to the beam moves sideways by cos 45° of its distance, one along the body by cos 40°.
const expected: readonly (readonly [string, object, Partial<Record<Bead, string>>])[] = [
  ["AP", { view: "AP" }, { right: "l", left: "r", head: "u", foot: "d", front: "c", back: "c" }],
  ["PA", { view: "PA" }, { right: "l", left: "r", head: "u", foot: "d", front: "c", back: "c" }],
  ["left lateral", { view: "left-lateral" }, { front: "l", back: "r", head: "u", foot: "d", left: "c" }],
  ["right lateral", { view: "right-lateral" }, { front: "r", back: "l", head: "u", foot: "d", left: "c" }],
  // The beam runs towards the feet and the back: what lies in front is thrown down, what lies behind up.
  ["inlet", { view: "inlet" }, { right: "l", left: "r", head: "u", front: "d", back: "u" }],
  ["outlet", { view: "outlet" }, { right: "l", left: "r", head: "u", front: "u", back: "d" }],
  [
    "obturator oblique left",
    { view: "obturator-oblique-left" },
    { right: "l", left: "r", front: "l", back: "r" },
  ],
  ["iliac oblique left", { view: "iliac-oblique-left" }, { right: "l", left: "r", front: "r", back: "l" }],
  [
    "obturator oblique right",
    { view: "obturator-oblique-right" },
    { right: "l", left: "r", front: "r", back: "l" },
  ],
  ["iliac oblique right", { view: "iliac-oblique-right" }, { right: "l", left: "r", front: "l", back: "r" }],
  // A panel that moves to the patient's left sees the front of the patient move to the image's left.
  ["LAO 30", { laoDeg: 30 }, { right: "l", left: "r", head: "u", front: "l", back: "r" }],
  ["RAO 30", { laoDeg: -30 }, { right: "l", left: "r", head: "u", front: "r", back: "l" }],
  // A panel that moves towards the head sees the front of the patient move down.
  ["CRA 30", { craDeg: 30 }, { head: "u", front: "d", back: "u", left: "r" }],
  ["CAU 30", { craDeg: -30 }, { head: "u", front: "u", back: "d", left: "r" }],
  [
    "AP with the panel turned clockwise by 90°",
    { view: "AP", rollDeg: 90 },
    { head: "l", foot: "r", left: "u", right: "d" },
  ],
];

describe("a bead on the patient is seen where the clinic expects it", () => {
  test.each(expected)("in %s", async (_, angles, places) => {
    for (const [bead, place] of Object.entries(places) as [Bead, string][]) {
      const { right, up } = await seen(bead, angles);
      // 40 mm at magnification 1020/700 and 4.58 mm a pixel are 12.7 pixels; the least of them, sin 30°, is 6.
      const at =
        Math.hypot(right, up) < 0.05
          ? "c"
          : Math.abs(right) > Math.abs(up)
            ? right > 0
              ? "r"
              : "l"
            : up > 0
              ? "u"
              : "d";
      expect(at, `${bead}: ${right.toFixed(2)} to the right, ${up.toFixed(2)} up`).toBe(place);
    }
  });

  test("nearer to the source it is larger: in AP the front, in PA the back, in a left lateral the right", async () => {
    // ∫∫ chord over the panel = volume · magnification²: (1020/660)² against (1020/740)².
    const ratio = async (near: Bead, far: Bead, view: string) =>
      (await seen(near, { view, sizePx: 257 })).weight / (await seen(far, { view, sizePx: 257 })).weight;
    // A shadow of 15 pixels sampled at pixel centres: its rim is a square root, so that the sum errs by some tenths of a
    // percent (15^−1.5 of a sum over the rim).
    for (const [near, far, view] of [
      ["front", "back", "AP"],
      ["back", "front", "PA"],
      ["right", "left", "left-lateral"],
      ["left", "right", "right-lateral"],
    ] as const)
      expect(Math.abs((await ratio(near, far, view)) / (740 / 660) ** 2 - 1), view).toBeLessThan(0.005);
  });

  test("the obturator oblique brings the named side to the source, the iliac oblique to the panel", async () => {
    for (const side of ["left", "right"] as const) {
      const other = side === "left" ? "right" : "left";
      const weight = async (bead: Bead, view: string) => (await seen(bead, { view })).weight;
      const [obturator, iliac] = [`obturator-oblique-${side}`, `iliac-oblique-${side}`];
      expect(await weight(side, obturator)).toBeGreaterThan(1.1 * (await weight(other, obturator)));
      expect(await weight(other, iliac)).toBeGreaterThan(1.1 * (await weight(side, iliac)));
    }
  });
});
