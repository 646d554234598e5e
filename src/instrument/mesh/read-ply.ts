import { InputError } from "../../error/input-error.ts";
import { fan } from "./fan.ts";
import type { TriangleMesh } from "./triangle-mesh.ts";

interface Property {
  readonly name: string;
  readonly type: string;
  /** Type of the number of items, of a list. */
  readonly countType?: string;
}
interface Element {
  readonly name: string;
  readonly count: number;
  readonly properties: Property[];
}

const BYTES: Readonly<Record<string, number>> = {
  char: 1,
  int8: 1,
  uchar: 1,
  uint8: 1,
  short: 2,
  int16: 2,
  ushort: 2,
  uint16: 2,
  int: 4,
  int32: 4,
  uint: 4,
  uint32: 4,
  float: 4,
  float32: 4,
  double: 8,
  float64: 8,
};

/** PLY, text or binary of either byte order: x, y, z of `vertex`, the list `vertex_indices` of `face`; the rest is skipped. */
export function readPly(bytes: Uint8Array, name: string): TriangleMesh {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 65_536));
  const end = /end_header[^\n]*\n/.exec(head);
  const format = /format\s+(\S+)/.exec(head)?.[1];
  if (!end || !format) throw new InputError("mesh-ply", `${name}: its header has no format or no end`);
  const elements: Element[] = [];
  for (const line of head.slice(0, end.index).split(/\r?\n/)) {
    const words = line.trim().split(/\s+/);
    if (words[0] === "element") elements.push({ name: words[1], count: Number(words[2]), properties: [] });
    if (words[0] !== "property") continue;
    elements
      .at(-1)
      ?.properties.push(
        words[1] === "list"
          ? { name: words[4], type: words[3], countType: words[2] }
          : { name: words[2], type: words[1] },
      );
  }
  const body = bytes.subarray(end.index + end[0].length);
  const next =
    format === "ascii" ? textNumbers(body) : binaryNumbers(body, format === "binary_little_endian", name);
  const vertices: number[] = [];
  const triangles: number[] = [];
  for (const element of elements) {
    const place = ["x", "y", "z"].map((axis) =>
      element.properties.findIndex((property) => property.name === axis),
    );
    for (let n = 0; n < element.count; n++) {
      const values = element.properties.map(({ type, countType }) =>
        countType === undefined ? [next(type)] : Array.from({ length: next(countType) }, () => next(type)),
      );
      if (element.name === "vertex") vertices.push(...place.map((at) => values[at]?.[0] ?? Number.NaN));
      if (element.name === "face")
        fan(
          values[element.properties.findIndex(({ name: list }) => /^vertex_ind(ex|ices)$/.test(list))] ?? [],
          triangles,
        );
    }
  }
  return { vertices: Float64Array.from(vertices), triangles: Uint32Array.from(triangles) };
}

function textNumbers(body: Uint8Array): () => number {
  const words = new TextDecoder().decode(body).trim().split(/\s+/);
  let at = 0;
  return () => (at < words.length ? Number(words[at++]) : 0);
}

function binaryNumbers(body: Uint8Array, isLittle: boolean, name: string): (type: string) => number {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let at = 0;
  return (type) => {
    const size = BYTES[type];
    if (size === undefined || at + size > body.length)
      throw new InputError(
        "mesh-truncated",
        `${name}: ${size === undefined ? `"${type}" is no type of PLY` : "it ends before its last face"}`,
      );
    at += size;
    const from = at - size;
    if (type.startsWith("f") || type === "double" || type === "float64")
      return size === 4 ? view.getFloat32(from, isLittle) : view.getFloat64(from, isLittle);
    const unsigned = type.startsWith("u");
    if (size === 1) return unsigned ? view.getUint8(from) : view.getInt8(from);
    if (size === 2) return unsigned ? view.getUint16(from, isLittle) : view.getInt16(from, isLittle);
    return unsigned ? view.getUint32(from, isLittle) : view.getInt32(from, isLittle);
  };
}
