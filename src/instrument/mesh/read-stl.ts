import { InputError } from "../../error/input-error.ts";
import type { TriangleMesh } from "./triangle-mesh.ts";

const HEADER_BYTES = 84;
const BYTES_PER_TRIANGLE = 50;

/** A binary STL tells by its length: 84 bytes, then 50 a triangle. Some end with a few bytes more. */
export function isBinaryStl(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES) return false;
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(80, true);
  return !startsWithSolid(bytes) || bytes.length === HEADER_BYTES + BYTES_PER_TRIANGLE * count;
}

export const startsWithSolid = (bytes: Uint8Array): boolean =>
  /^\s*solid\b/.test(String.fromCharCode(...bytes.subarray(0, 80)));

/** STL, binary or text: three corners a triangle; normals and attributes are not read. */
export function readStl(bytes: Uint8Array, name: string): TriangleMesh {
  return isBinaryStl(bytes) ? readBinary(bytes, name) : readText(bytes, name);
}

function readBinary(bytes: Uint8Array, name: string): TriangleMesh {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(80, true);
  if (bytes.length < HEADER_BYTES + BYTES_PER_TRIANGLE * count)
    throw new InputError(
      "mesh-truncated",
      `${name}: its header promises ${count} triangles, ${HEADER_BYTES + BYTES_PER_TRIANGLE * count} bytes, but the file has ${bytes.length}`,
      { remedy: "copy or export the file again" },
    );
  const vertices = new Float64Array(9 * count);
  for (let n = 0; n < count; n++)
    for (let value = 0; value < 9; value++)
      vertices[9 * n + value] = view.getFloat32(HEADER_BYTES + BYTES_PER_TRIANGLE * n + 12 + 4 * value, true);
  return soup(vertices);
}

function readText(bytes: Uint8Array, name: string): TriangleMesh {
  const vertices: number[] = [];
  for (const match of new TextDecoder().decode(bytes).matchAll(/\bvertex\s+(\S+)\s+(\S+)\s+(\S+)/g))
    vertices.push(Number(match[1]), Number(match[2]), Number(match[3]));
  if (vertices.length % 9 !== 0)
    throw new InputError("mesh-truncated", `${name}: its last triangle has not three vertices`);
  return soup(Float64Array.from(vertices));
}

const soup = (vertices: Float64Array): TriangleMesh => ({
  vertices,
  triangles: Uint32Array.from({ length: vertices.length / 3 }, (_, n) => n),
});
