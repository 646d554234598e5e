/** Where rays run inside a solid. Ray i of the pixel in row v and column u has the number (v · widthPx + u) · raysPerPixel + i. */
export interface RaySpans {
  readonly raysPerPixel: number;
  /** Numbers of the rays that meet the solid, ascending. */
  readonly rays: Uint32Array;
  /** Ray n has the spans first[n] to first[n + 1]. */
  readonly first: Uint32Array;
  /** Beginning and end of each span, as depth in mm along the panel's normal; ascending, apart. */
  readonly spans: Float64Array;
  /** Rays that met a corner within rounding, and were cast again beside it. */
  readonly recastRays: number;
  /** Rays whose entries and exits did not balance: they met a hole of the surface, and got the spans of a neighbour. */
  readonly unbalancedRays: number;
  /** Rays on which the solid lies in itself: pieces that overlap, counted once. */
  readonly overlappingRays: number;
}
