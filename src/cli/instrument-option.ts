import { InvalidArgumentError } from "commander";
import { namedDirections, type InstrumentInput } from "../scene/instrument-schema.ts";

const SYNTAX = "WHAT[:KEY=VALUE,…][@PLACE[/DIRECTION[/ROLL]]]";

/**
 * `screw:lengthMm=60,boreMm=2@label:hip_left/0,1,0/30`: a preset or a mesh file, its settings, where its tip is, where it points, and its turn
 * about that. Settings of both: material, name; of files: unit, turned; every other one is a parameter of the preset. Repeatable.
 */
export function instrumentOption(text: string, previous: readonly InstrumentInput[] = []): InstrumentInput[] {
  const at = text.lastIndexOf("@");
  const [what, pose] = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
  const settings = /:((?:\w+=[^,=]+)(?:,\w+=[^,=]+)*)$/.exec(what);
  const name = settings ? what.slice(0, settings.index) : what;
  if (name === "") throw new InvalidArgumentError(`It must be ${SYNTAX}; synthex instruments lists presets.`);
  const isFile = /\.(stl|obj|ply|glb)$/i.test(name);
  const instrument: InstrumentInput = isFile ? { mesh: name } : { preset: name };
  for (const setting of settings?.[1].split(",") ?? []) {
    const [key, value] = setting.split("=");
    if (key === "material" || key === "name") instrument[key] = value;
    else if (isFile && key === "unit") instrument.unit = value as "mm";
    else if (isFile && key === "turned") instrument.turned = value !== "0" && value !== "false";
    else if (isFile)
      throw new InvalidArgumentError(
        `A file has the settings material, name, unit and turned, not "${key}".`,
      );
    else instrument.parameters = { ...instrument.parameters, [key]: numberOf(value, key) };
  }
  return [...previous, pose === "" ? instrument : { ...instrument, pose: poseOf(pose) }];
}

function poseOf(text: string): NonNullable<InstrumentInput["pose"]> {
  const [place, direction, roll, ...rest] = text.split("/");
  if (rest.length > 0)
    throw new InvalidArgumentError(`Behind @ it must be PLACE[/DIRECTION[/ROLL]], got "${text}".`);
  return {
    tip: /^(label|landmark):|^[a-z]+$/.test(place) ? place : pointOf(place),
    ...(direction === undefined
      ? {}
      : { direction: direction in namedDirections ? (direction as "left") : pointOf(direction) }),
    ...(roll === undefined ? {} : { rollDeg: numberOf(roll, "ROLL") }),
  };
}

function pointOf(text: string): [number, number, number] {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (numbers.length !== 3 || numbers.some((value) => !Number.isFinite(value)))
    throw new InvalidArgumentError(
      `"${text}" must be X,Y,Z in LPS mm, or a name: see ${SYNTAX} in docs/instruments.md.`,
    );
  return numbers as [number, number, number];
}

function numberOf(text: string, what: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new InvalidArgumentError(`${what} must be a number, got "${text}".`);
  return value;
}
