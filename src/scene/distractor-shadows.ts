import type { Camera } from "../geometry/camera.ts";
import { type SweptShadow, sweptShadow } from "../instrument/swept-shadow.ts";
import type { PixelBox, StructureLabel } from "../label/labels.ts";
import { massAttenuationCm2PerG } from "../material/attenuation.ts";
import type { Material } from "../material/material.ts";
import type { AreaDensityImage } from "../projector/area-density.ts";
import type { PlacedDistractor } from "./placed-distractor.ts";

/** The shadows of one distractor, by its parts. */
export interface DistractorShadow {
  readonly name: string;
  readonly parts: readonly { readonly material: Material; readonly shadow: SweptShadow }[];
}

const CM_PER_MM = 0.1;

/** @param energyKeV at which the transmission within a pixel is averaged; undefined where only the place of shadows matters */
export const distractorShadows = (
  distractors: readonly PlacedDistractor[],
  camera: Camera,
  energyKeV: number | undefined,
): DistractorShadow[] =>
  distractors.map(({ name, parts }) => ({
    name,
    parts: parts.map(({ material, part }) => {
      const cm2PerG = energyKeV === undefined ? 0 : massAttenuationCm2PerG(material, energyKeV);
      const perMm = cm2PerG * material.densityGPerCm3 * CM_PER_MM;
      return { material, shadow: sweptShadow(camera, part, perMm) };
    }),
  }));

/** Area densities of the patient with those of the distractors: materials that the patient does not have become channels of their own. */
export function withShadows(
  patient: { image: AreaDensityImage; materials: readonly Material[] },
  shadows: readonly DistractorShadow[],
): { image: AreaDensityImage; materials: readonly Material[] } {
  const parts = shadows.flatMap((shadow) => shadow.parts);
  if (parts.length === 0) return patient;
  const materials = [...patient.materials];
  for (const { material } of parts)
    if (!materials.some(({ name }) => name === material.name)) materials.push(material);
  const { widthPx, heightPx } = patient.image;
  const pixels = widthPx * heightPx;
  const gPerCm2 = new Float32Array(materials.length * pixels);
  gPerCm2.set(patient.image.gPerCm2);
  for (const { material, shadow } of parts) {
    const channel = materials.findIndex(({ name }) => name === material.name);
    const gPerCm2PerMm = material.densityGPerCm3 * CM_PER_MM;
    const plane = gPerCm2.subarray(channel * pixels, (channel + 1) * pixels);
    for (let n = 0; n < shadow.pixels.length; n++) plane[shadow.pixels[n]] += gPerCm2PerMm * shadow.pathMm[n];
  }
  return { image: { widthPx, heightPx, materials: materials.map(({ name }) => name), gPerCm2 }, materials };
}

/** −ln of what the distractors transmit at one energy, to add to a grey image. */
export function addAttenuation(
  image: Float32Array,
  shadows: readonly DistractorShadow[],
  energyKeV: number,
): Float32Array {
  const sum = Float32Array.from(image);
  for (const { material, shadow } of shadows.flatMap(({ parts }) => parts)) {
    const perMm = massAttenuationCm2PerG(material, energyKeV) * material.densityGPerCm3 * CM_PER_MM;
    for (let n = 0; n < shadow.pixels.length; n++) sum[shadow.pixels[n]] += perMm * shadow.pathMm[n];
  }
  return sum;
}

/** Masks: 1 where a distractor covers any part of the pixel. */
export function distractorLabels(camera: Camera, shadows: readonly DistractorShadow[]): StructureLabel[] {
  const { widthPx, heightPx } = camera;
  return shadows.map(({ name, parts }) => {
    const mask = new Uint8Array(widthPx * heightPx);
    for (const { shadow } of parts) for (const pixel of shadow.pixels) mask[pixel] = 1;
    return { name, mask, ...extent(mask, widthPx) };
  });
}

/** Area and box of a mask. */
export function extent(mask: Uint8Array, widthPx: number): { areaPx: number; box: PixelBox | null } {
  let [areaPx, left, top, right, bottom] = [0, widthPx, mask.length, -1, -1];
  for (let row = 0, n = 0; n < mask.length; row++)
    for (let column = 0; column < widthPx; column++, n++) {
      if (mask[n] === 0) continue;
      areaPx++;
      if (column < left) left = column;
      if (column > right) right = column;
      if (row < top) top = row;
      bottom = row;
    }
  return { areaPx, box: areaPx === 0 ? null : { x: left, y: top, w: right - left + 1, h: bottom - top + 1 } };
}
