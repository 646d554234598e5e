import { describe, expect, test } from "vitest";
import { encodeAreaDensity, readAreaDensity } from "../../../src/dataset/formats/area-density-record.ts";
import { memorySource } from "../../../src/dataset/formats/byte-source.ts";
import { detectorModels } from "../../../src/detector/detector-presets.ts";
import { expose } from "../../../src/detector/expose.ts";
import { massAttenuationCm2PerG } from "../../../src/material/attenuation.ts";
import { materialByName } from "../../../src/material/named-materials.ts";
import type { AreaDensityImage } from "../../../src/projector/area-density.ts";
import { sampleKey } from "../../../src/random/sample-key.ts";
import { frontalCamera, kramersSpectrum } from "../../detector/stand-in-beam.ts";

const [widthPx, heightPx] = [40, 30];
const pixels = widthPx * heightPx;
const materials = ["soft-tissue", "cortical-bone"].map(materialByName);
const areaDensity: AreaDensityImage = {
  widthPx,
  heightPx,
  materials: materials.map(({ name }) => name),
  gPerCm2: Float32Array.from({ length: 2 * pixels }, (_, n) =>
    n < pixels ? 14 + 10 * Math.sin(n / 50) : 1.5 + 1.5 * Math.cos(n / 9),
  ),
};
const camera = frontalCamera({ widthPx, heightPx, pitchMm: 0.8, sourceToDetectorMm: 1020 });

describe("radiographs exposed from a record of area densities", () => {
  const exposed = (image: AreaDensityImage, kv: number, seed: number | undefined) =>
    expose({
      areaDensity: image,
      materials,
      camera,
      spectrum: kramersSpectrum(kv),
      mas: 1,
      detector: detectorModels[0],
      noise: seed === undefined ? undefined : { key: sampleKey(seed, 0, "exposure") },
      scatter: { kind: "none" },
    }).energyKeV;

  test("differ from those of the densities themselves by what the record's step allows", async () => {
    const record = await encodeAreaDensity({ id: 0, areaDensity, sample: null });
    const { areaDensity: back } = await readAreaDensity(memorySource(record, "record"));
    // Half a step δ of each material changes every energy's transmission by the factor exp(±μ/ρ δ), most at the lowest
    // energy. Blur averages, so the whole changes by no more; float32 arithmetic of either picture adds some 1e-6.
    const exponent = materials.reduce((sum, material, m) => {
      const peak = Math.max(...areaDensity.gPerCm2.subarray(m * pixels, (m + 1) * pixels));
      return sum + massAttenuationCm2PerG(material, 10) * (peak / 65535 / 2);
    }, 0);
    const bound = Math.expm1(exponent) + 5e-6;
    for (const kv of [60, 120]) {
      const [plain, fromRecord] = [exposed(areaDensity, kv, undefined), exposed(back, kv, undefined)];
      const worst = Math.max(...plain.map((value, n) => Math.abs(fromRecord[n] / value - 1)));
      expect(worst).toBeLessThan(bound);
      expect(worst).toBeGreaterThan(0);
    }
  });

  test("another voltage and another seed give other pictures without another projection", async () => {
    const record = await encodeAreaDensity({ id: 0, areaDensity, sample: null });
    const { areaDensity: back } = await readAreaDensity(memorySource(record, "record"));
    const pictures = [exposed(back, 80, 1), exposed(back, 80, 2), exposed(back, 100, 1)];
    expect(new Set(pictures.map((picture) => picture.slice(0, 50).join(" "))).size).toBe(3);
    expect(exposed(back, 80, 1)).toEqual(pictures[0]);
  });
});
