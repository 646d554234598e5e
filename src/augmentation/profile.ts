import { InputError } from "../error/input-error.ts";
import { closestNames } from "../error/closest-names.ts";
import type { BehindBlades } from "./overlay/collimator.ts";
import { codeRegular, codeStrong } from "./profiles/code.ts";
import { paperRegular, paperStrong } from "./profiles/paper.ts";
import { quarterTurns } from "./profiles/quarter-turns.ts";
import { xray } from "./profiles/xray.ts";
import type { SideExchange } from "./side-exchange.ts";
import type { GeometryPart, Step } from "./transform.ts";

export const AUGMENTATION_PROFILES = [
  "none",
  "paper-regular",
  "paper-strong",
  "code-regular",
  "code-strong",
  "xray",
] as const;

export type AugmentationProfileName = (typeof AUGMENTATION_PROFILES)[number];

/** What may happen to a picture before it is learnt from. */
export interface AugmentationProfile {
  readonly name: AugmentationProfileName;
  readonly steps: readonly Step[];
}

export interface ProfileOptions {
  /** Whether pictures are flipped, with the exchange of sides in their labels; `xray` only. */
  readonly exchange?: SideExchange;
  /** Half of the pictures turned by 90, 180 or 270 degrees at the end, as for tools, which have no upright. */
  readonly quarterTurns?: boolean;
  /** What labels are behind collimator blades, `xray` only; default `kept`. */
  readonly behindBlades?: BehindBlades;
  /** Probabilities by name instead of those of the profile; 0 leaves a transform out and changes nothing for the others. */
  readonly probabilities?: Readonly<Record<string, number>>;
  /**
   * Defects and sizes as published, for comparison: the crop of `paper` makes a smaller picture, and the affine step of `code` keeps and
   * drops landmarks by the wrong bounds, which depend on the number of classes (background counts).
   */
  readonly asPublished?: { readonly classes: number };
}

/**
 * @throws InputError `augmentation-profile` for a name that is none, `augmentation-transform` for a probability of a transform that the
 *   profile does not have or that is not within 0 and 1
 */
export function augmentationProfile(name: string, options: ProfileOptions = {}): AugmentationProfile {
  if (!isProfileName(name))
    throw new InputError("augmentation-profile", `there is no augmentation profile "${name}"`, {
      remedy: `did you mean ${closestNames(name, AUGMENTATION_PROFILES, 2).join(" or ")}? There are ${AUGMENTATION_PROFILES.join(", ")}`,
    });
  const steps = [...STEPS[name](options), ...(options.quarterTurns ? [quarterTurns] : [])];
  const known = transformNames({ name, steps });
  for (const [transform, probability] of Object.entries(options.probabilities ?? {})) {
    requireTransform(name, known, transform);
    if (!(probability >= 0 && probability <= 1))
      throw new InputError(
        "augmentation-transform",
        `the probability of "${transform}" must lie within 0 and 1, got ${probability}`,
      );
  }
  return { name, steps: withProbabilities(steps, (one, own) => options.probabilities?.[one] ?? own) };
}

const isProfileName = (name: string): name is AugmentationProfileName =>
  AUGMENTATION_PROFILES.some((known) => known === name);

const STEPS: Readonly<Record<AugmentationProfileName, (options: ProfileOptions) => readonly Step[]>> = {
  none: () => [],
  "paper-regular": paperRegular,
  "paper-strong": paperStrong,
  "code-regular": codeRegular,
  "code-strong": codeStrong,
  xray,
};

/** Names of the transforms themselves, without those of the groups that they stand in: what there is to look at one by one. */
export function singleTransformNames(profile: AugmentationProfile): string[] {
  const namesOf = (steps: readonly Step[]): string[] =>
    steps.flatMap((step) => {
      if (step.kind === "transform") return [step.name];
      if (step.kind === "geometry") return step.parts.map((part) => part.name);
      return namesOf(step.steps);
    });
  return namesOf(profile.steps);
}

/** Names of everything that a profile may do, groups and their members, in order. */
export function transformNames(profile: AugmentationProfile): string[] {
  const namesOf = (steps: readonly Step[]): string[] =>
    steps.flatMap((step) => {
      if (step.kind === "unit-range") return namesOf(step.steps);
      if (step.kind === "transform") return [step.name];
      if (step.kind === "geometry") return [step.name, ...step.parts.map((part) => part.name)];
      return [step.name, ...namesOf(step.steps)];
    });
  return namesOf(profile.steps);
}

/**
 * The profile with one of its transforms (or groups of them) alone, which then always happens: to look at it, or to test it.
 *
 * @throws InputError `augmentation-transform` where the profile has none of the name
 */
export function transformAlone(profile: AugmentationProfile, name: string): AugmentationProfile {
  requireTransform(profile.name, transformNames(profile), name);
  const keep = (steps: readonly Step[]): Step[] =>
    steps.flatMap((step): Step[] => {
      if (step.kind === "unit-range") {
        const inner = keep(step.steps);
        return inner.length > 0 ? [{ ...step, steps: inner }] : [];
      }
      if (step.name === name) return [certain(step)];
      if (step.kind === "transform") return [];
      if (step.kind === "geometry") {
        const parts = step.parts.filter((part) => part.name === name);
        return parts.length > 0
          ? [{ ...step, parts: parts.map((part) => ({ ...part, probability: 1 })) }]
          : [];
      }
      return keep(step.steps);
    });
  return { name: profile.name, steps: keep(profile.steps) };
}

/** A step that happens: the whole of it, its members as likely as they were. */
function certain(step: Exclude<Step, { kind: "unit-range" }>): Step {
  if (step.kind === "geometry")
    return { ...step, parts: step.parts.map((part): GeometryPart => ({ ...part, probability: 1 })) };
  return step.kind === "some-of" ? step : { ...step, probability: 1 };
}

function requireTransform(profile: string, known: readonly string[], name: string): void {
  if (known.includes(name)) return;
  throw new InputError(
    "augmentation-transform",
    `the augmentation profile ${profile} has no transform "${name}"`,
    known.length > 0
      ? { remedy: `did you mean ${closestNames(name, known, 3).join(", ")}?` }
      : { remedy: "it changes nothing" },
  );
}

function withProbabilities(
  steps: readonly Step[],
  probabilityOf: (name: string, own: number) => number,
): Step[] {
  return steps.map((step): Step => {
    if (step.kind === "transform")
      return { ...step, probability: probabilityOf(step.name, step.probability) };
    if (step.kind === "geometry")
      return {
        ...step,
        parts: step.parts.map((part) => ({
          ...part,
          probability: probabilityOf(part.name, part.probability),
        })),
      };
    const inner = withProbabilities(step.steps, probabilityOf);
    if (step.kind === "gate" || step.kind === "one-of")
      return { ...step, probability: probabilityOf(step.name, step.probability), steps: inner };
    return { ...step, steps: inner };
  });
}
