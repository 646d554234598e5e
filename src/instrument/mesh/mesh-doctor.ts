import { InputError } from "../../error/input-error.ts";
import type { Finding } from "../../volume/finding.ts";
import { edgeUse, pieces } from "./mesh-edges.ts";
import { boundsOf, signedVolumeMm3, type TriangleMesh } from "./triangle-mesh.ts";

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
 * (unless they are hollows of another piece). Everything done or left is a finding. Holes are left: their rays are counted when they are cast.
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
  const turned = turnOutside(welded);
  if (turned.flipped > 0)
    say("warning", "mesh-inside-out", `${turned.flipped} triangles were turned: their outside was inside`);
  const { mesh } = turned;
  const { open, unbalanced } = edgeUse(mesh);
  if (open > 0)
    say(
      "warning",
      "mesh-open",
      `the surface has holes: ${open} edges belong to one triangle only; rays through a hole get the path of their neighbours`,
    );
  else if (unbalanced > 0)
    say(
      "warning",
      "mesh-non-manifold",
      `${unbalanced} edges do not join an equal number of triangles on both sides`,
    );
  const { low, high } = boundsOf(mesh);
  const volumeMm3 = signedVolumeMm3(mesh);
  if (open === 0 && !(volumeMm3 > 0))
    say("warning", "mesh-flat", "the surface encloses no volume; the tool will not be seen");
  return {
    mesh,
    findings,
    facts: {
      triangles: mesh.triangles.length / 3,
      vertices: mesh.vertices.length / 3,
      sizeMm: [high[0] - low[0], high[1] - low[1], high[2] - low[2]],
      volumeMm3,
      pieces: pieces(mesh).count,
      openEdges: open,
      unbalancedEdges: unbalanced,
    },
  };
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
  const known = new Map<string, number>();
  const places: number[] = [];
  const of = new Uint32Array(vertices.length / 3);
  for (let n = 0; n < of.length; n++) {
    const [x, y, z] = [vertices[3 * n], vertices[3 * n + 1], vertices[3 * n + 2]];
    const key = `${Math.round((x - low[0]) / cell)},${Math.round((y - low[1]) / cell)},${Math.round((z - low[2]) / cell)}`;
    const found = known.get(key);
    if (found !== undefined) {
      of[n] = found;
      continue;
    }
    of[n] = places.length / 3;
    known.set(key, of[n]);
    places.push(x, y, z);
  }
  const kept: number[] = [];
  const seen = new Set<string>();
  let [degenerate, double] = [0, 0];
  for (let n = 0; n < triangles.length; n += 3) {
    const [a, b, c] = [of[triangles[n]], of[triangles[n + 1]], of[triangles[n + 2]]];
    if (a === b || b === c || c === a) {
      degenerate++;
      continue;
    }
    // The same three corners the same way round; two that face each other are a sheet without volume and do no harm.
    const least = Math.min(a, b, c);
    const key = least === a ? `${a},${b},${c}` : least === b ? `${b},${c},${a}` : `${c},${a},${b}`;
    if (seen.has(key)) {
      double++;
      continue;
    }
    seen.add(key);
    kept.push(a, b, c);
  }
  return {
    mesh: { vertices: Float64Array.from(places), triangles: Uint32Array.from(kept) },
    degenerate,
    double,
  };
}

/**
 * Neighbours are made to face the same way; then pieces of negative volume are turned, unless they lie within the bounds of
 * a larger piece: those are its hollows.
 */
function turnOutside(mesh: TriangleMesh): { mesh: TriangleMesh; flipped: number } {
  const { of, count, isTurned } = pieces(mesh);
  const triangles = mesh.triangles.slice();
  const turn = (n: number): void => {
    [triangles[3 * n + 1], triangles[3 * n + 2]] = [triangles[3 * n + 2], triangles[3 * n + 1]];
  };
  const members: number[][] = Array.from({ length: count }, () => []);
  for (let n = 0; n < of.length; n++) {
    members[of[n]].push(3 * n, 3 * n + 1, 3 * n + 2);
    if (isTurned[n]) turn(n);
  }
  const parts = members.map((corners) => {
    const part: TriangleMesh = {
      vertices: mesh.vertices,
      triangles: Uint32Array.from(corners, (corner) => triangles[corner]),
    };
    const own = Float64Array.from(
      [...part.triangles].flatMap((v) => [
        mesh.vertices[3 * v],
        mesh.vertices[3 * v + 1],
        mesh.vertices[3 * v + 2],
      ]),
    );
    return { volume: signedVolumeMm3(part), ...boundsOf({ vertices: own, triangles: part.triangles }) };
  });
  parts.forEach(({ volume, low, high }, piece) => {
    if (volume >= 0) return;
    const isHollow = parts.some(
      (other) =>
        Math.abs(other.volume) > Math.abs(volume) &&
        low.every((x, axis) => x >= other.low[axis]) &&
        high.every((x, axis) => x <= other.high[axis]),
    );
    if (!isHollow) for (let n = 0; n < members[piece].length; n += 3) turn(members[piece][n] / 3);
  });
  let flipped = 0;
  for (let n = 0; n < of.length; n++) if (triangles[3 * n + 1] !== mesh.triangles[3 * n + 1]) flipped++;
  return { mesh: { vertices: mesh.vertices, triangles }, flipped };
}
