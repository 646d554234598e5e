import { InputError } from "../../error/input-error.ts";
import { norm, normalize, subtract, type Vector3 } from "../../geometry/vector.ts";
import { materialByName } from "../../material/named-materials.ts";
import {
  bead,
  catheter,
  drillBit,
  guideWire,
  kWire,
  markerPhantom,
  nail,
  plate,
  screw,
} from "./parametric-tools.ts";
import { continuumManipulator } from "./continuum-manipulator.ts";
import { smoothLine } from "../smooth-line.ts";
import type { Tool } from "./tool.ts";
import type { ToolPreset } from "./tool-preset.ts";

/** Every preset; `synthex instruments` lists them. */
export const toolPresets: readonly ToolPreset[] = [
  kWire,
  screw,
  drillBit,
  plate,
  nail,
  guideWire,
  catheter,
  bead,
  markerPhantom,
  continuumManipulator,
];

/** @throws InputError `instrument-preset` */
export function presetByName(name: string): ToolPreset {
  const preset = toolPresets.find((candidate) => candidate.name === name);
  if (!preset)
    throw new InputError("instrument-preset", `there is no instrument "${name.slice(0, 80)}"`, {
      remedy: `give one of ${toolPresets.map((known) => known.name).join(", ")}, or the path of an STL, OBJ, PLY or GLB file`,
    });
  return preset;
}

/** Straight pieces of a smooth path. */
const PIECE_MM = 2;

/**
 * @param path places from base to tip that the tool follows smoothly, in the frame that it is then in
 * @throws InputError `instrument-preset`, `instrument-parameter`, `instrument-path`
 */
export function presetTool(
  name: string,
  given: Readonly<Record<string, number>>,
  material?: string,
  path?: readonly Vector3[],
): Tool {
  const preset = presetByName(name);
  const parameters: Record<string, number> = {};
  for (const [key, { default: usual }] of Object.entries(preset.parameters)) parameters[key] = usual;
  for (const [key, value] of Object.entries(given)) {
    const known = preset.parameters[key];
    if (!known)
      throw new InputError("instrument-parameter", `a ${name} has no "${key.slice(0, 40)}"`, {
        remedy: `its parameters: ${Object.keys(preset.parameters).join(", ")}`,
      });
    if (!(value >= known.least && value <= known.most))
      throw new InputError(
        "instrument-parameter",
        `${key} of a ${name} must be from ${known.least} to ${known.most}, got ${value}`,
      );
    parameters[key] = value;
  }
  if (path && !preset.buildAlong)
    throw new InputError("instrument-path", `a ${name} does not bend, so it cannot follow a path`, {
      remedy: `those that can: ${toolPresets.flatMap((known) => (known.buildAlong ? [known.name] : [])).join(", ")}`,
    });
  const line = path && smoothLine(path, PIECE_MM);
  if (line?.some((point, n) => n > 0 && !(norm(subtract(point, line[n - 1])) > 1e-6)))
    throw new InputError("instrument-path", `the path of a ${name} stands still: two of its points are one`);
  const shape = line && preset.buildAlong ? preset.buildAlong(parameters, line) : preset.build(parameters);
  const { keypoints, voids, baseFrame } = shape;
  const ends = ["base", "tip"].flatMap((end) =>
    keypoints.filter((point) => point.name === end).map(({ atMm }) => atMm),
  );
  return {
    axis: line ? normalize(subtract(line[line.length - 1], line[line.length - 2])) : [0, 0, 1],
    keypoints,
    centreLine: shape.centreLine ?? ends,
    ...(voids ? { voids } : {}),
    ...(baseFrame ? { baseFrame } : {}),
    parts: shape.parts.map((part) => ({
      name: part.name,
      mesh: part.mesh,
      material: materialByName(part.material ?? material ?? preset.material),
    })),
  };
}
