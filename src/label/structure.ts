import type { Vector3 } from "../geometry/vector.ts";

/**
 * A part of the anatomy that gets a mask of its own: which voxels belong to it, and which rays count as meeting it.
 * How a 3-D label becomes a 2-D one matters as much as the network that learns from it, so every rule is data.
 */
export interface Structure {
  readonly name: string;
  /** Label numbers whose voxels belong to the structure. */
  readonly labels: readonly number[];
  /** Keeps only the voxels on one side of a plane, e.g. the sacrum above the sacro-iliac joint. */
  readonly within?: HalfSpace;
  /** Which rays count; default `any-hit`. */
  readonly rule?: RayRule;
  /** Structures (by name) whose mask is taken out of this one, e.g. the heart out of the lungs. */
  readonly minus?: readonly string[];
}

/** Points x with  normal · (x − point) ≥ 0, in LPS mm. */
export interface HalfSpace {
  readonly pointLps: Vector3;
  readonly normal: Vector3;
}

/** A ray belongs to the mask when it meets the structure at all, or crosses at least so many mm of it. */
export type RayRule =
  | { readonly kind: "any-hit" }
  | { readonly kind: "minimum-thickness"; readonly thicknessMm: number };

/**
 * Which structure a pixel shows in the flattened mask: the first entry that meets the ray wins; within a `nearest`
 * entry the structure that the ray meets first, seen from the source. Structures not named come last, as background.
 */
export type Precedence = readonly (string | { readonly nearest: readonly string[] })[];

/** Structures that are projected together; class value in the flattened mask = index + 1. */
export interface StructureSet {
  readonly structures: readonly Structure[];
  readonly precedence: Precedence;
}
