import { spacingMm } from "../geometry/grid.ts";
import type { LabelMap } from "./label-map.ts";
import type { Volume } from "./volume.ts";

/**
 * A MetaImage file (.mha, uncompressed) with the affine in full double precision. Same input, same bytes.
 * The format wants unit columns and a spacing; a sheared grid keeps its directions in TransformMatrix.
 */
export function writeMetaImage(image: Volume<string> | LabelMap): Uint8Array {
  const values = "labels" in image ? image.labels : image.values;
  const { shape, lpsFromVoxel } = image.grid;
  const { matrix } = lpsFromVoxel;
  const spacing = spacingMm(image.grid);
  const directions = [0, 1, 2].flatMap((axis) =>
    [0, 1, 2].map((row) => matrix[4 * row + axis] / spacing[axis]),
  );
  const header = [
    "ObjectType = Image",
    "NDims = 3",
    "BinaryData = True",
    "BinaryDataByteOrderMSB = False",
    "CompressedData = False",
    `TransformMatrix = ${directions.join(" ")}`,
    `Offset = ${[matrix[3], matrix[7], matrix[11]].join(" ")}`,
    "CenterOfRotation = 0 0 0",
    `ElementSpacing = ${spacing.join(" ")}`,
    `DimSize = ${shape.join(" ")}`,
    `ElementType = ${ELEMENT_TYPES[values.constructor.name]}`,
    "ElementDataFile = LOCAL\n",
  ].join("\n");
  const head = new TextEncoder().encode(header);
  const bytes = new Uint8Array(head.length + values.byteLength);
  bytes.set(head);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), head.length);
  return bytes;
}

const ELEMENT_TYPES: Readonly<Record<string, string>> = {
  Uint8Array: "MET_UCHAR",
  Int8Array: "MET_CHAR",
  Int16Array: "MET_SHORT",
  Uint16Array: "MET_USHORT",
  Int32Array: "MET_INT",
  Uint32Array: "MET_UINT",
  Float32Array: "MET_FLOAT",
  Float64Array: "MET_DOUBLE",
};
