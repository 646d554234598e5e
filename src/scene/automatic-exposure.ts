import type { Camera } from "../geometry/camera.ts";
import { airKermaMicroGyPerMas, kermaMicroGyPerPhotonPerMm2 } from "../beam/air-kerma.ts";
import type { Spectrum } from "../beam/spectrum.ts";
import { massAttenuationTable } from "../material/attenuation.ts";
import type { FieldLabel } from "../label/labels.ts";
import type { Material } from "../material/material.ts";
import type { AreaDensityImage } from "../projector/area-density.ts";

const SAMPLES_PER_SIDE = 24;
const PATIENT_GPER_CM2 = 1;

/**
 * Tube charge in mAs at which the median air kerma at the panel behind the patient reaches a target, as an automatic
 * exposure control with its chamber in the middle half of the field would choose it.
 *
 *   mAs = K_target / median(K_pixel per mAs),  K behind the patient from the spectrum attenuated by Beer–Lambert
 *
 * Of a collimated field the chamber takes the middle half; pixels behind its blades do not count, nor do those that meet less than
 * 1 g/cm²; without a patient the unattenuated beam does.
 * Scatter, which a real chamber also sees, is not in it.
 */
export function automaticMas(options: {
  areaDensity: AreaDensityImage;
  materials: readonly Material[];
  camera: Camera;
  spectrum: Spectrum;
  detectorKermaMicroGy: number;
  /** Where the beam is not collimated away; default everywhere. */
  field?: FieldLabel | undefined;
}): number {
  const { areaDensity, camera, spectrum } = options;
  const { widthPx, heightPx, gPerCm2 } = areaDensity;
  const tables = options.materials.map((material) => massAttenuationTable(material, spectrum.energyKeV));
  const openBeam = airKermaMicroGyPerMas(spectrum, camera.sourceToDetectorMm);
  const kermaPerPhoton = kermaMicroGyPerPhotonPerMm2(spectrum.energyKeV);
  const inverseSquare = (1000 / camera.sourceToDetectorMm) ** 2;
  const { x, y, w, h } = options.field?.box ?? { x: 0, y: 0, w: widthPx, h: heightPx };
  const kermas: number[] = [];
  for (let row = 0; row < SAMPLES_PER_SIDE; row++)
    for (let column = 0; column < SAMPLES_PER_SIDE; column++) {
      const u = x + Math.floor(w * (0.25 + (0.5 * (column + 0.5)) / SAMPLES_PER_SIDE));
      const v = y + Math.floor(h * (0.25 + (0.5 * (row + 0.5)) / SAMPLES_PER_SIDE));
      if (options.field && options.field.mask[v * widthPx + u] === 0) continue;
      const density = tables.map((_, m) => gPerCm2[(m * heightPx + v) * widthPx + u]);
      if (density.reduce((sum, value) => sum + value, 0) < PATIENT_GPER_CM2) continue;
      let kerma = 0;
      for (let bin = 0; bin < kermaPerPhoton.length; bin++) {
        let opticalDepth = 0;
        for (let m = 0; m < density.length; m++) opticalDepth += density[m] * tables[m][bin];
        kerma += spectrum.photonsPerMm2PerMas[bin] * Math.exp(-opticalDepth) * kermaPerPhoton[bin];
      }
      kermas.push(kerma * inverseSquare);
    }
  kermas.sort((a, b) => a - b);
  const median = kermas.length > 0 ? kermas[kermas.length >> 1] : openBeam;
  const mas = options.detectorKermaMicroGy / median;
  // Four significant digits: a setting that can be read, recorded and given again.
  return Number(Math.min(Math.max(mas, 1e-4), 1000).toPrecision(4));
}
