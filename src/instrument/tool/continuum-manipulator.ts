import type { Vector3 } from "../../geometry/vector.ts";
import { equalAreaRadius, ringSurface, type Ring, turnedBody } from "../mesh/ring-surface.ts";
import { joined, type TriangleMesh } from "../mesh/triangle-mesh.ts";
import type { ToolParameter, ToolPreset } from "./tool-preset.ts";

const JOINTS = 27;
/** Knots of the spline in joints counted from 0: 26 k / 6. */
const KNOTS = [1, 2, 3, 4, 5].map((k) => (26 * k) / 6);
const CORNERS = 48;

/**
 * Angle of each of the 27 joints in degrees: the natural cubic spline through five control angles, straight beyond the outer knots.
 * Second derivatives M of equally spaced knots: Mₙ₋₁ + 4 Mₙ + Mₙ₊₁ = 6 (aₙ₋₁ − 2aₙ + aₙ₊₁) / h², M₁ = M₅ = 0.
 */
export function jointAnglesDeg(controlDeg: readonly number[]): number[] {
  const h = KNOTS[1] - KNOTS[0];
  const [r1, r2, r3] = [1, 2, 3].map(
    (n) => (6 * (controlDeg[n - 1] - 2 * controlDeg[n] + controlDeg[n + 1])) / h ** 2,
  );
  // 4x + y = r1, x + 4y + z = r2, y + 4z = r3.
  const y = (4 * r2 - r1 - r3) / 14;
  const m = [0, (r1 - y) / 4, y, (r3 - y) / 4, 0];
  const slopeAt = (n: number, end: 0 | 1): number =>
    (controlDeg[n + 1] - controlDeg[n]) / h +
    (h / 6) * (end === 0 ? -2 * m[n] - m[n + 1] : m[n] + 2 * m[n + 1]);
  return Array.from({ length: JOINTS }, (_, joint) => {
    if (joint <= KNOTS[0]) return controlDeg[0] + slopeAt(0, 0) * (joint - KNOTS[0]);
    if (joint >= KNOTS[4]) return controlDeg[4] + slopeAt(3, 1) * (joint - KNOTS[4]);
    const n = Math.min(Math.floor(joint / h - 1), 3);
    const [a, b] = [(KNOTS[n + 1] - joint) / h, (joint - KNOTS[n]) / h];
    return (
      a * controlDeg[n] +
      b * controlDeg[n + 1] +
      ((a ** 3 - a) * m[n] + (b ** 3 - b) * m[n + 1]) * (h ** 2 / 6)
    );
  });
}

const knot = (n: number): ToolParameter => ({
  default: 0,
  least: -20,
  most: 20,
  meaning: `degrees a joint at control knot ${n} of 5, base to tip; the paper draws N(0, 2.5)`,
});
const mm = (usual: number, least: number, most: number, meaning: string): ToolParameter => ({
  default: usual,
  least,
  most,
  meaning: `mm, ${meaning}`,
});

/**
 * A snake of 28 rigid bodies, a base and 27 rings with notches on alternating sides, that bends in the plane of its notches (xz). Geometry of our own after
 * the published sizes; pose by forward kinematics: θᵢ = Σ joint angles to i, the centre line advances by a segment along (sin θ, cos θ).
 */
export const continuumManipulator: ToolPreset = {
  name: "continuum-manipulator",
  description: "snake of 27 notched rings on a shaft, bent by a spline through five control angles",
  material: "nitinol",
  parameters: {
    knot1Deg: knot(1),
    knot2Deg: knot(2),
    knot3Deg: knot(3),
    knot4Deg: knot(4),
    knot5Deg: knot(5),
    diameterMm: mm(6, 2, 12, "outside"),
    boreMm: mm(4, 0.5, 11, "inside"),
    lengthMm: mm(35, 10, 100, "of the 27 rings"),
    shaftMm: mm(60, 5, 300, "of the shaft behind them"),
    notchMm: mm(0.5, 0.05, 2, "height of a notch, where it is widest"),
  },
  build: (p) => {
    const angles = jointAnglesDeg([p.knot1Deg, p.knot2Deg, p.knot3Deg, p.knot4Deg, p.knot5Deg]);
    const [outer, inner] = [p.diameterMm / 2, Math.min(p.boreMm, 0.95 * p.diameterMm) / 2];
    const segmentMm = p.lengthMm / JOINTS;
    const notchMm = Math.min(p.notchMm, 0.7 * segmentMm);
    const rings: TriangleMesh[] = [];
    const joints: [number, number][] = [[0, 0]];
    let [theta, x, z] = [0, 0, 0];
    for (let n = 0; n < JOINTS; n++) {
      theta += (angles[n] * Math.PI) / 180;
      rings.push(
        turnedAndMoved(
          notchedRing({ outer, inner, segmentMm, notchMm, side: n % 2 === 0 ? 1 : -1 }),
          theta,
          x,
          z,
        ),
      );
      x += segmentMm * Math.sin(theta);
      z += segmentMm * Math.cos(theta);
      joints.push([x, z]);
    }
    const base = turnedBody(
      [
        { z: -p.shaftMm, radiusMm: outer },
        { z: 0, radiusMm: outer },
      ],
      { boreRadiusMm: inner },
    );
    // The tip becomes the origin and its direction +z, as of every tool.
    const home = (mesh: TriangleMesh): TriangleMesh =>
      turnedAndMoved(turnedAndMoved(mesh, 0, -x, -z), -theta, 0, 0);
    const point = (px: number, pz: number): Vector3 => {
      const [dx, dz, c, s] = [px - x, pz - z, Math.cos(-theta), Math.sin(-theta)];
      return [c * dx + s * dz, 0, -s * dx + c * dz];
    };
    return {
      parts: [
        { name: "body", mesh: home(joined(rings)) },
        { name: "shaft", mesh: home(base) },
      ],
      keypoints: [
        { name: "tip", atMm: [0, 0, 0] },
        { name: "base", atMm: point(0, 0) },
        { name: "shaft end", atMm: point(0, -p.shaftMm) },
      ],
      baseFrame: [
        [Math.cos(-theta), 0, -Math.sin(-theta)],
        [0, 1, 0],
        [Math.sin(-theta), 0, Math.cos(-theta)],
      ],
      centreLine: joints.map(([px, pz]) => point(px, pz)),
    };
  },
};

/** A ring from z = 0 to the segment's height, whose upper edge is cut down towards one side; it reaches a little into the next. */
function notchedRing(o: {
  outer: number;
  inner: number;
  segmentMm: number;
  notchMm: number;
  side: 1 | -1;
}): TriangleMesh {
  const factor = equalAreaRadius(CORNERS);
  const ring = (radius: number, isTop: boolean): Ring =>
    Array.from({ length: CORNERS }, (_, n): Vector3 => {
      const angle = (2 * Math.PI * n) / CORNERS;
      const cut = isTop ? o.notchMm * Math.min(Math.max(0.5 + 0.75 * o.side * Math.cos(angle), 0), 1) : 0;
      return [
        factor * radius * Math.cos(angle),
        factor * radius * Math.sin(angle),
        isTop ? o.segmentMm - cut : 0,
      ];
    });
  return ringSurface(
    [ring(o.outer, false), ring(o.outer, true)],
    [ring(o.inner, false), ring(o.inner, true)],
  );
}

/** Turned about y, so that z goes to (sin θ, 0, cos θ), then moved in x and z. */
function turnedAndMoved(
  { vertices, triangles }: TriangleMesh,
  theta: number,
  dx: number,
  dz: number,
): TriangleMesh {
  const [c, s] = [Math.cos(theta), Math.sin(theta)];
  const moved = new Float64Array(vertices.length);
  for (let n = 0; n < vertices.length; n += 3) {
    moved[n] = c * vertices[n] + s * vertices[n + 2] + dx;
    moved[n + 1] = vertices[n + 1];
    moved[n + 2] = -s * vertices[n] + c * vertices[n + 2] + dz;
  }
  return { vertices: moved, triangles };
}
