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
}

/** A tool in the patient. */
export interface PlacedTool {
  readonly name: string;
  readonly parts: readonly ToolPart[];
  readonly keypoints: readonly { readonly name: string; readonly lpsMm: Vector3 }[];
  /** 4×4, row-major, rigid. */
  readonly lpsFromTool: Float64Array;
}

/** A tool carried to its place by a 4×4 row-major matrix. */
export function placedTool(name: string, tool: Tool, lpsFromTool: Float64Array): PlacedTool {
  const m = lpsFromTool;
  const place = ([x, y, z]: Vector3): Vector3 => [
    m[0] * x + m[1] * y + m[2] * z + m[3],
    m[4] * x + m[5] * y + m[6] * z + m[7],
    m[8] * x + m[9] * y + m[10] * z + m[11],
  ];
  return {
    name,
    lpsFromTool,
    parts: tool.parts.map((part) => {
      const { vertices, triangles } = part.mesh;
      const moved = new Float64Array(vertices.length);
      for (let n = 0; n < vertices.length; n += 3)
        moved.set(place([vertices[n], vertices[n + 1], vertices[n + 2]]), n);
      return { ...part, mesh: { vertices: moved, triangles } };
    }),
    keypoints: tool.keypoints.map((point) => ({ name: point.name, lpsMm: place(point.atMm) })),
  };
}
