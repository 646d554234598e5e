import type { Vector3 } from "../../geometry/vector.ts";
import type { TriangleMesh } from "../mesh/triangle-mesh.ts";

/** A number that shapes a tool, with its limits. */
export interface ToolParameter {
  readonly default: number;
  readonly least: number;
  readonly most: number;
  readonly meaning: string;
}

/** Shape of a tool: its tip at the origin, pointing along +z. */
export interface ToolShape {
  readonly parts: readonly {
    readonly name: string;
    readonly mesh: TriangleMesh;
    readonly material?: string;
  }[];
  readonly keypoints: readonly { readonly name: string; readonly atMm: Vector3 }[];
  /** Base to tip; default straight from one to the other. */
  readonly centreLine?: readonly Vector3[];
  /** Unit axes of the base, where it does not point along +z. */
  readonly baseFrame?: readonly [Vector3, Vector3, Vector3];
  readonly voids?: readonly TriangleMesh[];
}

/** A tool that needs no file. */
export interface ToolPreset {
  readonly name: string;
  readonly description: string;
  readonly material: string;
  readonly parameters: Readonly<Record<string, ToolParameter>>;
  build(parameters: Readonly<Record<string, number>>): ToolShape;
  /** The tool along a line from base to tip, whatever its length says; only of those that bend at will. */
  readonly buildAlong?: (parameters: Readonly<Record<string, number>>, line: readonly Vector3[]) => ToolShape;
}
