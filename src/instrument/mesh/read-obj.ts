import { InputError } from "../../error/input-error.ts";
import { fan } from "./fan.ts";
import type { TriangleMesh } from "./triangle-mesh.ts";

/** Wavefront OBJ: `v` and `f`; faces of more corners become fans, negative numbers count back. All groups are one mesh. */
export function readObj(bytes: Uint8Array, name: string): TriangleMesh {
  const vertices: number[] = [];
  const triangles: number[] = [];
  const lines = new TextDecoder()
    .decode(bytes)
    .replaceAll(/\\\r?\n/g, " ")
    .split(/\r?\n/);
  lines.forEach((line, n) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === "v") vertices.push(Number(words[1]), Number(words[2]), Number(words[3]));
    if (words[0] !== "f") return;
    const count = vertices.length / 3;
    const corners = words.slice(1).map((word) => {
      const number = Number.parseInt(word, 10);
      const index = number < 0 ? count + number : number - 1;
      if (!(index >= 0 && index < count))
        throw new InputError(
          "mesh-index",
          `${name}:${n + 1}: the face "${word}" names a vertex that is not there (${count} so far)`,
        );
      return index;
    });
    fan(corners, triangles);
  });
  return { vertices: Float64Array.from(vertices), triangles: Uint32Array.from(triangles) };
}
