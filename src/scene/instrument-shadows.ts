import type { Camera } from "../geometry/camera.ts";
import { dot, normalize, scale, subtract, type Vector3 } from "../geometry/vector.ts";
import { evenly } from "../instrument/tool/centre-line.ts";
import { displacedMatter } from "../instrument/tool/displaced-matter.ts";
import { type ToolShadows, toolShadows } from "../instrument/tool/tool-shadow.ts";
import type { Labels, StructureLabel } from "../label/labels.ts";
import { type LandmarkLabel, locateLandmarks } from "../label/locate-landmarks.ts";
import type { Material } from "../material/material.ts";
import type { AreaDensityImage } from "../projector/area-density.ts";
import type { Field } from "../volume/field.ts";
import { structureLabel } from "../label/structure-trace.ts";
import { addAttenuation, withShadows } from "./distractor-shadows.ts";
import type { PlacedInstrument } from "./placed-instruments.ts";

const CM_PER_MM = 0.1;

const asShadows = ({ tools }: ToolShadows) => tools.map(({ tool, parts }) => ({ name: tool.name, parts }));

/**
 * Area densities of a patient with tools in it: what lay where they are is taken out, then they are put in.
 *
 * @param patient its image is changed in place
 * @param fields what the image is the integral of, in the order of its materials
 */
export function withTools(
  patient: { image: AreaDensityImage; materials: readonly Material[] },
  shadows: ToolShadows | undefined,
  camera: Camera,
  fields: readonly Field[],
): { image: AreaDensityImage; materials: readonly Material[] } {
  if (!shadows) return patient;
  const { widthPx, heightPx, gPerCm2 } = patient.image;
  fields.forEach((field, index) => {
    const channels = Math.min(field.channels.length, patient.materials.length - 4 * index);
    takeOut(
      gPerCm2.subarray(4 * index * widthPx * heightPx),
      widthPx * heightPx,
      channels,
      field,
      camera,
      shadows,
      CM_PER_MM,
    );
  });
  return withShadows(patient, asShadows(shadows));
}

/** A grey image with tools in it, in the same way. */
export function withGreyTools(
  values: Float32Array,
  shadows: ToolShadows | undefined,
  camera: Camera,
  field: Field,
  energyKeV: number,
): Float32Array {
  if (!shadows) return values;
  takeOut(values, camera.widthPx * camera.heightPx, 1, field, camera, shadows, 1);
  return addAttenuation(values, asShadows(shadows), energyKeV);
}

function takeOut(
  image: Float32Array,
  pixels: number,
  channels: number,
  field: Field,
  camera: Camera,
  { displacement }: ToolShadows,
  factor: number,
): void {
  const taken = displacedMatter(field, camera, displacement);
  const count = displacement.pixels.length;
  for (let channel = 0; channel < channels; channel++)
    displacement.pixels.forEach((pixel, n) => {
      const at = channel * pixels + pixel;
      // Float32 sums of the projector against float64 here: what is left of nothing is nothing.
      image[at] = Math.max(image[at] - factor * taken[channel * count + n], 0);
    });
}

/**
 * Labels with the instruments appended to structures and landmarks. A mask holds every pixel of which a ray meets the tool; a tool of several
 * parts also has a mask for each, called "TOOL PART". Tools come before all anatomy in the classes: what they cover is dark on the panel;
 * among tools the first listed, among the parts of one the first, before the whole.
 *
 * @param options.cast shadows of those that are present, on the same camera, where they are known
 */
export function withToolLabels(
  labels: Labels | undefined,
  instruments: readonly PlacedInstrument[],
  camera: Camera,
  options: { readonly withThickness: boolean; readonly cast: ToolShadows | undefined },
): Labels | undefined {
  if (instruments.length === 0) return labels;
  const { widthPx, heightPx } = camera;
  const present = instruments.filter(({ isPresent }) => isPresent);
  const cast =
    options.cast ??
    toolShadows(
      camera,
      present.map(({ tool }) => tool),
      undefined,
    );
  const labelled = (name: string, pixels: Uint32Array, parts: CastParts): StructureLabel => {
    const mask = new Uint8Array(widthPx * heightPx);
    for (const pixel of pixels) mask[pixel] = 1;
    const label = structureLabel(name, mask, camera);
    return options.withThickness ? { ...label, thicknessMm: thicknessOf(parts, widthPx * heightPx) } : label;
  };
  const nothing = new Uint32Array(0);
  /** Of each instrument the whole, then its parts. */
  const masks = instruments.map((instrument) => {
    const { tool, hasParts, isPresent } = instrument;
    const shadows = isPresent ? cast.tools[present.indexOf(instrument)] : undefined;
    const parts = tool.parts.map((part, n) => ({
      name: `${tool.name} ${part.name}`,
      cast: shadows?.parts.slice(n, n + 1) ?? [],
    }));
    return [
      labelled(tool.name, shadows?.pixels ?? nothing, shadows?.parts ?? []),
      ...(hasParts
        ? parts.map((part) => labelled(part.name, part.cast[0]?.shadow.pixels ?? nothing, part.cast))
        : []),
    ];
  });
  const anatomical = labels?.structures ?? [];
  const structures = [...anatomical, ...masks.flat()];
  const classes = labels?.classes ?? new Uint16Array(widthPx * heightPx);
  // From the last tool to the first, of each the whole before its parts, of these the last first.
  for (const [whole, ...parts] of masks.toReversed())
    for (const { mask } of [whole, ...parts.toReversed()]) {
      const value = structures.findIndex((structure) => structure.mask === mask) + 1;
      mask.forEach((isMet, pixel) => {
        if (isMet) classes[pixel] = value;
      });
    }
  const wholes = masks.map(([whole]) => whole);
  return {
    ...(labels ?? { widthPx, heightPx }),
    structures,
    classes,
    landmarks: [
      ...(labels?.landmarks ?? []),
      ...instruments.flatMap((instrument) => keypointLabels(instrument, wholes, camera)),
    ],
    instruments: instruments.map(({ tool, keypoints, isPresent }, n) => ({
      name: tool.name,
      structures: masks[n].map(({ name }) => name),
      keypoints: keypoints.map((name) => ({ name, landmark: `${tool.name} ${name}` })),
      placed: isPresent
        ? {
            lpsFromTool: tool.lpsFromTool,
            cameraFromTool: cameraFromTool(camera, tool.lpsFromTool),
            centreLine: locateLandmarks(
              camera,
              evenly(tool.centreLineLps, CENTRE_LINE_POINTS).map((lpsMm, point) => ({
                name: `${tool.name} ${point}`,
                lpsMm,
              })),
            ),
          }
        : undefined,
    })),
  };
}

/** Of every centre line, so that arrays of them have one shape. */
export const CENTRE_LINE_POINTS = 33;
type CastParts = ToolShadows["tools"][number]["parts"];

function thicknessOf(parts: CastParts, pixels: number): Float32Array {
  const thicknessMm = new Float32Array(pixels);
  for (const { shadow, meanPathMm } of parts)
    shadow.pixels.forEach((pixel, n) => {
      thicknessMm[pixel] += meanPathMm[n];
    });
  return thicknessMm;
}

/** 4×4, row-major: in the frame `camera` of docs/conventions.md. Left-handed where the picture is seen from behind its panel. */
function cameraFromTool({ pixelFromLps: p, sourceLps }: Camera, lpsFromTool: Float64Array): Float64Array {
  const depth: Vector3 = [p[8], p[9], p[10]];
  // A row of the matrix less its part along the normal is the axis times the focal length in pixels.
  const axes = [0, 4].map((row) => {
    const all: Vector3 = [p[row], p[row + 1], p[row + 2]];
    return normalize(subtract(all, scale(depth, dot(all, depth))));
  });
  const matrix = new Float64Array(16);
  matrix[15] = 1;
  [...axes, depth].forEach((axis, row) => {
    for (let column = 0; column < 4; column++) {
      const [x, y, z] = [lpsFromTool[column], lpsFromTool[4 + column], lpsFromTool[8 + column]];
      matrix[4 * row + column] = dot(axis, column < 3 ? [x, y, z] : subtract([x, y, z], sourceLps));
    }
  });
  return matrix;
}

/** Keypoints as landmarks called "TOOL KEYPOINT", with the other tools that lie over them. */
function keypointLabels(
  { tool, isPresent, keypoints }: PlacedInstrument,
  masks: readonly StructureLabel[],
  camera: Camera,
): LandmarkLabel[] {
  return keypoints.map((keypoint): LandmarkLabel => {
    const name = `${tool.name} ${keypoint}`;
    const found = tool.keypoints.find((point) => point.name === keypoint);
    if (!isPresent || !found) return { name, lpsMm: null, status: "absent", pixel: null };
    const [label] = locateLandmarks(camera, [{ name, lpsMm: found.lpsMm }]);
    if (label.status !== "visible") return label;
    const pixel = Math.round(label.pixel[1]) * camera.widthPx + Math.round(label.pixel[0]);
    const hiddenBy = masks
      .filter((other) => other.name !== tool.name && other.mask[pixel] === 1)
      .map((other) => other.name);
    return { ...label, hiddenBy };
  });
}
