import { InputError } from "../error/input-error.ts";
import type { VoxelArray } from "./volume.ts";

/** A segment as Slicer describes it in the header of a .seg.nrrd. */
export interface Segment {
  readonly name: string;
  readonly layer: number;
  readonly value: number;
}

/** The segments of a header whose keys are lower-case, in their order; empty for a plain image. */
export function nrrdSegments(fields: ReadonlyMap<string, string>): Segment[] {
  const segments: Segment[] = [];
  for (let index = 0; ; index++) {
    const of = (key: string) => fields.get(`segment${index}_${key}`);
    const name = of("name") ?? of("id");
    if (name === undefined) return segments;
    segments.push({
      name: name || of("id") || `segment ${index + 1}`,
      layer: Number(of("layer") ?? 0),
      value: Number(of("labelvalue") ?? index + 1),
    });
  }
}

/** For every layer, which segment (counted from 0) a stored value stands for; two in one place are refused. */
function segmentPlaces(segments: readonly Segment[], layers: number, name: string): Map<number, number>[] {
  const places = Array.from({ length: layers }, () => new Map<number, number>());
  segments.forEach(({ name: segment, layer, value }, index) => {
    const isLabel = Number.isInteger(value) && value > 0 && value <= 65535;
    if (places[layer] === undefined || !isLabel || places[layer].has(value))
      throw new InputError(
        "nrrd-segments",
        `${name}: the segment "${segment}" has layer ${layer} and label ${value}, which is not a place of its own in ${layers} layers`,
      );
    places[layer].set(value, index);
  });
  return places;
}

/** The names of labels in a segmentation of one layer, which keeps its label values. */
export function singleLayerNames(segments: readonly Segment[], name: string): Map<number, string> {
  const [layer] = segmentPlaces(segments, 1, name);
  return new Map([...layer].map(([value, index]) => [value, segments[index].name]));
}

/**
 * Layers (voxel by voxel, all layers of one before the next) to one label map, label n for segment n from 1.
 * Two segments in one voxel have no place in a label map and are refused.
 */
export function mergeLayers(
  stored: VoxelArray,
  options: { layers: number; segments: readonly Segment[]; name: string },
): { stored: Uint16Array; names: Map<number, string> } {
  const { layers, segments, name } = options;
  const places = segmentPlaces(segments, layers, name);
  const labels = new Uint16Array(stored.length / layers);
  for (let at = 0; at < stored.length; at++) {
    if (stored[at] === 0) continue;
    const segment = places[at % layers].get(stored[at]);
    if (segment === undefined) continue;
    const voxel = Math.floor(at / layers);
    if (labels[voxel] !== 0)
      throw new InputError(
        "nrrd-segments-overlap",
        `${name}: the segments "${segments[labels[voxel] - 1].name}" and "${segments[segment].name}" overlap`,
        { remedy: "export them as separate label maps, or without overlap" },
      );
    labels[voxel] = segment + 1;
  }
  return { stored: labels, names: new Map(segments.map((segment, index) => [index + 1, segment.name])) };
}
