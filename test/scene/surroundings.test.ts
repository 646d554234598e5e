import { describe, expect, test } from "vitest";
import { detectorModelById, detectorModelOfDevice } from "../../src/detector/detector-presets.ts";
import { absorptionEfficiency } from "../../src/detector/detector-model.ts";
import { massAttenuationTable } from "../../src/material/attenuation.ts";
import { materialByName } from "../../src/material/named-materials.ts";
import { beamSpectrum } from "../../src/scene/beam-spectrum.ts";
import { exposureQuadrature } from "../../src/scene/exposure-quadrature.ts";
import { parseScene, type SceneInput } from "../../src/scene/scene.ts";
import { sceneRecord } from "../../src/scene/scene-record.ts";
import type { Simulation } from "../../src/scene/simulate.ts";
import { ballInAir, simulated, slab } from "./phantoms.ts";

/** 60 mm of water, wider than the beam. */
const water = { ct: slab([60, 12, 60], 5, 0) };
const air = { ct: slab([60, 12, 60], 5, -1000) };
/** A charge that fills a third of the well in the open field. */
const beam = { mas: 0.2 };
const base = { sizePx: 160, noise: false, processing: "raw" as const, beam };
const shot = (anatomy: { ct: typeof water.ct }, over: Omit<SceneInput, "ct">): Promise<Simulation> =>
  simulated(anatomy, { ...base, ...over });

const centre = 80 * 160 + 80;
const plate = (material: string, thicknessMm: number, x = 0, radiusMm = 60) => ({
  name: "plate",
  parts: [
    {
      material,
      radiusMm,
      // AP: the beam runs from front (−y) to back.
      lines: [
        [
          [x, -120, 0],
          [x, -120 + thicknessMm, 0],
        ] as [number, number, number][],
      ],
      ends: "flat" as const,
    },
  ],
});

/** Energy that the panel absorbs behind layers, relative to none: all bins of the spectrum. */
function transmission(layers: [string, number][]): number {
  const spectrum = beamSpectrum(parseScene({ ct: "x", ...base }).beam);
  const efficiency = absorptionEfficiency(detectorModelOfDevice("cios-fusion"), spectrum.energyKeV);
  const tables = layers.map(([name]) => massAttenuationTable(materialByName(name), spectrum.energyKeV));
  let [open, passed] = [0, 0];
  spectrum.energyKeV.forEach((energy, bin) => {
    const absorbed = spectrum.photonsPerMm2PerMas[bin] * efficiency[bin] * energy;
    const depth = layers.reduce(
      (sum, [name, mm], n) => sum + (tables[n][bin] * materialByName(name).densityGPerCm3 * mm) / 10,
      0,
    );
    open += absorbed;
    passed += absorbed * Math.exp(-depth);
  });
  return passed / open;
}

describe("distractors in a scene", () => {
  test("Beer and Lambert hold behind them, with the whole spectrum", async () => {
    const open = await shot(air, {});
    const offset = detectorModelOfDevice("cios-fusion").offsetDigital;
    for (const [material, mm] of [
      ["copper", 0.5],
      ["pvc", 3],
      ["lead", 0.2],
      ["barium sulfate", 0.3],
    ] as const) {
      const behind = await shot(air, { distractors: [plate(material, mm)] });
      const ratio = (behind.picture.values[centre] - offset) / (open.picture.values[centre] - offset);
      // Rounded to whole digital values of some thousand; the quadrature's part is under 3e-4.
      expect(Math.abs(ratio / transmission([[material, mm]]) - 1)).toBeLessThan(2e-3);
    }
  });

  test("area densities add up: two things over each other weigh what they weigh alone", async () => {
    const at = async (distractors: SceneInput["distractors"]): Promise<Map<string, number>> => {
      const { areaDensity } = await shot(water, { distractors });
      const pixels = 160 * 160;
      return new Map(
        (areaDensity?.materials ?? []).map((name, m) => [
          name,
          areaDensity?.gPerCm2[m * pixels + centre] ?? 0,
        ]),
      );
    };
    const [both, copper, pvc] = [
      await at([plate("copper", 0.5), plate("pvc", 4)]),
      await at([plate("copper", 0.5)]),
      await at([plate("pvc", 4)]),
    ];
    expect(both.get("copper")).toBe(copper.get("copper"));
    expect(both.get("pvc")).toBe(pvc.get("pvc"));
    expect(copper.get("copper")).toBeCloseTo(0.05 * materialByName("copper").densityGPerCm3, 5);
    const twice = await at([plate("copper", 0.5), plate("copper", 0.5)]);
    expect(twice.get("copper")).toBeCloseTo(2 * (copper.get("copper") ?? 0), 5);
  });

  test("they are labelled apart; the anatomy's labels stay as they are", async () => {
    const labelMap = {
      grid: water.ct.grid,
      labels: new Uint8Array(60 * 12 * 60).fill(1),
      names: new Map([[1, "water"]]),
    };
    const without = await simulated({ ...water, labelMap }, base);
    const withPlate = await simulated(
      { ...water, labelMap },
      { ...base, distractors: [plate("copper", 0.5, 0, 20)] },
    );
    expect(withPlate.labels?.structures).toEqual(without.labels?.structures);
    expect(withPlate.labels?.classes).toEqual(without.labels?.classes);
    expect(without.labels).not.toHaveProperty("distractors");
    const [label] = withPlate.labels?.distractors ?? [];
    expect(label.name).toBe("plate");
    expect(label.mask[centre]).toBe(1);
    // The front face is 120 mm in front of the isocentre, 700 mm from the source, the panel at 1020.
    const { camera } = withPlate.placed;
    const radiusPx = (20 * camera.sourceToDetectorMm) / 580 / camera.pixelPitchMm[0];
    // Every pixel that is touched: half a pixel more than the radius, give or take as much.
    expect(Math.sqrt(label.areaPx / Math.PI)).toBeGreaterThan(radiusPx);
    expect(Math.sqrt(label.areaPx / Math.PI)).toBeLessThan(radiusPx + 1);
  });

  test("what lies on the panel is not magnified and stands where the scene says", async () => {
    const { labels, placed } = await shot(air, {
      distractors: [
        {
          name: "ball",
          frame: "panel",
          parts: [{ material: "lead", radiusMm: 10, lines: [[[30, -20, 10]]] }],
        },
      ],
    });
    const [{ box }] = labels?.distractors ?? [];
    const pitch = placed.camera.pixelPitchMm[0];
    // At 10 of 1020 mm from the panel: magnified by 1 %.
    expect(Math.abs((box?.w ?? 0) * pitch - 20)).toBeLessThan(2 * pitch + 0.3);
    expect(Math.abs(((box?.x ?? 0) + (box?.w ?? 0) / 2 - 80) * pitch - 30)).toBeLessThan(pitch + 0.3);
    expect(Math.abs(((box?.y ?? 0) + (box?.h ?? 0) / 2 - 80) * pitch + 20)).toBeLessThan(pitch + 0.3);
  });

  test("grey simulators see them too", async () => {
    for (const simulator of ["naive", "heuristic"] as const) {
      const attenuation = async (distractors: SceneInput["distractors"]) =>
        (await shot(water, { simulator, quantity: "line-integral", distractors })).image.values[centre];
      const added = (await attenuation([plate("copper", 0.5)])) - (await attenuation([]));
      const expected = massAttenuationTable(materialByName("copper"), [40])[0] * 8.96 * 0.05;
      expect(Math.abs(added / expected - 1)).toBeLessThan(1e-3);
    }
  });
});

describe("collimation in a scene", () => {
  const collimation = { shape: { kind: "circle" as const, diameter: 0.5 }, leakage: 0.001 };

  test("the exposure control does not see the blades", async () => {
    const mas = async (over: Omit<SceneInput, "ct">) =>
      (await shot(water, { ...over, beam: {} })).exposure?.mas ?? 0;
    const open = await mas({});
    // The slab is 60 mm everywhere; rays lean a little more in the open field's middle half.
    expect(Math.abs((await mas({ collimation })) / open - 1)).toBeLessThan(0.01);
    // A small field beside the middle, where a control without the field would see only blades.
    const aside = {
      shape: {
        kind: "rectangle" as const,
        width: 0.2,
        height: 0.2,
        centre: [-0.35, -0.35] as [number, number],
      },
    };
    expect(Math.abs((await mas({ collimation: aside })) / open - 1)).toBeLessThan(0.06);
  });

  test("the grey window is that of the field, and the rim is at most white", async () => {
    const ball = {
      ct: ballInAir({ shape: [40, 40, 40], voxelMm: 4, centreLps: [0, 0, 0], radiusMm: 60, hu: 0 }),
    };
    for (const processing of ["log", "paper"] as const) {
      const { picture, labels } = await shot(ball, { processing, collimation, noise: true, sizePx: 400 });
      const mask = labels?.field?.mask ?? new Uint8Array(0);
      expect(mask.length).toBe(picture.values.length);
      const inField = picture.values.filter((_, n) => mask[n] === 1);
      const rim = picture.values.filter((_, n) => mask[n] === 0);
      const most = inField.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      expect(rim.every((value) => Number.isFinite(value) && value <= most + 1e-6)).toBe(true);
      // Half of what is in the field is neither black nor white.
      const grey = picture.pixels.filter((pixel, n) => mask[n] === 1 && pixel > 0 && pixel < 65535);
      expect(grey.length).toBeGreaterThan(0.5 * inField.length);
    }
  });

  test("the electronic shutter covers what is outside", async () => {
    for (const [outside, pixel] of [
      ["black", 0],
      ["white", 65535],
    ] as const) {
      const { picture, labels } = await shot(water, {
        processing: "log",
        collimation: { ...collimation, outside },
      });
      expect(labels?.field?.mask[0]).toBe(0);
      picture.pixels.forEach((value, n) => {
        if (!labels?.field?.mask[n]) expect(value).toBe(pixel);
      });
    }
  });

  test("the focal spot makes the half shadow: f (M − 1) on the panel", async () => {
    const edge = async (focalSpotMm: number) => {
      const { picture, placed } = await shot(air, {
        sizePx: 800,
        beam: { ...beam, focalSpotMm },
        collimation: {
          shape: { kind: "rectangle", width: 0.5, height: 2 },
          leakage: 0,
          sourceToBladesMm: 170,
        },
      });
      const row = Array.from(picture.values.subarray(400 * 800, 400 * 800 + 400));
      const [low, high] = [row[100], row[350]];
      const part = row.map((value) => (value - low) / (high - low));
      // Second moments of blurs add up, so the spread of light cancels between a sharp and a blurred edge.
      let [weight, first, second] = [0, 0, 0];
      part.slice(1).forEach((value, u) => {
        const step = u > 150 && u < 250 ? value - part[u] : 0;
        weight += step;
        first += step * u;
        second += step * u * u;
      });
      return (second / weight - (first / weight) ** 2) * placed.camera.pixelPitchMm[0] ** 2;
    };
    const [sharp, blurred] = [await edge(0), await edge(1)];
    // A sharp edge is one pixel wide. A ramp of width w has the variance w² / 12.
    const pitch = (1536 * 0.194) / 800;
    const width = Math.sqrt(12 * (blurred - sharp) + pitch ** 2);
    expect(Math.abs(width / (1020 / 170 - 1) - 1)).toBeLessThan(0.05);
  });
});

describe("a scene's record", () => {
  const scene = {
    ...base,
    noise: true,
    seed: 4,
    beam: { focalSpotMm: 0.6 },
    collimation: {
      shape: {
        kind: "polygon" as const,
        corners: [
          [-0.3, -0.4],
          [0.4, -0.35],
          [0.3, 0.4],
        ] as [number, number][],
      },
    },
    distractors: [
      plate("copper", 0.5, 20, 10),
      {
        name: "R",
        frame: "panel" as const,
        parts: [
          {
            material: "lead",
            radiusMm: 1,
            text: "R",
            heightMm: 15,
            at: [-20, 10] as [number, number],
            angleDeg: 7,
          },
        ],
      },
    ],
  };

  test("makes the same picture, labels and record again", async () => {
    for (const processing of ["log", "paper"] as const) {
      const first = await shot(water, { ...scene, processing });
      const record = sceneRecord(parseScene({ ct: "phantom", ...scene, processing }), first);
      const again = await simulated(water, record);
      expect(again.picture).toEqual(first.picture);
      expect(again.labels).toEqual(first.labels);
      expect(sceneRecord(record, again)).toEqual(record);
    }
  });

  test("says nothing of what a scene does not have", () => {
    const text = JSON.stringify(parseScene({ ct: "phantom" }));
    for (const word of ["collimation", "distractors", "focalSpot", "sourceToObject"])
      expect(text).not.toContain(word);
  });

  test("what cannot be is refused with its place", () => {
    const refused = (over: object, message: RegExp) =>
      expect(() => parseScene({ ct: "phantom", ...over })).toThrow(message);
    refused(
      {
        distractors: [
          { name: "t", parts: [{ material: "lead", radiusMm: 1, text: "R", heightMm: 9, at: [0, 0] }] },
        ],
      },
      /frame: panel/,
    );
    refused(
      {
        distractors: [
          { name: "t", parts: [{ material: "pvc", radiusMm: 1, boreRadiusMm: 1, lines: [[[0, 0, 0]]] }] },
        ],
      },
      /narrower/,
    );
    refused(
      {
        distractors: [
          { name: "t", parts: [{ material: "pvc", radiusMm: 1, ends: "flat", lines: [[[0, 0, 0]]] }] },
        ],
      },
      /two points/,
    );
    refused({ collimation: { shape: { kind: "circle", diameter: -1 } } }, /collimation/);
  });
});

describe("the quadrature of a scene with things in it", () => {
  const patient = ["adipose", "muscle", "bone"].map(materialByName);
  const things = ["copper", "lead", "316l", "barium sulfate", "pvc"].map(materialByName);

  test.each([60, 80, 90, 120])("meets all bins behind patient and thing at %i kV", (kv) => {
    const spectrum = beamSpectrum(parseScene({ ct: "x", beam: { kv } }).beam);
    const detector = detectorModelById("a-si-c-arm");
    const materials = [...patient, ...things];
    const quadrature = exposureQuadrature({ spectrum, detector, materials, patientMaterials: 3 });
    const efficiency = absorptionEfficiency(detector, spectrum.energyKeV);
    const tables = materials.map((material) => massAttenuationTable(material, spectrum.energyKeV));
    for (let thing = 3; thing < materials.length; thing++)
      for (const muscle of [0, 5, 15, 25])
        for (const grams of [0.01, 0.03, 0.1, 0.3, 0.6, 1, 2])
          for (const power of [1, 2]) {
            let [open, full, sum] = [0, 0, 0];
            spectrum.energyKeV.forEach((energy, bin) => {
              const behind =
                spectrum.photonsPerMm2PerMas[bin] *
                efficiency[bin] *
                energy ** power *
                Math.exp(-tables[1][bin] * muscle);
              open += behind;
              full += behind * Math.exp(-tables[thing][bin] * grams);
            });
            quadrature.energyKeV.forEach((energy, node) => {
              const depth =
                quadrature.massAttenuation[node][1] * muscle +
                quadrature.massAttenuation[node][thing] * grams;
              sum += quadrature.absorbedKeV[node] * energy ** (power - 1) * Math.exp(-depth);
            });
            // Mean and second moment, of what passes the patient: 1e-4; of what passes the thing too: 5e-4 down to a hundredth of it.
            expect(Math.abs(sum - full) / open).toBeLessThan(1e-4);
            if (full / open > 0.01) expect(Math.abs(sum / full - 1)).toBeLessThan(5e-4);
          }
  });
});
