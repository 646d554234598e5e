import type { Spectrum } from "../beam/spectrum.ts";
import type { DetectorModel } from "../detector/detector-model.ts";
import { type SpectralQuadrature, spectralQuadrature } from "../detector/spectral-quadrature.ts";
import type { Material } from "../material/material.ts";

const KEPT = 8;
const recent = new Map<string, SpectralQuadrature>();

/** `spectralQuadrature`, or the one made before from equal data: views and samples of one kind share it. */
export function recentQuadrature(options: {
  spectrum: Spectrum;
  detector: DetectorModel;
  materials: readonly Material[];
}): SpectralQuadrature {
  const { spectrum, detector, materials } = options;
  const key = JSON.stringify([
    [...spectrum.energyKeV],
    [...spectrum.photonsPerMm2PerMas],
    detector,
    materials,
  ]);
  const quadrature = recent.get(key) ?? spectralQuadrature(options);
  // The last used comes last; the first goes.
  recent.delete(key);
  recent.set(key, quadrature);
  if (recent.size > KEPT) recent.delete(recent.keys().next().value as string);
  return quadrature;
}
