import type { Vector3 } from "../geometry/vector.ts";

/**
 * Matter along a line: every place within `radiusMm` of a polyline. A wire, a tube, a lead letter, and with one point a ball.
 * `flat` ends cut a single segment square, so that a short thick one is a disc; joints of polylines are always round.
 */
export interface SweptCurve {
  readonly pointsLps: readonly Vector3[];
  readonly radiusMm: number;
  readonly ends: "round" | "flat";
}

/** Curves of one material; where bores run, their path is taken off again. A tube is a curve with a bore along it. */
export interface SweptPart {
  readonly solids: readonly SweptCurve[];
  readonly bores: readonly SweptCurve[];
}
