import { drawsOf } from "../../augmentation/draws.ts";
import { normalField } from "../../augmentation/random-field.ts";
import { gaussianBlurred } from "../../augmentation/sharpness/gaussian-blur.ts";
import type { Material } from "../../material/material.ts";
import { materialByName } from "../../material/named-materials.ts";
import type { AreaDensityImage } from "../../projector/area-density.ts";
import type { PhiloxKey } from "../../random/philox.ts";
import { sampleKey } from "../../random/sample-key.ts";
import { type BeamNodes, beamNodes } from "./beam-nodes.ts";
import { type DrawnExposure, drawExposure, readRecordedScene, recordedCamera } from "./exposure-drawn.ts";
import type { ExposureVariation } from "./exposure-variation.ts";
import { recordedField, shuttered } from "./recorded-field.ts";
import { type DensityPlane, reducedDensities } from "./reduced-densities.ts";
import { scatterVeil } from "./scatter-veil.ts";
import { varyMatter } from "./varied-matter.ts";

/** A picture made of area densities. */
export interface AnewExposure {
  readonly widthPx: number;
  readonly heightPx: number;
  /** −ln(I / I₀), I₀ the open field; bone bright. */
  readonly pixels: Float32Array;
  /** 1 within the collimated field; undefined without collimation. */
  readonly field: Uint8Array | undefined;
  readonly pixelPitchMm: number;
  readonly drawn: DrawnExposure;
}

/** The key of one exposure: seed, epoch and sample decide all of it. */
export const exposureKey = (place: { seed: number; epoch: number; sample: bigint | number }): PhiloxKey =>
  sampleKey(place.seed, place.sample, `exposure, epoch ${place.epoch}`);

/** Nothing lies in the beam below this. */
const PATIENT_GPER_CM2 = 1;
/** Medians are of every fourth pixel along both axes, or of every seventh of all. */
const MEDIAN_STEP_PX = 4;
const MEDIAN_STEP = 7;

/**
 * Exposes a record of area densities on a coarse grid with whatever the variation draws: anatomy, tube, dose, scatter, blur, noise,
 * saturation. A lean version of `expose` for training, some milliseconds a picture: energies as `beamNodes` has them, blur as
 * one Gaussian, no obliquity, inverse square or digitisation; without variation its mean is that of `expose` within 0.2 % of the transmission.
 *
 * @param sizePx longer side of the picture; not larger than the record's
 * @throws InputError `area-density-scene-invalid`, `unknown-material`
 */
export function exposeAnew(
  record: { readonly areaDensity: AreaDensityImage; readonly sample: unknown },
  options: {
    key: PhiloxKey;
    sizePx: number;
    variation: ExposureVariation;
    noise?: boolean;
    name?: string;
    /** Where structures are seen, by name, on the coarse grid. */
    regions?: ReadonlyMap<string, Uint8Array>;
  },
): AnewExposure {
  const { areaDensity } = record;
  const { key, variation } = options;
  const scene = readRecordedScene(record.sample, options.name ?? "the record");
  const factor = Math.max(areaDensity.widthPx, areaDensity.heightPx) / options.sizePx;
  const size = {
    widthPx: Math.max(1, Math.round(areaDensity.widthPx / factor)),
    heightPx: Math.max(1, Math.round(areaDensity.heightPx / factor)),
  };
  // The record may have been shrunk while it was read.
  const camera = recordedCamera(scene, areaDensity);
  const cameraFactor = camera.widthPx / size.widthPx;
  const pitchMm = Math.sqrt(camera.pixelPitchMm[0] * camera.pixelPitchMm[1]) * cameraFactor;
  const planes = reducedDensities(areaDensity, size);
  const materials = planes.map(({ material }) => knownMaterial(material));
  varyMatter(planes, materials, { ...size, pitchMm }, variation, key, options.regions);
  const drawn = drawExposure(scene, variation, { key, pitchMm });
  const beam = beamNodes({ ...drawn, materials });
  const field = recordedField(scene, camera, { ...size, factor: cameraFactor });
  const picture = exposed(planes, beam, drawn, {
    ...size,
    pitchMm,
    noiseKey: options.noise === false ? undefined : drawsOf(key, "photons").key,
    transmitted: field?.transmitted,
  });
  return {
    ...size,
    pixels: field ? shuttered(picture, field) : picture,
    field: field?.mask,
    pixelPitchMm: pitchMm,
    drawn,
  };
}

const known = new Map<string, Material>();

/** Names make the same material every time; finding it again takes longer than using it. */
function knownMaterial(name: string): Material {
  let material = known.get(name);
  if (!material) known.set(name, (material = materialByName(name)));
  return material;
}

function exposed(
  planes: readonly DensityPlane[],
  beam: BeamNodes,
  drawn: DrawnExposure,
  picture: {
    widthPx: number;
    heightPx: number;
    pitchMm: number;
    noiseKey: PhiloxKey | undefined;
    transmitted: Float32Array | undefined;
  },
): Float32Array {
  const { widthPx, heightPx, pitchMm, noiseKey, transmitted } = picture;
  const count = widthPx * heightPx;
  const { detector, blurSigmaPx } = drawn;
  const behindPatient = patientMask(planes, count);
  // Fluence at which the kerma behind the patient is what was drawn; then keV in a pixel.
  const fluence = drawn.detectorKermaMicroGy / medianKerma(planes, beam, picture, behindPatient);
  const scale = fluence * pitchMm * pitchMm;
  const nodes = beam.energyKeV.length;
  const weights = beam.absorbedKeV.map((absorbed) => absorbed * scale);
  const variances = weights.map((weight, j) => (weight * beam.energyKeV[j]) / detector.swankFactor);
  const openField = weights.reduce((sum, weight) => sum + weight, 0);
  let mean = new Float32Array(count);
  let variance = new Float32Array(count);
  const depth = new Float32Array(count);
  for (let j = 0; j < nodes; j++)
    addNode(planes, beam, j, {
      depth,
      mean,
      variance,
      weight: weights[j],
      perEnergy: variances[j] / weights[j],
    });
  if (transmitted)
    for (let n = 0; n < count; n++) {
      mean[n] *= transmitted[n];
      variance[n] *= transmitted[n];
    }
  if (drawn.scatter) {
    const veil = scatterVeil({
      primary: mean,
      openField,
      widthPx,
      heightPx,
      sigmaPx: drawn.scatter.widthMm / pitchMm,
      toPrimary: drawn.scatter.toPrimary,
      behindPatient,
    });
    // Scattered photons have about the energies of the primary ones.
    const perEnergy = variances.reduce((sum, value) => sum + value, 0) / openField;
    for (let n = 0; n < count; n++) {
      mean[n] += veil[n];
      variance[n] += perEnergy * veil[n];
    }
  }
  if (blurSigmaPx > 0) {
    mean = gaussianBlurred(mean, widthPx, heightPx, blurSigmaPx) as Float32Array<ArrayBuffer>;
    variance = gaussianBlurred(variance, widthPx, heightPx, blurSigmaPx) as Float32Array<ArrayBuffer>;
  }
  if (noiseKey) {
    const normal = normalField(noiseKey, count);
    const electronic = drawn.electronicNoiseKeV ** 2;
    for (let n = 0; n < count; n++) mean[n] += Math.sqrt(variance[n] + electronic) * normal[n];
  }
  const read =
    drawn.noiseBlurSigmaPx > 0 ? gaussianBlurred(mean, widthPx, heightPx, drawn.noiseBlurSigmaPx) : mean;
  return logarithm(read, openField, {
    // A pixel does not say less than one photon.
    least: beam.energyKeV[nodes >> 1],
    most: Math.min(
      drawn.fullWellKeV,
      drawn.saturationOverMedian === undefined
        ? Number.POSITIVE_INFINITY
        : drawn.saturationOverMedian * medianOf(read, behindPatient),
    ),
  });
}

/** Adds one energy's share to mean and variance. */
function addNode(
  planes: readonly DensityPlane[],
  beam: BeamNodes,
  node: number,
  to: { mean: Float32Array; variance: Float32Array; depth: Float32Array; weight: number; perEnergy: number },
): void {
  const { mean, variance, depth, weight, perEnergy } = to;
  const count = mean.length;
  depth.fill(0);
  for (const [m, { gPerCm2 }] of planes.entries()) {
    const cm2PerG = beam.massAttenuation[m][node];
    for (let n = 0; n < count; n++) depth[n] += cm2PerG * gPerCm2[n];
  }
  for (let n = 0; n < count; n++) {
    const energy = weight * Math.exp(-depth[n]);
    mean[n] += energy;
    variance[n] += perEnergy * energy;
  }
}

function patientMask(planes: readonly DensityPlane[], count: number): Uint8Array {
  const mask = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    let sum = 0;
    for (const { gPerCm2 } of planes) sum += gPerCm2[n];
    mask[n] = sum >= PATIENT_GPER_CM2 ? 1 : 0;
  }
  return mask;
}

/** Median air kerma for one unit of fluence in the middle half of the picture, behind the patient, as an automatic exposure takes it. */
function medianKerma(
  planes: readonly DensityPlane[],
  beam: BeamNodes,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
  behindPatient: Uint8Array,
): number {
  const kermas: number[] = [];
  for (let v = heightPx >> 2; v < heightPx - (heightPx >> 2); v += MEDIAN_STEP_PX)
    for (let u = widthPx >> 2; u < widthPx - (widthPx >> 2); u += MEDIAN_STEP_PX) {
      const n = v * widthPx + u;
      if (!behindPatient[n]) continue;
      let kerma = 0;
      for (let j = 0; j < beam.kermaMicroGy.length; j++) {
        let depth = 0;
        for (let m = 0; m < planes.length; m++) depth += beam.massAttenuation[m][j] * planes[m].gPerCm2[n];
        kerma += beam.kermaMicroGy[j] * Math.exp(-depth);
      }
      kermas.push(kerma);
    }
  if (kermas.length === 0) return beam.kermaMicroGy.reduce((sum, value) => sum + value, 0);
  return middleOf(kermas);
}

function medianOf(values: Float32Array, mask: Uint8Array): number {
  const chosen: number[] = [];
  for (let n = 0; n < values.length; n += MEDIAN_STEP) if (mask[n]) chosen.push(values[n]);
  if (chosen.length === 0) return Number.POSITIVE_INFINITY;
  return middleOf(chosen);
}

const middleOf = (values: readonly number[]): number =>
  Float64Array.from(values).toSorted()[values.length >> 1];

function logarithm(
  energy: Float32Array,
  openField: number,
  { least, most }: { least: number; most: number },
): Float32Array {
  const values = new Float32Array(energy.length);
  const top = Math.max(most, least);
  for (let n = 0; n < values.length; n++)
    values[n] = Math.log(openField / Math.min(Math.max(energy[n], least), top));
  return values;
}
