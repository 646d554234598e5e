import { afterAll, describe, expect, test } from "vitest";
import { nodeProjector } from "../../src/node/node-projector.ts";
import type { Projector } from "../../src/projector/projector.ts";
import { referenceProjector } from "../../src/projector/reference.ts";
import { wasmProjector } from "../../src/projector/wasm/wasm-projector.ts";
import { webgpuProjector } from "../../src/projector/webgpu/webgpu-projector.ts";
import { openPatient } from "../../src/scene/patient.ts";
import { parseScene, type SceneInput } from "../../src/scene/scene.ts";
import { simulate, type Simulation } from "../../src/scene/simulate.ts";
import { worstDifference } from "../projector/cases.ts";
import { testGpu } from "../projector/webgpu-software.ts";
import { ballInAir, labelWhere } from "../scene/phantoms.ts";

/** A ball with a nail that has holes, a screw through one of them, a snake, and a catheter on a path. */
const ct = ballInAir({ shape: [48, 48, 48], voxelMm: 4, centreLps: [3, -2, 5], radiusMm: 80, hu: 60 });
const anatomy = { ct, labelMap: labelWhere(ct, "ball", (hu) => hu > -400), landmarks: [] };
const instruments: NonNullable<SceneInput["instruments"]> = [
  { preset: "nail", parameters: { lengthMm: 150 }, pose: { tip: [0, 0, 70], direction: [0.1, 0.05, 1] } },
  { preset: "screw", pose: { tip: [5, 60, 52], direction: "posterior" } },
  {
    preset: "continuum-manipulator",
    parameters: { knot2Deg: 5, knot4Deg: -4 },
    pose: { tip: [40, 0, -20], direction: [1, 0.3, 0.4] },
  },
  {
    preset: "catheter",
    path: [
      [-60, 0, -60],
      [-30, 20, 0],
      [-45, -10, 60],
    ],
  },
];
type Simulator = "naive" | "realistic";
const sceneOf = (simulator: Simulator, tools: typeof instruments) =>
  parseScene({
    ct: "ball",
    sizePx: 160,
    view: "AP",
    laoDeg: 17,
    craDeg: -8,
    simulator,
    noise: false,
    thickness: true,
    ...(tools.length > 0 ? { instruments: tools } : {}),
  });

async function simulatedBy(
  projector: Projector,
  simulator: Simulator,
  tools: typeof instruments = instruments,
): Promise<Simulation> {
  const patient = openPatient(anatomy, projector);
  try {
    return await simulate(patient, sceneOf(simulator, tools));
  } finally {
    await patient.release();
  }
}

const gpu = await testGpu();
const projectors: (readonly [string, () => Promise<Projector>])[] = [
  ["wasm", async () => wasmProjector()],
  ["wasm on three threads", async () => nodeProjector({ threads: 3 })],
];
// Two float32 sums and a subtraction, of each material's peak.
const ROUNDING = 2e-7;

const opened: Projector[] = [];
afterAll(async () => {
  for (const projector of opened) await projector.close();
});

function laws(open: () => Promise<Projector>): void {
  test("displace tissue and absorb as with the reference, and are labelled by the same pixels", async () => {
    const [reference, other] = [referenceProjector(), await open()];
    opened.push(reference, other);
    const [expected, ours] = [
      await simulatedBy(reference, "realistic"),
      await simulatedBy(other, "realistic"),
    ];
    // What back ends differ by without tools (at most 2e-5 of peak, more in the thin rim of fat here), they differ by with them.
    const apart = (one: Simulation, two: Simulation): number => {
      const [a, b] = [one.areaDensity, two.areaDensity];
      if (!a || !b) throw new Error("the realistic simulator has area densities");
      expect(a.materials).toEqual(b.materials);
      return worstDifference(a.gPerCm2, b.gPerCm2, b.materials.length);
    };
    const bare = apart(
      await simulatedBy(other, "realistic", []),
      await simulatedBy(reference, "realistic", []),
    );
    expect(bare).toBeLessThan(4e-5);
    expect(apart(ours, expected)).toBeLessThan(bare + ROUNDING);
    // Tools alone are cast on the host: not a bit differs.
    const names = ["nail", "screw", "continuum-manipulator", "catheter"];
    for (const name of names) {
      const [mine, theirs] = [ours, expected].map(({ labels }) =>
        labels?.structures.find((structure) => structure.name === name),
      );
      expect(mine?.areaPx).toBeGreaterThan(100);
      expect(mine).toEqual(theirs);
    }
    expect(ours.labels?.instruments).toEqual(expected.labels?.instruments);
    expect(ours.labels?.landmarks).toEqual(expected.labels?.landmarks);
  });

  test("also in the grey simulators", async () => {
    const [reference, other] = [referenceProjector(), await open()];
    opened.push(reference, other);
    const [expected, ours] = [await simulatedBy(reference, "naive"), await simulatedBy(other, "naive")];
    const [oursBare, expectedBare] = [
      await simulatedBy(other, "naive", []),
      await simulatedBy(reference, "naive", []),
    ];
    const bare = worstDifference(oursBare.image.values, expectedBare.image.values, 1);
    expect(bare).toBeLessThan(2e-5);
    expect(worstDifference(ours.image.values, expected.image.values, 1)).toBeLessThan(bare + ROUNDING);
  });
}

describe.each(projectors)("instruments on %s", (_, open) => {
  laws(open);
});
describe.skipIf(!gpu)("instruments on webgpu", () => {
  laws(async () => await webgpuProjector({ gpu: gpu as GPU, allowSoftwareAdapter: true }));
});
