import type { Draws } from "./draws.ts";
import type { Affine } from "./geometry/affine.ts";
import type { Displacement } from "./geometry/displacement.ts";
import type { LabelledImage } from "./labelled-image.ts";

/** Something that happens to a picture: draws its parameters and carries them out. */
export type Apply = (image: LabelledImage, draws: Draws) => LabelledImage;

/** The size of a picture. */
export interface PictureSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A part of the geometry: where a pixel of the new picture lies in the old one. */
export type GeometryPart =
  | {
      readonly name: string;
      readonly probability: number;
      readonly affine: (size: PictureSize, draws: Draws) => Affine;
    }
  | {
      readonly name: string;
      readonly probability: number;
      /** Displacements are added to what the affine parts make. */
      readonly displacement: (size: PictureSize, draws: Draws) => Displacement;
    };

/** What a profile is made of. Names are unique within a profile: each has random numbers of its own. */
export type Step =
  | { readonly kind: "transform"; readonly name: string; readonly probability: number; readonly apply: Apply }
  /** All of its steps or none. */
  | {
      readonly kind: "gate";
      readonly name: string;
      readonly probability: number;
      readonly steps: readonly Step[];
    }
  /** One of its steps, each as likely. */
  | {
      readonly kind: "one-of";
      readonly name: string;
      readonly probability: number;
      readonly steps: readonly Step[];
    }
  /** `least` to `most` of its steps, each number as likely, in random order. */
  | {
      readonly kind: "some-of";
      readonly name: string;
      readonly least: number;
      readonly most: number;
      readonly steps: readonly Step[];
    }
  /** All parts that occur as one resampling. */
  | {
      readonly kind: "geometry";
      readonly name: string;
      readonly parts: readonly GeometryPart[];
      readonly beyond: (image: LabelledImage, draws: Draws) => Beyond;
    }
  /** Its steps see the picture with its darkest parts at 0 and its brightest at 1; the unit is restored afterwards. */
  | { readonly kind: "unit-range"; readonly steps: readonly Step[] };

/** What is beyond the edge of the old picture where the new one reaches out of it. */
export type Beyond =
  /** The picture mirrored about its outermost pixels, labels too or not known. */
  | { readonly kind: "mirrored"; readonly labels: "mirrored" | "unknown" }
  /** A flat border of this grey value and this class. */
  | { readonly kind: "border"; readonly value: number; readonly label: number };

/** A transform that happens with a probability. */
export const transform = (name: string, probability: number, apply: Apply): Step => ({
  kind: "transform",
  name,
  probability,
  apply,
});

/** One of several variants of a transform, each as likely. */
export const oneOf = (
  name: string,
  probability: number,
  variants: Readonly<Record<string, Apply>>,
): Step => ({
  kind: "one-of",
  name,
  probability,
  steps: Object.entries(variants).map(([variant, apply]) => transform(variant, 1, apply)),
});
