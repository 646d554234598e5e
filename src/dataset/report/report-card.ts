import type { Finding } from "../../volume/finding.ts";
import type { Recipe } from "../recipe.ts";
import type { GreyStatistics } from "./grey-statistics.ts";
import type { ManifestStatistics } from "./manifest-statistics.ts";
import type { NearDuplicates } from "./near-duplicates.ts";

/** Everything that a report card shows of a data set. */
export interface ReportCard {
  readonly recipe: Recipe;
  /** SHA-256 of the recipe without its count. */
  readonly recipeHash: string;
  readonly software: string;
  readonly statistics: ManifestStatistics;
  /** Bytes of all files that the manifest names. */
  readonly bytes: number;
  readonly tiles: readonly ReportTile[];
  /** Undefined where no output holds pictures that can be read here. */
  readonly greys: GreyStatistics | undefined;
  readonly real: { readonly folder: string; readonly greys: GreyStatistics } | undefined;
  readonly duplicates: NearDuplicates | undefined;
  /** Small pictures of the samples of the most alike pairs, by their number. */
  readonly alike: ReadonlyMap<number, Uint8Array>;
  readonly findings: readonly Finding[];
}

/** One sample of the contact sheet. */
export interface ReportTile {
  readonly id: number;
  readonly title: string;
  readonly caption: string;
  /** Eight bits of grey, of any size. */
  readonly png: Uint8Array;
  /** Of the sample; outlines and points are in its pixels. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly structures: readonly { readonly name: string; readonly index: number; readonly path: string }[];
  readonly landmarks: readonly { readonly name: string; readonly pixel: readonly [number, number] }[];
}
