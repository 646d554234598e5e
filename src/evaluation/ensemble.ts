import { InputError } from "../error/input-error.ts";
import { normaliseHeatMaps } from "./heat-map-normalisation.ts";
import type { Prediction } from "./prediction.ts";

/** What one network gives for one picture. */
export interface MemberOutput {
  /** Planes one after another: of all classes, background first, or of all overlapping masks; 0 to 1. */
  readonly probabilities: Float32Array;
  /** Planes of all landmarks one after another, in any unit. */
  readonly heatMaps?: Float32Array;
}

/**
 * One prediction from one or more networks: probabilities are averaged, then the likeliest class is taken (the first of equal ones), or
 * every mask above a half; heat-maps are normalised over the picture, network by network, then averaged.
 *
 * @throws InputError `ensemble-size`
 */
export function combineMembers(
  members: readonly MemberOutput[],
  options: { readonly widthPx: number; readonly heightPx: number; readonly targets: "classes" | "masks" },
): Prediction & { readonly probabilities: Float32Array } {
  const { widthPx, heightPx, targets } = options;
  const area = widthPx * heightPx;
  const probabilities = average(
    members.map((member) => member.probabilities),
    area,
    "probabilities",
  );
  const maps = members.flatMap(({ heatMaps }) => (heatMaps ? [normaliseHeatMaps(heatMaps)] : []));
  if (maps.length > 0 && maps.length < members.length)
    throw new InputError(
      "ensemble-size",
      `${maps.length} of ${members.length} networks of the ensemble give heat-maps`,
      { remedy: "combine networks that give the same outputs" },
    );
  return {
    widthPx,
    heightPx,
    probabilities,
    ...(targets === "classes"
      ? { classes: likeliestClasses(probabilities, area) }
      : { masks: likelyMasks(probabilities, area) }),
    ...(maps.length > 0 ? { heatMaps: average(maps, area, "heat-maps") } : {}),
  };
}

function average(planes: readonly Float32Array[], area: number, what: string): Float32Array {
  const lengths = [...new Set(planes.map(({ length }) => length))];
  if (lengths.length !== 1 || lengths[0] === 0 || lengths[0] % area !== 0)
    throw new InputError(
      "ensemble-size",
      `the ${what} of a prediction should be whole planes of ${area} pixels, as many of every network, found ${lengths.join(", ") || "none"}`,
    );
  if (planes.length === 1) return planes[0];
  const sum = new Float64Array(lengths[0]);
  for (const plane of planes) for (let n = 0; n < plane.length; n++) sum[n] += plane[n];
  return Float32Array.from(sum, (value) => value / planes.length);
}

function likeliestClasses(probabilities: Float32Array, area: number): Uint8Array {
  const classes = new Uint8Array(area);
  const best = probabilities.slice(0, area);
  for (let plane = 1; plane < probabilities.length / area; plane++)
    for (let n = 0; n < area; n++) {
      const value = probabilities[plane * area + n];
      if (!(value > best[n])) continue;
      best[n] = value;
      classes[n] = plane;
    }
  return classes;
}

const likelyMasks = (probabilities: Float32Array, area: number): Uint8Array[] =>
  Array.from({ length: probabilities.length / area }, (_, plane) =>
    Uint8Array.from(probabilities.subarray(plane * area, (plane + 1) * area), (value) =>
      value > 0.5 ? 1 : 0,
    ),
  );
