import { describe, expect, test } from "vitest";
import { massAttenuationCm2PerG } from "../../src/material/attenuation.ts";
import { beamSpectrum } from "../../src/scene/beam-spectrum.ts";
import { absorptionEfficiency } from "../../src/detector/detector-model.ts";
import { detectorModelOfDevice } from "../../src/detector/detector-presets.ts";
import { massAttenuationTable } from "../../src/material/attenuation.ts";
import { materialByName } from "../../src/material/named-materials.ts";
import { nodeProjector } from "../../src/node/node-projector.ts";
import { referenceProjector } from "../../src/projector/reference.ts";
import { parseScene, type SceneInput } from "../../src/scene/scene.ts";
import { simulated, slab } from "../scene/phantoms.ts";

const SIZE = 97;
const CENTRE = Math.floor((SIZE * SIZE) / 2);
/** 240 mm square and 120 mm thick, front to back, of water; beam along the patient's y. */
const water = () => ({ ct: slab([60, 30, 60], 4, 0) });
const common = { sizePx: SIZE, view: "AP", noise: false } satisfies Omit<SceneInput, "ct">;
const line = { ...common, quantity: "line-integral", simulator: "naive" } satisfies Omit<SceneInput, "ct">;
const grams = { ...common, quantity: "area-density" } satisfies Omit<SceneInput, "ct">;

const rod = (
  material: string,
  more: Record<string, number> = {},
  tip: [number, number, number] = [0, 0, 60],
) => ({
  preset: "catheter",
  parameters: { diameterMm: 10, boreMm: 0, lengthMm: 120, curlDeg: 0, ...more },
  material,
  pose: { tip, direction: "superior" as const },
});

/** g/cm² of one material. */
async function areaDensity(
  instruments: NonNullable<SceneInput["instruments"]>,
  projector = nodeProjector({ threads: 1 }),
): Promise<Record<string, Float32Array>> {
  const { image } = await simulated(water(), { ...grams, instruments }, projector);
  const pixels = SIZE * SIZE;
  return Object.fromEntries(
    image.channels.map((name, n) => [name, image.values.subarray(n * pixels, (n + 1) * pixels)]),
  );
}

const total = (channels: Record<string, Float32Array>, pixel: number, except?: string): number =>
  Object.entries(channels).reduce((sum, [name, values]) => sum + (name === except ? 0 : values[pixel]), 0);

describe("a tool takes the place of tissue", () => {
  test.each(["wasm", "reference"] as const)("and is invisible in its own matter (%s)", async (kind) => {
    const projector = () => (kind === "wasm" ? nodeProjector({ threads: 1 }) : referenceProjector());
    const without = await areaDensity([], projector());
    const densityGPerCm3 = total(without, CENTRE) / 12;
    // As dense as the slab is in its material rule.
    const within = await areaDensity(
      [
        {
          preset: "bead",
          parameters: { diameterMm: 40 },
          material: `muscle@${densityGPerCm3}`,
          pose: { tip: [7, -3, 24], direction: "superior" },
        },
      ],
      projector(),
    );
    let worst = 0;
    for (let pixel = 0; pixel < SIZE * SIZE; pixel++)
      worst = Math.max(worst, Math.abs(total(within, pixel) / total(without, pixel) - 1));
    // Bytes are dithered: voxels differ by half a step, 1/510 of the densest in HU, averaged over 30 planes.
    expect(worst).toBeLessThan(0.005);
  });

  test("by as much as it is thick, in both grey simulators", async () => {
    const plain = await simulated(water(), line);
    const { image } = await simulated(water(), { ...line, instruments: [rod("316l")] });
    const steel = materialByName("316l");
    const perMm = (massAttenuationCm2PerG(steel, 40) * steel.densityGPerCm3) / 10;
    // In the middle of the shadow: 10 mm of steel for 10 mm of 120 mm of water; along the row the rod's chord varies by less than 1 % over a pixel.
    const expected = plain.image.values[CENTRE] * (110 / 120) + 10 * perMm;
    expect(Math.abs(image.values[CENTRE] / expected - 1)).toBeLessThan(0.01);
    // Beside it nothing changes.
    expect(image.values[48 * SIZE + 20]).toBe(plain.image.values[48 * SIZE + 20]);
  });

  test("but not where it is hollow", async () => {
    const without = await areaDensity([]);
    const tube = await areaDensity([rod("316l", { boreMm: 8 })]);
    const water = total(tube, CENTRE, "316l");
    // 2 mm of walls displace, the 8 mm between do not.
    expect(Math.abs(water / total(without, CENTRE) - (1 - 2 / 120))).toBeLessThan(0.002);
    // The walls' chord, averaged over a pixel of 2.3 mm / 1.6 across: a few percent longer than at the very middle.
    expect(tube["316l"][CENTRE] / 8 / 0.2).toBeGreaterThan(0.98);
    expect(tube["316l"][CENTRE] / 8 / 0.2).toBeLessThan(1.1);
  });

  test("outside the CT, where there is none to take", async () => {
    const without = await areaDensity([]);
    const above = await areaDensity([rod("316l", {}, [0, -150, 60])]);
    expect(total(above, CENTRE, "316l")).toBe(total(without, CENTRE));
    expect(above["316l"][CENTRE]).toBeGreaterThan(7);
  });
});

describe("several tools", () => {
  test("apart add up", async () => {
    const a = await areaDensity([rod("316l", {}, [0, -20, 60])]);
    const b = await areaDensity([rod("316l", {}, [0, 20, 60])]);
    const both = await areaDensity([rod("316l", {}, [0, -20, 60]), rod("316l", {}, [0, 20, 60])]);
    const none = await areaDensity([]);
    const water = total(a, CENTRE, "316l") + total(b, CENTRE, "316l") - total(none, CENTRE);
    // Within a pixel the edges of both count together instead of one by one: nothing at the middle, where paths vary by 1 %.
    expect(both["316l"][CENTRE] / (a["316l"][CENTRE] + b["316l"][CENTRE])).toBeCloseTo(1, 2);
    expect(total(both, CENTRE, "316l") / water).toBeCloseTo(1, 3);
  });

  test("in the same place: the first is there, whatever is nested in it", async () => {
    const inner = rod("lead", { diameterMm: 4 });
    const outer = rod("316l");
    const first = await areaDensity([inner, outer]);
    const second = await areaDensity([outer, inner]);
    // The rod's 10 mm hold 4 mm of lead and 6 mm of steel, or steel alone.
    expect(first["316l"][CENTRE] / (0.6 * 8)).toBeGreaterThan(0.97);
    expect(first["316l"][CENTRE] / (0.6 * 8)).toBeLessThan(1.06);
    expect(first.lead[CENTRE] / (0.4 * materialByName("lead").densityGPerCm3)).toBeGreaterThan(0.85);
    expect(second.lead?.[CENTRE] ?? 0).toBe(0);
    expect(total(first, CENTRE, "316l") - first.lead[CENTRE]).toBeCloseTo(total(second, CENTRE, "316l"), 1);
  });
});

test("behind a steel plate the panel gets what Beer and Lambert say, bin by bin", async () => {
  const scene = { ...common, processing: "raw", beam: { kv: 100, mas: 0.05 } } satisfies Omit<
    SceneInput,
    "ct"
  >;
  const air = { ct: slab([40, 20, 40], 4, -1000) };
  const steel = materialByName("316l");
  const { panel: open, device } = await shot();
  const spectrum = beamSpectrum(parseScene({ ct: "phantom", ...scene }).beam);
  const efficiency = absorptionEfficiency(detectorModelOfDevice(device), spectrum.energyKeV);
  const attenuation = massAttenuationTable(steel, spectrum.energyKeV);
  const transmitted = (gPerCm2: number): number => {
    let [through, all] = [0, 0];
    spectrum.energyKeV.forEach((energy, n) => {
      const weight = spectrum.photonsPerMm2PerMas[n] * efficiency[n] * energy;
      all += weight;
      through += weight * Math.exp(-attenuation[n] * gPerCm2);
    });
    return through / all;
  };
  for (const diameterMm of [2, 5, 10]) {
    // A plate wider than the light spreads, its hole beside the middle of the picture.
    const { panel, path } = await shot(diameterMm);
    expect(Math.abs(panel / open - transmitted(path)), `${diameterMm} mm`).toBeLessThan(0.01);
  }

  async function shot(diameterMm?: number) {
    const instruments = diameterMm
      ? [
          {
            preset: "plate",
            parameters: { holes: 1, spacingMm: 40, widthMm: 40, holeMm: 1, thicknessMm: diameterMm },
            material: "316l",
            pose: { tip: [6, 0, 32] as [number, number, number], direction: "superior" as const },
          },
        ]
      : [];
    const {
      picture,
      areaDensity: densities,
      placed,
      exposure,
    } = await simulated(air, { ...scene, instruments });
    const index = densities?.materials.indexOf("316l") ?? -1;
    const path = index < 0 ? 0 : (densities?.gPerCm2[index * SIZE * SIZE + CENTRE] ?? 0);
    if (diameterMm) expect(Math.abs(path / (0.8 * diameterMm) - 1)).toBeLessThan(0.01);
    expect(exposure?.saturatedPx).toBe(0);
    return { panel: picture.values[CENTRE] - 100, path, device: placed.device.id };
  }
});
