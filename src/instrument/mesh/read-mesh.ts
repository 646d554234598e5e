import { InputError } from "../../error/input-error.ts";
import type { Finding } from "../../volume/finding.ts";
import { type MendedMesh, mendMesh } from "./mesh-doctor.ts";
import { readGlb } from "./read-glb.ts";
import { readObj } from "./read-obj.ts";
import { readPly } from "./read-ply.ts";
import { isBinaryStl, readStl, startsWithSolid } from "./read-stl.ts";
import { boundsOf, scaled, type TriangleMesh } from "./triangle-mesh.ts";

export const lengthUnits = ["mm", "cm", "m", "inch", "um"] as const;
export type LengthUnit = (typeof lengthUnits)[number];

const MM_PER: Readonly<Record<LengthUnit, number>> = { mm: 1, cm: 10, m: 1000, inch: 25.4, um: 0.001 };

/** Tools are longer than this in mm; a file whose numbers are smaller is in metres. */
const SHORTEST_MM = 0.6;
/** Below it a tool may as well be a long one in cm or inches: that cannot be told, so it is said. */
const SHORT_MM = 15;
const LONGEST_MM = 3000;

/**
 * A mesh from the bytes of an STL, OBJ, PLY or GLB file, in mm and mended. The format is told by content, and where that
 * says nothing by the name.
 *
 * @param unit of the file's numbers; without it mm, or metres where no tool is that small
 * @throws InputError `mesh-format`, `mesh-unit` and those of the readers and of `mendMesh`
 */
export function readMesh(bytes: Uint8Array, name: string, unit?: LengthUnit): MendedMesh {
  const { mesh: raw, isGlb } = decode(bytes, name);
  const { low, high } = raw.vertices.length > 0 ? boundsOf(raw) : { low: [0, 0, 0], high: [0, 0, 0] };
  const largest = Math.max(...[0, 1, 2].map((axis) => high[axis] - low[axis]));
  const findings: Finding[] = [];
  let factor = unit === undefined ? 1 : isGlb ? MM_PER[unit] / MM_PER.m : MM_PER[unit];
  if (unit === undefined && !isGlb && largest > 0 && largest < SHORTEST_MM) {
    factor = MM_PER.m;
    findings.push({
      severity: "warning",
      code: "mesh-metres",
      message: `${name}: its largest side is ${largest.toPrecision(3)}, so it is taken to be in metres: ${(largest * factor).toPrecision(3)} mm; state the unit if it is another`,
    });
  } else if (unit === undefined && largest < SHORT_MM)
    findings.push({
      severity: "info",
      code: "mesh-small",
      message: `${name}: its largest side is ${largest.toPrecision(3)} mm; if the file is in cm or inches, state the unit`,
    });
  if (largest * factor > LONGEST_MM)
    throw new InputError(
      "mesh-unit",
      `${name}: its largest side would be ${(largest * factor).toPrecision(3)} mm, longer than any room for it`,
      {
        remedy: `state the unit of the file: ${lengthUnits.join(", ")}`,
      },
    );
  const mended = mendMesh(scaled(raw, factor), name);
  return { ...mended, findings: [...findings, ...mended.findings] };
}

function decode(bytes: Uint8Array, name: string): { mesh: TriangleMesh; isGlb: boolean } {
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase();
  if (start === "glTF") return { mesh: readGlb(bytes, name), isGlb: true };
  if (start.startsWith("ply")) return { mesh: readPly(bytes, name), isGlb: false };
  if (extension === "obj") return { mesh: readObj(bytes, name), isGlb: false };
  if (extension === "stl" && (startsWithSolid(bytes) || isBinaryStl(bytes)))
    return { mesh: readStl(bytes, name), isGlb: false };
  if (startsWithSolid(bytes)) return { mesh: readStl(bytes, name), isGlb: false };
  if (/^\s*(?:#|v\s|o\s|mtllib\s)/.test(new TextDecoder("latin1").decode(bytes.subarray(0, 200))))
    return { mesh: readObj(bytes, name), isGlb: false };
  throw new InputError("mesh-format", `${name} is no STL, OBJ, PLY or GLB file`, {
    remedy: "export the tool as STL, in mm",
  });
}
