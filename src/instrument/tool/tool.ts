import type { Vector3 } from "../../geometry/vector.ts";
import type { Material } from "../../material/material.ts";
import type { TriangleMesh } from "../mesh/triangle-mesh.ts";

/** One solid of a tool. Where parts overlap, the one listed first is there. */
export interface ToolPart {
  readonly name: string;
  readonly material: Material;
  readonly mesh: TriangleMesh;
}

/** A tool in a frame of its own, in mm. */
export interface Tool {
  readonly parts: readonly ToolPart[];
  /** At least `tip` and `base`. */
  readonly keypoints: readonly { readonly name: string; readonly atMm: Vector3 }[];
  /** Unit direction in which it points at its tip. */
  readonly axis: Vector3;
  /** Unit x, y and z axes of its base where that points elsewhere than its tip; it is placed by them when its base is. */
  readonly baseFrame?: readonly [Vector3, Vector3, Vector3];
  /** The line that it follows, base to tip; two points where it is straight. */
  readonly centreLine: readonly Vector3[];
  /** Holes through its parts, in which it is not: tissue or other tools are. */
  readonly voids?: readonly TriangleMesh[];
}

/** A tool in the patient. */
export interface PlacedTool {
  readonly name: string;
  readonly parts: readonly ToolPart[];
  readonly keypoints: readonly { readonly name: string; readonly lpsMm: Vector3 }[];
  readonly centreLineLps: readonly Vector3[];
  readonly voids: readonly TriangleMesh[];
  /** 4×4, row-major, rigid. */
  readonly lpsFromTool: Float64Array;
}

/** What a 4×4 row-major matrix makes of a point. */
export const moved = (m: ArrayLike<number>, [x, y, z]: Vector3): Vector3 => [
  m[0] * x + m[1] * y + m[2] * z + m[3],
  m[4] * x + m[5] * y + m[6] * z + m[7],
  m[8] * x + m[9] * y + m[10] * z + m[11],
];

/** A tool carried to its place by a 4×4 row-major matrix. */
export function placedTool(name: string, tool: Tool, lpsFromTool: Float64Array): PlacedTool {
  const place = (point: Vector3): Vector3 => moved(lpsFromTool, point);
  return {
    name,
    lpsFromTool,
    parts: tool.parts.map((part) => ({ ...part, mesh: movedMesh(part.mesh, lpsFromTool) })),
    keypoints: tool.keypoints.map((point) => ({ name: point.name, lpsMm: place(point.atMm) })),
    centreLineLps: tool.centreLine.map(place),
    voids: (tool.voids ?? []).map((mesh) => movedMesh(mesh, lpsFromTool)),
  };
}

export function movedMesh({ vertices, triangles }: TriangleMesh, matrix: ArrayLike<number>): TriangleMesh {
  const places = new Float64Array(vertices.length);
  for (let n = 0; n < vertices.length; n += 3)
    places.set(moved(matrix, [vertices[n], vertices[n + 1], vertices[n + 2]]), n);
  return { vertices: places, triangles };
}
