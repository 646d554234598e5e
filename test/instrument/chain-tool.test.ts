import { describe, expect, test } from "vitest";
import { radFromDeg, type Vector3 } from "../../src/geometry/vector.ts";
import { type ChainLink, chainTool } from "../../src/instrument/tool/chain-tool.ts";
import { presetTool } from "../../src/instrument/tool/preset-tools.ts";
import { signedVolumeMm3 } from "../../src/instrument/mesh/triangle-mesh.ts";
import { slab, simulated } from "../scene/phantoms.ts";

const rod = (lengthMm: number) => presetTool("k-wire", { lengthMm, diameterMm: 4 });
const link = (name: string, lengthMm: number, more: Partial<ChainLink> = {}): ChainLink => ({
  name,
  tool: rod(lengthMm),
  at: "tip",
  pivot: "base",
  rollDeg: 0,
  ...more,
});
const hinge = { kind: "revolute", axis: [0, 1, 0], limits: [-90, 120] } as const;
const point = (tool: ReturnType<typeof chainTool>, name: string): Vector3 =>
  tool.keypoints.find((keypoint) => keypoint.name === name)?.atMm ?? [Number.NaN, 0, 0];
const expectNear = (found: Vector3, expected: readonly number[]): void =>
  found.forEach((x, axis) => expect(x).toBeCloseTo(expected[axis], 9));

describe("a chain of rigid links", () => {
  test("of two hinges is a planar arm", () => {
    const links = [link("shaft", 50), link("arm", 30, { joint: hinge }), link("hand", 20, { joint: hinge })];
    for (const [a, b] of [
      [0, 0],
      [30, -75],
      [110, 45],
    ]) {
      const tool = chainTool(links, { arm: a, hand: b });
      const [first, second] = [radFromDeg(a), radFromDeg(a + b)];
      expectNear(point(tool, "arm tip"), [30 * Math.sin(first), 0, 30 * Math.cos(first)]);
      expectNear(point(tool, "tip"), [
        30 * Math.sin(first) + 20 * Math.sin(second),
        0,
        30 * Math.cos(first) + 20 * Math.cos(second),
      ]);
      expectNear(tool.axis, [Math.sin(second), 0, Math.cos(second)]);
      expectNear(point(tool, "base"), [0, 0, -50]);
      expectNear(tool.centreLine[0], [0, 0, -50]);
      expectNear(tool.centreLine[tool.centreLine.length - 1], point(tool, "tip"));
      // Rigid: no link changes its volume.
      expect(tool.parts.map(({ name }) => name)).toEqual(["shaft", "arm", "hand"]);
      tool.parts.forEach(({ mesh }, n) =>
        expect(signedVolumeMm3(mesh)).toBeCloseTo(signedVolumeMm3(links[n].tool.parts[0].mesh), 6),
      );
    }
  });

  test("slides along a prismatic joint, and branches where links share a parent", () => {
    const slide = { kind: "prismatic", axis: [0, 0, 1], limits: [0, 40] } as const;
    const links = [
      link("tube", 60),
      link("stylet", 60, { at: "base", joint: slide }),
      link("left", 10, { parent: "tube", direction: [-1, 0, 1] }),
      link("right", 10, { parent: "tube", direction: [1, 0, 1], at: [0, 2, -5] }),
    ];
    const tool = chainTool(links, { stylet: 12.5 });
    expectNear(point(tool, "stylet tip"), [0, 0, 12.5]);
    expectNear(point(tool, "left tip"), [-10 * Math.SQRT1_2, 0, 10 * Math.SQRT1_2]);
    expectNear(point(tool, "right tip"), [10 * Math.SQRT1_2, 2, -5 + 10 * Math.SQRT1_2]);
    // Without a value a joint stands at 0, or at the limit next to it.
    expect(point(chainTool(links, {}), "stylet tip")[2]).toBe(0);
    const pushed = { ...slide, limits: [5, 40] } as const;
    expectNear(point(chainTool([links[0], { ...links[1], joint: pushed }], {}), "stylet tip"), [0, 0, 5]);
  });

  test("keeps to the limits of its joints, and hangs together", () => {
    const links = [link("shaft", 50), link("arm", 30, { joint: hinge })];
    const code = (make: () => unknown): unknown => {
      try {
        make();
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return undefined;
    };
    expect(code(() => chainTool(links, { arm: 121 }))).toBe("instrument-joint");
    expect(code(() => chainTool(links, { shaft: 1 }))).toBe("instrument-joint");
    expect(code(() => chainTool([links[0], { ...links[1], parent: "leg" }], {}))).toBe("instrument-chain");
    expect(code(() => chainTool([links[0], links[0]], {}))).toBe("instrument-chain");
    expect(code(() => chainTool([links[0], { ...links[1], at: "eye" }], {}))).toBe("instrument-keypoint");
  });

  test("is an instrument of a scene, its links parts with masks of their own", async () => {
    const preset = "k-wire";
    const { labels } = await simulated(
      { ct: slab([40, 20, 40], 4, 0) },
      {
        sizePx: 96,
        simulator: "naive",
        instruments: [
          {
            name: "forceps",
            chain: [
              { name: "shaft", preset, parameters: { lengthMm: 60, diameterMm: 5 } },
              {
                name: "jaw",
                preset,
                parameters: { lengthMm: 30, diameterMm: 4 },
                joint: { ...hinge, axis: [0, 1, 0], limits: [0, 60] },
              },
            ],
            joints: { jaw: 60 },
            pose: { tip: [0, 0, 30], direction: "superior" },
          },
        ],
      },
    );
    expect(labels?.structures.map(({ name }) => name)).toEqual(["forceps", "forceps shaft", "forceps jaw"]);
    expect(labels?.landmarks.map(({ name }) => name).slice(0, 3)).toEqual([
      "forceps tip",
      "forceps base",
      "forceps shaft tip",
    ]);
    for (const { areaPx } of labels?.structures ?? []) expect(areaPx).toBeGreaterThan(20);
  });
});
