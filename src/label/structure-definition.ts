import { z } from "zod";
import { InputError } from "../error/input-error.ts";
import type { LabelMap } from "../volume/label-map.ts";
import { aboveSacroiliacJoint } from "./hip-structures.ts";
import type { HalfSpace, Structure, StructureSet } from "./structure.ts";

const finite = z.number();
const vector = z.tuple([finite, finite, finite]);
const name = z
  .string()
  .min(1)
  .max(80)
  .regex(/^[\w.-]+$/, "a structure's name is made of letters, digits, dots, dashes and underscores");

/** A structure as a recipe or scene writes it down: labels by name, and the rules that make a 2-D mask of them. */
const structureDefinition = z.strictObject({
  name,
  labels: z
    .array(z.union([z.string().min(1), z.int().min(1).max(65535)]))
    .min(1)
    .describe("names or numbers of labels; * in a name stands for anything"),
  within: z
    .union([
      z.literal("above-sacroiliac-joint"),
      z.strictObject({ aboveSacroiliacJointMm: finite.min(-200).max(200) }),
      z.strictObject({ pointLps: vector, normal: vector }),
    ])
    .optional()
    .describe("keeps the voxels on one side of a plane: found in the anatomy, or given in LPS mm"),
  minimumThicknessMm: finite
    .positive()
    .max(1000)
    .optional()
    .describe("a ray counts when it crosses so much of the structure; without it any hit counts"),
  minus: z.array(name).optional().describe("structures whose masks are taken out of this one"),
});

/** Several structures and which of them a pixel of the flattened mask shows. */
export const structureSetDefinition = z.strictObject({
  structures: z.array(structureDefinition).min(1).max(250),
  precedence: z
    .array(z.union([name, z.strictObject({ nearest: z.array(name).min(1) })]))
    .optional()
    .describe("the first entry that meets the ray wins; without it the structure nearest to the source"),
});
export type StructureSetDefinition = z.output<typeof structureSetDefinition>;

/**
 * The structures of one patient by a definition. Structures without a voxel here stay, with empty masks, so that class values
 * are the same for every patient.
 *
 * @throws InputError `structure-twice`, `structure-plane`, `structures-absent`
 */
export function definedStructures(labelMap: LabelMap, definition: StructureSetDefinition): StructureSet {
  const names = definition.structures.map((structure) => structure.name);
  const twice = names.find((candidate, index) => names.indexOf(candidate) !== index);
  if (twice !== undefined) throw new InputError("structure-twice", `two structures are called "${twice}"`);
  const structures = definition.structures.map((entry): Structure => {
    const within = entry.within === undefined ? undefined : halfSpace(labelMap, entry.name, entry.within);
    return {
      name: entry.name,
      labels: [...new Set(entry.labels.flatMap((label) => labelNumbers(labelMap, label)))],
      ...(within ? { within } : {}),
      ...(entry.minimumThicknessMm === undefined
        ? {}
        : { rule: { kind: "minimum-thickness", thicknessMm: entry.minimumThicknessMm } as const }),
      ...(entry.minus ? { minus: entry.minus } : {}),
    };
  });
  if (structures.every(({ labels }) => labels.length === 0))
    throw new InputError(
      "structures-absent",
      "the label map has none of the labels that the structures name",
      {
        remedy: `labels here: ${[...labelMap.names.values()].slice(0, 12).join(", ")}${labelMap.names.size > 12 ? ", …" : ""}`,
      },
    );
  return { structures, precedence: definition.precedence ?? [{ nearest: names }] };
}

function halfSpace(
  labelMap: LabelMap,
  structure: string,
  within: NonNullable<StructureSetDefinition["structures"][number]["within"]>,
): HalfSpace {
  if (typeof within === "object" && "normal" in within) return within;
  const plane = aboveSacroiliacJoint(labelMap);
  if (!plane)
    throw new InputError(
      "structure-plane",
      `"${structure}" is to be cut at the sacro-iliac joint, but sacrum and hip bones do not meet in this label map`,
      { remedy: "label sacrum, hip_left and hip_right, or give the plane as pointLps and normal" },
    );
  const aboveMm = within === "above-sacroiliac-joint" ? 0 : within.aboveSacroiliacJointMm;
  const [x, y, z] = plane.pointLps;
  return { ...plane, pointLps: [x, y, z + aboveMm] };
}

/** Numbers of the labels that a name (with * for anything) or a number means in this map; none is allowed. */
export function labelNumbers(labelMap: LabelMap, label: string | number): number[] {
  if (typeof label === "number") return [label];
  const pattern = new RegExp(
    `^${label
      .split("*")
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join(".*")}$`,
  );
  return [...labelMap.names].filter(([, candidate]) => pattern.test(candidate)).map(([number]) => number);
}
