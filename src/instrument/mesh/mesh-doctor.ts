import { InputError } from "../../error/input-error.ts";
import type { Finding } from "../../volume/finding.ts";
import { closeHoles } from "./close-holes.ts";
import { selfIntersections } from "./mesh-contact.ts";
import { meshEdges, pieces } from "./mesh-edges.ts";
import { boundsOf, signedVolumeMm3, type TriangleMesh } from "./triangle-mesh.ts";
import { tripleNumbers } from "./triple-numbers.ts";

/** What a surface is like. */
export interface MeshFacts {
  readonly triangles: number;
  readonly vertices: number;
  readonly sizeMm: readonly [number, number, number];
  readonly volumeMm3: number;
  /** Pieces that hang together by edges. */
  readonly pieces: number;
  /** Edges with one triangle: rims of holes. */
  readonly openEdges: number;
  /** Edges whose triangles do not run through them as often one way as the other; 0 of a closed surface. */
  readonly unbalancedEdges: number;
}

export interface MendedMesh {
  readonly mesh: TriangleMesh;
  readonly facts: MeshFacts;
  readonly findings: readonly Finding[];
}

/** Casting costs memory by the triangle; scans of tools have more than they need. */
const MOST_TRIANGLES = 5_000_000;
/** Vertices nearer than this part of the size are one: STL repeats each vertex in every triangle, in 32 bits. */
const WELD_PART = 1e-6;

/**
 * Looks a surface over and mends what can be mended: vertices are welded, degenerate and double triangles dropped, pieces that are inside out turned
 * (unless they are hollows of another piece), holes with a simple rim closed. Everything done or left is a finding. Rays through other holes are counted when they are cast.
 *
 * @throws InputError `mesh-empty`, `mesh-not-finite`, `mesh-index`, `mesh-too-large`, `mesh-flat`
 */
export function mendMesh(raw: TriangleMesh, name: string): MendedMesh {
  refuseUnusable(raw, name);
  const findings: Finding[] = [];
  const say = (severity: Finding["severity"], code: string, message: string): void =>
    void findings.push({ severity, code, message: `${name}: ${message}` });
  const { mesh: welded, degenerate, double } = weld(raw);
  if (degenerate > 0) say("info", "mesh-degenerate", `${degenerate} triangles without area were left out`);
  if (double > 0)
    say("warning", "mesh-double", `${double} triangles lie twice on the same vertices; one of each was kept`);
  if (welded.triangles.length === 0)
    throw new InputError("mesh-flat", `${name} encloses no volume: all its triangles are degenerate`);
  const open = meshEdges(welded).openCorners.length;
  // Lids need neighbours that face the same way; what is outside is told when they are on.
  const {
    mesh: lidded,
    lids,
    widestMm,
  } = open > 0 ? closeHoles(turnOutside(welded).mesh) : { mesh: welded, lids: 0, widestMm: 0 };
  const turned = turnOutside(lidded);
  if (turned.flipped > 0)
    say("warning", "mesh-inside-out", `${turned.flipped} triangles were turned: their outside was inside`);
  const { mesh } = turned;
  const { openCorners, unbalanced } = meshEdges(mesh);
  const left = openCorners.length;
  if (lids > 0)
    say(
      "warning",
      "mesh-closed",
      `the surface had holes: ${lids} of them, ${widestMm.toPrecision(3)} mm across at most, were closed with a lid`,
    );
  if (left > 0)
    say(
      "warning",
      "mesh-open",
      `the surface has holes: ${left} edges belong to one triangle only; rays through a hole get the path of their neighbours`,
    );
  else if (unbalanced > 0)
    say(
      "warning",
      "mesh-non-manifold",
      `${unbalanced} edges do not join an equal number of triangles on both sides`,
    );
  sayWhereItCutsItself(mesh, say);
  const { low, high } = boundsOf(mesh);
  const volumeMm3 = signedVolumeMm3(mesh);
  if (left === 0 && !(volumeMm3 > 0))
    say("warning", "mesh-flat", "the surface encloses no volume; the tool will not be seen");
  return {
    mesh,
    findings,
    facts: {
      triangles: mesh.triangles.length / 3,
      vertices: mesh.vertices.length / 3,
      sizeMm: [high[0] - low[0], high[1] - low[1], high[2] - low[2]],
      volumeMm3,
      pieces: turned.pieces,
      openEdges: left,
      unbalancedEdges: unbalanced,
    },
  };
}

/** Surfaces of more triangles are not searched: that takes some 15 s a million. */
const MOST_SEARCHED = 200_000;
const MOST_CUTS = 1000;

function sayWhereItCutsItself(
  mesh: TriangleMesh,
  say: (severity: Finding["severity"], code: string, message: string) => void,
): void {
  if (mesh.triangles.length / 3 > MOST_SEARCHED) return;
  const cuts = selfIntersections(mesh, MOST_CUTS);
  if (cuts > 0)
    say(
      "info",
      "mesh-self-intersection",
      `the surface cuts itself: ${cuts === MOST_CUTS ? "at least " : ""}${cuts} pairs of triangles; matter that lies in itself is counted once`,
    );
}

function refuseUnusable({ vertices, triangles }: TriangleMesh, name: string): void {
  if (triangles.length === 0)
    throw new InputError("mesh-empty", `${name} holds no triangles`, {
      remedy: "export the surface of the tool as triangles",
    });
  if (triangles.length / 3 > MOST_TRIANGLES)
    throw new InputError(
      "mesh-too-large",
      `${name} has ${triangles.length / 3} triangles, more than ${MOST_TRIANGLES}`,
      {
        remedy: "simplify it in a mesh editor; a hundred thousand show every detail that a radiograph can",
      },
    );
  const wrong = vertices.findIndex((x) => !(Math.abs(x) < 1e7));
  if (wrong >= 0)
    throw new InputError(
      "mesh-not-finite",
      `${name}: vertex ${Math.floor(wrong / 3)} is not a place, found ${vertices[wrong]}`,
    );
  const count = vertices.length / 3;
  const beyond = triangles.find((index) => index >= count);
  if (beyond !== undefined)
    throw new InputError("mesh-index", `${name}: a triangle names vertex ${beyond}, there are ${count}`);
}

/** Vertices on the same place (of a lattice of 1e-6 of the size) become one; triangles with two equal corners, and copies, go. */
function weld({ vertices, triangles }: TriangleMesh): {
  mesh: TriangleMesh;
  degenerate: number;
  double: number;
} {
  const { low, high } = boundsOf({ vertices, triangles });
  const cell = Math.max(high[0] - low[0], high[1] - low[1], high[2] - low[2], 1e-9) * WELD_PART;
  const place = (n: number, axis: number): number => Math.round((vertices[3 * n + axis] - low[axis]) / cell);
  const count = vertices.length / 3;
  const numberOf = tripleNumbers(count);
  const of = new Uint32Array(count);
  const places = new Float64Array(vertices.length);
  let known = 0;
  for (let n = 0; n < count; n++) {
    of[n] = numberOf(place(n, 0), place(n, 1), place(n, 2));
    if (of[n] < known) continue;
    known++;
    for (let axis = 0; axis < 3; axis++) places[3 * of[n] + axis] = vertices[3 * n + axis];
  }
  const numberOfTriangle = tripleNumbers(triangles.length / 3);
  const kept = new Uint32Array(triangles.length);
  let [used, degenerate] = [0, 0];
  for (let n = 0; n < triangles.length; n += 3) {
    const [a, b, c] = [of[triangles[n]], of[triangles[n + 1]], of[triangles[n + 2]]];
    if (a === b || b === c || c === a) {
      degenerate++;
      continue;
    }
    // The same corners the same way round; two that face each other are a sheet without volume and do no harm.
    const least = Math.min(a, b, c);
    const [x, y, z] = least === a ? [a, b, c] : least === b ? [b, c, a] : [c, a, b];
    if (numberOfTriangle(x, y, z) < used / 3) continue;
    kept[used++] = a;
    kept[used++] = b;
    kept[used++] = c;
  }
  return {
    mesh: { vertices: places.slice(0, 3 * known), triangles: kept.slice(0, used) },
    degenerate,
    double: (triangles.length - used) / 3 - degenerate,
  };
}

/**
 * Neighbours are made to face the same way; then pieces of negative volume are turned, unless they lie within the bounds of
 * a larger piece: those are its hollows.
 */
function turnOutside(mesh: TriangleMesh): { mesh: TriangleMesh; flipped: number; pieces: number } {
  const { of, count, isTurned } = pieces(mesh, meshEdges(mesh));
  const parts = piecesOf(mesh, of, count, isTurned);
  // Where the whole is inside out, so are its hollows.
  const isAllInsideOut = parts.reduce((sum, { volume }) => sum + volume, 0) < 0;
  const isInsideOut = parts.map(({ volume, low, high }) => {
    if (volume === 0 || volume < 0 === isAllInsideOut) return isAllInsideOut;
    const isHollow = parts.some(
      (other) =>
        Math.abs(other.volume) > Math.abs(volume) &&
        low.every((x, axis) => x >= other.low[axis]) &&
        high.every((x, axis) => x <= other.high[axis]),
    );
    return isHollow === isAllInsideOut;
  });
  const triangles = mesh.triangles.slice();
  let flipped = 0;
  for (let n = 0; n < of.length; n++) {
    if ((isTurned[n] === 1) === isInsideOut[of[n]]) continue;
    flipped++;
    [triangles[3 * n + 1], triangles[3 * n + 2]] = [triangles[3 * n + 2], triangles[3 * n + 1]];
  }
  return { mesh: { vertices: mesh.vertices, triangles }, flipped, pieces: count };
}

interface Piece {
  readonly volume: number;
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Signed volume and bounds of every piece, as its triangles face after they were turned. */
function piecesOf(
  { vertices: p, triangles }: TriangleMesh,
  of: Int32Array,
  count: number,
  isTurned: Uint8Array,
): Piece[] {
  const volume = new Float64Array(count);
  const low = new Float64Array(3 * count).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(3 * count).fill(Number.NEGATIVE_INFINITY);
  for (let n = 0; n < of.length; n++) {
    const piece = of[n];
    const [a, b, c] = [3 * triangles[3 * n], 3 * triangles[3 * n + 1], 3 * triangles[3 * n + 2]];
    for (let axis = 0; axis < 3; axis++)
      for (const at of [p[a + axis], p[b + axis], p[c + axis]]) {
        if (at < low[3 * piece + axis]) low[3 * piece + axis] = at;
        if (at > high[3 * piece + axis]) high[3 * piece + axis] = at;
      }
    // From the mesh's first vertex, as `signedVolumeMm3`.
    const [ax, ay, az] = [p[a] - p[0], p[a + 1] - p[1], p[a + 2] - p[2]];
    const [bx, by, bz] = [p[b] - p[0], p[b + 1] - p[1], p[b + 2] - p[2]];
    const [cx, cy, cz] = [p[c] - p[0], p[c + 1] - p[1], p[c + 2] - p[2]];
    const six = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
    volume[piece] += (isTurned[n] === 1 ? -six : six) / 6;
  }
  return Array.from(volume, (v, n) => ({
    volume: v,
    low: Array.from(low.subarray(3 * n, 3 * n + 3)),
    high: Array.from(high.subarray(3 * n, 3 * n + 3)),
  }));
}
