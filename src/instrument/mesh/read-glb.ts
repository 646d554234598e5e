import { InputError } from "../../error/input-error.ts";
import { joined, type TriangleMesh } from "./triangle-mesh.ts";

interface Gltf {
  readonly scene?: number;
  readonly scenes?: { readonly nodes?: number[] }[];
  readonly nodes?: {
    readonly children?: number[];
    readonly mesh?: number;
    readonly matrix?: number[];
    readonly translation?: number[];
    readonly rotation?: number[];
    readonly scale?: number[];
  }[];
  readonly meshes?: {
    readonly primitives: {
      readonly attributes: { readonly POSITION?: number };
      readonly indices?: number;
      readonly mode?: number;
    }[];
  }[];
  readonly accessors?: {
    readonly bufferView?: number;
    readonly byteOffset?: number;
    readonly componentType: number;
    readonly count: number;
    readonly sparse?: unknown;
  }[];
  readonly bufferViews?: {
    readonly byteOffset?: number;
    readonly byteStride?: number;
    readonly byteLength: number;
  }[];
  readonly extensionsRequired?: string[];
}

const JSON_CHUNK = 0x4e4f534a;
const TRIANGLES = 4;
const MM_PER_M = 1000;

/** Binary glTF 2.0: the triangles of its scene with the transforms of their nodes, from metres (the format's unit) to mm. */
export function readGlb(bytes: Uint8Array, name: string): TriangleMesh {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const jsonLength = bytes.length >= 20 ? view.getUint32(12, true) : 0;
  if (bytes.length < 28 + jsonLength || view.getUint32(16, true) !== JSON_CHUNK)
    throw new InputError("mesh-truncated", `${name}: it is no whole binary glTF (two chunks are needed)`);
  const gltf = JSON.parse(new TextDecoder().decode(bytes.subarray(20, 20 + jsonLength))) as Gltf;
  if (gltf.extensionsRequired?.length)
    throw new InputError(
      "mesh-glb",
      `${name}: it needs ${gltf.extensionsRequired.join(", ")}, which is not read`,
      {
        remedy: "export it without compression, or as STL",
      },
    );
  const binary = 20 + jsonLength + 8;
  const numbers = (index: number, width: number): Float64Array => {
    const accessor = gltf.accessors?.[index];
    const part = gltf.bufferViews?.[accessor?.bufferView ?? -1];
    if (!accessor || !part || accessor.sparse !== undefined)
      throw new InputError("mesh-glb", `${name}: accessor ${index} is missing or sparse`);
    const size =
      accessor.componentType === 5126 || accessor.componentType === 5125
        ? 4
        : accessor.componentType === 5123
          ? 2
          : 1;
    const start = binary + (part.byteOffset ?? 0) + (accessor.byteOffset ?? 0);
    const stride = part.byteStride ?? size * width;
    if (start + stride * (accessor.count - 1) + size * width > bytes.length)
      throw new InputError("mesh-truncated", `${name}: accessor ${index} reaches past the end of the file`);
    return Float64Array.from({ length: accessor.count * width }, (_, n) => {
      const at = start + Math.floor(n / width) * stride + (n % width) * size;
      if (accessor.componentType === 5126) return view.getFloat32(at, true);
      return size === 4
        ? view.getUint32(at, true)
        : size === 2
          ? view.getUint16(at, true)
          : view.getUint8(at);
    });
  };
  const parts: TriangleMesh[] = [];
  const visit = (index: number, parent: readonly number[], depth: number): void => {
    const node = gltf.nodes?.[index];
    if (!node || depth > 64) return;
    const matrix = product(parent, node.matrix ?? composed(node.translation, node.rotation, node.scale));
    for (const { attributes, indices, mode } of gltf.meshes?.[node.mesh ?? -1]?.primitives ?? []) {
      if ((mode ?? TRIANGLES) !== TRIANGLES || attributes.POSITION === undefined) continue;
      const local = numbers(attributes.POSITION, 3);
      const vertices = local.map((_, n) => {
        const [row, first] = [n % 3, n - (n % 3)];
        return (
          MM_PER_M *
          (matrix[row] * local[first] +
            matrix[4 + row] * local[first + 1] +
            matrix[8 + row] * local[first + 2] +
            matrix[12 + row])
        );
      });
      const triangles =
        indices === undefined
          ? Uint32Array.from({ length: vertices.length / 3 }, (_, n) => n)
          : Uint32Array.from(numbers(indices, 1));
      parts.push({ vertices, triangles });
    }
    for (const child of node.children ?? []) visit(child, matrix, depth + 1);
  };
  const roots = gltf.scenes?.[gltf.scene ?? 0]?.nodes ?? gltf.nodes?.map((_, n) => n) ?? [];
  for (const root of roots) visit(root, composed(), 0);
  return joined(parts);
}

/** 4×4 in columns, as glTF writes them: translation · rotation (unit quaternion x y z w) · scale. */
function composed(t = [0, 0, 0], q = [0, 0, 0, 1], s = [1, 1, 1]): number[] {
  const [x, y, z, w] = q;
  return [
    s[0] * (1 - 2 * (y * y + z * z)),
    s[0] * 2 * (x * y + z * w),
    s[0] * 2 * (x * z - y * w),
    0,
    s[1] * 2 * (x * y - z * w),
    s[1] * (1 - 2 * (x * x + z * z)),
    s[1] * 2 * (y * z + x * w),
    0,
    s[2] * 2 * (x * z + y * w),
    s[2] * 2 * (y * z - x * w),
    s[2] * (1 - 2 * (x * x + y * y)),
    0,
    t[0],
    t[1],
    t[2],
    1,
  ];
}

const product = (a: readonly number[], b: readonly number[]): number[] =>
  Array.from({ length: 16 }, (_, n) => {
    const [row, column] = [n % 4, n - (n % 4)];
    return (
      a[row] * b[column] +
      a[4 + row] * b[column + 1] +
      a[8 + row] * b[column + 2] +
      a[12 + row] * b[column + 3]
    );
  });
