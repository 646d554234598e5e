import { InputError } from "../../error/input-error.ts";
import { spacingMm } from "../../geometry/grid.ts";
import { applyToPoint } from "../../geometry/transform.ts";
import { dot, type Vector3 } from "../../geometry/vector.ts";
import type { LabelMap } from "../../volume/label-map.ts";
import type { Anatomy } from "../anatomy.ts";
import { distanceMapMm } from "./distance-map.ts";
import { compactLabels, labelMapOf, labelNumbering, maskOf, presentLabels } from "./labelled-anatomy.ts";

export type Direction = "left" | "right" | "anterior" | "posterior" | "superior" | "inferior";

/** What a plane goes through: a point, or a place on the way through some voxels. */
export type PlanePlace =
  | { readonly kind: "point"; readonly lpsMm: Vector3 }
  /** Through structures: 0 where they begin along the plane's direction, 0.5 their median, 1 their end. */
  | { readonly kind: "structure"; readonly labels: readonly string[]; readonly share: number }
  /** The same through those voxels of structures that lie near others: a joint. */
  | {
      readonly kind: "contact";
      readonly labels: readonly string[];
      readonly with: readonly string[];
      readonly withinMm: number;
      readonly share: number;
    };

/** The part of structures that lies on one side of a plane, and what the rest becomes. */
export interface LabelCrop {
  readonly labels: readonly string[];
  /** The side that is kept. */
  readonly keep: Direction;
  readonly plane: PlanePlace;
  /** Name for what is cut off; background without one. */
  readonly rest?: string | undefined;
}

/**
 * The upper sacrum: what lies above the lower end of the sacro-iliac joint, the 3rd percentile of the height of sacrum voxels within 4.5 mm
 * of a hip bone, as in the structure set `hip`.
 */
export const upperSacrum: LabelCrop = {
  labels: ["sacrum", "vertebrae_S1"],
  keep: "superior",
  plane: {
    kind: "contact",
    labels: ["sacrum", "vertebrae_S1"],
    with: ["hip_left", "hip_right"],
    withinMm: 4.5,
    share: 0.03,
  },
};

const NORMALS: Readonly<Record<Direction, Vector3>> = {
  left: [1, 0, 0],
  right: [-1, 0, 0],
  posterior: [0, 1, 0],
  anterior: [0, -1, 0],
  superior: [0, 0, 1],
  inferior: [0, 0, -1],
};

/**
 * Cuts labels off at a plane across one of the patient's axes; the CT stays as it is.
 *
 * @throws InputError `preparation-labels`, `preparation-label-missing`, `crop-no-contact`
 */
export function cropLabels(anatomy: Anatomy, crop: LabelCrop): Anatomy {
  const labelMap = labelMapOf(anatomy, "crop-labels");
  const normal = NORMALS[crop.keep];
  const isCut = new Uint8Array(65536);
  for (const label of numbersOf(labelMap, crop.labels)) isCut[label] = 1;
  const threshold = placeAlong(labelMap, normal, crop.plane);
  const numbering = labelNumbering(labelMap.names, labelMap.labels);
  const rest = crop.rest === undefined ? 0 : numbering.numberOf(crop.rest);
  const labels = Uint16Array.from(labelMap.labels);
  eachVoxel(labelMap, (n, lps) => {
    if (isCut[labels[n]] === 1 && dot(normal, lps) < threshold) labels[n] = rest;
  });
  return {
    ...anatomy,
    labelMap: { grid: labelMap.grid, labels: compactLabels(labels), names: numbering.names },
  };
}

function placeAlong(labelMap: LabelMap, normal: Vector3, place: PlanePlace): number {
  if (place.kind === "point") return dot(normal, place.lpsMm);
  const counts = maskOf(labelMap, numbersOf(labelMap, place.labels));
  if (place.kind === "contact") {
    const { shape } = labelMap.grid;
    const distance = distanceMapMm(
      maskOf(labelMap, numbersOf(labelMap, place.with)),
      shape,
      spacingMm(labelMap.grid),
    );
    for (let n = 0; n < counts.length; n++) if (distance[n] > place.withinMm) counts[n] = 0;
  }
  const along: number[] = [];
  eachVoxel(labelMap, (n, lps) => {
    if (counts[n] === 1) along.push(dot(normal, lps));
  });
  if (along.length === 0)
    throw new InputError(
      "crop-no-contact",
      `no voxel of ${place.labels.join(", ")} lies within ${place.kind === "contact" ? `${place.withinMm} mm of ${place.with.join(", ")}` : "the volume"}`,
      { remedy: "allow a larger distance, or cut at a point" },
    );
  const sorted = Float64Array.from(along).toSorted();
  return sorted[Math.floor(place.share * (sorted.length - 1))];
}

function numbersOf(labelMap: LabelMap, names: readonly string[]): number[] {
  const numbers = presentLabels(labelMap, /./).filter((label) =>
    names.includes(labelMap.names.get(label) ?? ""),
  );
  if (numbers.length > 0) return numbers;
  throw new InputError(
    "preparation-label-missing",
    `the preparation "crop-labels" needs a label called ${names.join(" or ")}, and no voxel has one`,
    { remedy: "check the names against the label map" },
  );
}

function eachVoxel({ grid }: LabelMap, call: (n: number, lps: Vector3) => void): void {
  const [ni, nj, nk] = grid.shape;
  let n = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++) call(n++, applyToPoint(grid.lpsFromVoxel, [i, j, k]));
}
