import { z } from "zod";
import type { Vector3 } from "../geometry/vector.ts";
import { add, cross, norm, normalize, radFromDeg, scale } from "../geometry/vector.ts";
import type { RandomStream } from "../random/random-stream.ts";

const finite = z.number();
const interval = z
  .tuple([finite, finite])
  .refine(([low, high]) => low <= high, "the first number must not exceed the second");

/** A number that is drawn anew for every sample: a constant, or one of five distributions. */
export const scalarDistribution = z.union(
  [
    finite.describe("always this number"),
    z.strictObject({ uniform: interval }).describe("any number from low to high, equally likely"),
    z
      .strictObject({ normal: z.strictObject({ mean: finite.default(0), sd: finite.min(0) }) })
      .describe("normal with mean and standard deviation"),
    z
      .strictObject({
        truncatedNormal: z
          .strictObject({ mean: finite.default(0), sd: finite.positive(), low: finite, high: finite })
          .refine(({ mean, sd, low, high }) => low < high && low < mean + 3 * sd && high > mean - 3 * sd, {
            message: "low and high must enclose some of the distribution: within three standard deviations",
          }),
      })
      .describe("normal, drawn again until it lies within low and high"),
    z
      .strictObject({
        choice: z.array(finite).min(1),
        weights: z.array(finite.min(0)).optional(),
      })
      .refine(({ choice, weights }) => !weights || weights.length === choice.length, {
        message: "there must be as many weights as choices",
      })
      .refine(({ weights }) => !weights || weights.some((weight) => weight > 0), {
        message: "a weight must be positive",
      })
      .describe("one of these numbers, by weight"),
  ],
  "must be a number, or one of {uniform: [low, high]}, {normal: {mean, sd}}, {truncatedNormal: {mean, sd, low, high}}, {choice: [...]}",
);

/**
 * A scalar distribution that gives nothing outside [low, high], so that a run does not end at the sample that does. A normal
 * distribution counts with six standard deviations: beyond lie 2 of 10⁹ numbers.
 */
export const scalarWithin = (low: number, high: number) =>
  scalarDistribution.superRefine((distribution, context) => {
    const [least, most] = likelyRange(distribution);
    if (least >= low && most <= high) return;
    const reaches = least === most ? `is ${least}` : `reaches from ${least} to ${most}`;
    const cut =
      typeof distribution === "object" && "normal" in distribution ? "; truncatedNormal cuts it off" : "";
    context.addIssue({ code: "custom", message: `must stay within ${low} to ${high}, and ${reaches}${cut}` });
  });

/** The range of a distribution, of a normal one six standard deviations. */
export function likelyRange(distribution: ScalarDistribution): readonly [number, number] {
  if (typeof distribution === "number" || !("normal" in distribution)) return scalarRange(distribution);
  const { mean, sd } = distribution.normal;
  return [mean - 6 * sd, mean + 6 * sd];
}
export type ScalarDistribution = z.output<typeof scalarDistribution>;

/** A direction in LPS that is drawn anew for every sample. */
export const directionDistribution = z.union(
  [
    z.literal("sphere").describe("every direction equally likely"),
    z
      .strictObject({
        cap: z.strictObject({
          axis: z
            .tuple([finite, finite, finite])
            .refine((axis) => norm(axis) > 0, "the axis must not be zero"),
          halfAngleDeg: finite.min(0).max(180),
        }),
      })
      .describe("every direction within an angle of an axis equally likely"),
    z
      .tuple([finite, finite, finite])
      .refine((axis) => norm(axis) > 0, "a direction must not be zero")
      .describe("always this direction"),
  ],
  'must be "sphere", {cap: {axis, halfAngleDeg}}, or a direction [x, y, z]',
);
export type DirectionDistribution = z.output<typeof directionDistribution>;

/** Draws one number. How many random numbers that takes depends on the distribution only, except where it is truncated. */
export function drawScalar(distribution: ScalarDistribution, stream: RandomStream): number {
  if (typeof distribution === "number") return distribution;
  if ("uniform" in distribution) return stream.uniformIn(...distribution.uniform);
  if ("normal" in distribution) return distribution.normal.mean + distribution.normal.sd * stream.normal();
  if ("choice" in distribution)
    return distribution.choice[drawIndex(distribution.weights ?? distribution.choice.map(() => 1), stream)];
  const { mean, sd, low, high } = distribution.truncatedNormal;
  // The schema keeps at least a thousandth of the distribution within the limits.
  for (;;) {
    const value = mean + sd * stream.normal();
    if (value >= low && value <= high) return value;
  }
}

/** Index i with probability weightᵢ / Σ weight. */
export function drawIndex(weights: readonly number[], stream: RandomStream): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let rest = stream.uniform() * total;
  for (let index = 0; index < weights.length; index++) {
    rest -= weights[index];
    if (rest < 0) return index;
  }
  return weights.findLastIndex((weight) => weight > 0);
}

/** Draws one unit vector: uniform in height and azimuth about the axis, hence uniform on the sphere (Archimedes). */
export function drawDirection(distribution: DirectionDistribution, stream: RandomStream): Vector3 {
  if (Array.isArray(distribution)) return normalize(distribution as [number, number, number]);
  const { axis, halfAngleDeg } =
    distribution === "sphere"
      ? { axis: [0, 0, 1] as Vector3, halfAngleDeg: 180 }
      : (distribution as { cap: { axis: Vector3; halfAngleDeg: number } }).cap;
  const along = normalize(axis);
  const height = 1 - stream.uniform() * (1 - Math.cos(radFromDeg(halfAngleDeg)));
  const azimuth = 2 * Math.PI * stream.uniform();
  const across = normalize(cross(along, Math.abs(along[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]));
  const third = cross(along, across);
  const radius = Math.sqrt(Math.max(0, 1 - height * height));
  return add(
    scale(along, height),
    add(scale(across, radius * Math.cos(azimuth)), scale(third, radius * Math.sin(azimuth))),
  );
}

/** The range that a distribution can give, for checks before anything is drawn. */
export function scalarRange(distribution: ScalarDistribution): readonly [number, number] {
  if (typeof distribution === "number") return [distribution, distribution];
  if ("uniform" in distribution) return distribution.uniform;
  if ("choice" in distribution) return [Math.min(...distribution.choice), Math.max(...distribution.choice)];
  if ("truncatedNormal" in distribution)
    return [distribution.truncatedNormal.low, distribution.truncatedNormal.high];
  const { mean, sd } = distribution.normal;
  return sd === 0 ? [mean, mean] : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
}
