/** Where a heat-map is highest, in pixels: pixel centres lie on whole numbers. */
export interface DetectedLandmark {
  readonly x: number;
  readonly y: number;
  /** The heat-map there, in the heat-map's own unit (0 to 1 after `normaliseHeatMaps`). */
  readonly peak: number;
  /** Correlation of the heat-map about it with the ideal one, −1 to 1. */
  readonly ncc: number;
}

/**
 * What a network says of one picture, on the pixels of the truth it is held against. Row-major; pixel (u, v) at v · widthPx + u.
 * It has `classes` or `masks`, or both: then metrics are of the masks.
 */
export interface Prediction {
  readonly widthPx: number;
  readonly heightPx: number;
  /** 0 background, n + 1 the n-th structure. */
  readonly classes?: Uint8Array;
  /** One a structure, not 0 where it is; they may overlap. */
  readonly masks?: readonly Uint8Array[];
  /** Planes of all classes one after another, background first, 0 to 1. */
  readonly probabilities?: Float32Array;
  /** Planes of all landmarks one after another. */
  readonly heatMaps?: Float32Array;
  /** One entry a landmark, as `findLandmarks` gives them: whether they count is for the rule. undefined: no pixel to look at. */
  readonly landmarks?: readonly (DetectedLandmark | undefined)[];
}
