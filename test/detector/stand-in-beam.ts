import type { Spectrum } from "../../src/beam/spectrum.ts";
import { type Camera, placedCamera } from "../../src/geometry/camera.ts";
import { massAttenuationTable } from "../../src/material/attenuation.ts";
import { materialByName } from "../../src/material/named-materials.ts";

/** Kramers' law behind 3.5 mm of aluminium with some tungsten K lines: a plausible spectrum for tests of the detector. */
export function kramersSpectrum(kv: number, binKeV = 0.5): Spectrum {
  const aluminium = materialByName("aluminium");
  const energyKeV = Float64Array.from(
    { length: Math.floor((kv - 10) / binKeV) },
    (_, i) => 10 + binKeV * (i + 0.5),
  );
  const transmission = massAttenuationTable(aluminium, energyKeV).map((cm2PerG) =>
    Math.exp(-cm2PerG * 0.35 * aluminium.densityGPerCm3),
  );
  const line = (energy: number) =>
    kv > 75 && [58, 59.3, 67.2].some((k) => Math.abs(energy - k) < binKeV / 2) ? 5 : 1;
  return {
    kv,
    energyKeV,
    photonsPerMm2PerMas: energyKeV.map(
      (energy, i) => 4e5 * (kv / energy - 1) * transmission[i] * line(energy) * binKeV,
    ),
  };
}

export const lineSpectrum = (energyKeV: number, photonsPerMm2PerMas = 1e5): Spectrum => ({
  kv: energyKeV,
  energyKeV: Float64Array.of(energyKeV),
  photonsPerMm2PerMas: Float64Array.of(photonsPerMm2PerMas),
});

/** Looks along +z from the origin; the principal point is the image's centre unless said otherwise. */
export const frontalCamera = (options: {
  widthPx: number;
  heightPx: number;
  pitchMm?: number;
  sourceToDetectorMm?: number;
  principalPixel?: readonly [number, number];
}): Camera =>
  placedCamera({
    widthPx: options.widthPx,
    heightPx: options.heightPx,
    pixelPitchMm: [options.pitchMm ?? 0.194, options.pitchMm ?? 0.194],
    sourceToDetectorMm: options.sourceToDetectorMm ?? 1020,
    sourceLps: [0, 0, 0],
    columnAxis: [1, 0, 0],
    rowAxis: [0, 1, 0],
    towardsDetector: [0, 0, 1],
    ...(options.principalPixel ? { principalPixel: options.principalPixel } : {}),
  });
