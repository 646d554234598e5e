import { InvalidArgumentError } from "commander";

/** Parser of a numeric option within limits; the message names both. */
export function numberBetween(minimum: number, maximum: number, unit = ""): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < minimum || value > maximum)
      throw new InvalidArgumentError(
        `It must be a number from ${minimum} to ${maximum}${unit && ` ${unit}`}.`,
      );
    return value;
  };
}

export function wholeNumberBetween(minimum: number, maximum: number, unit = ""): (text: string) => number {
  const parse = numberBetween(minimum, maximum, unit);
  return (text) => {
    const value = parse(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError("It must be a whole number.");
    return value;
  };
}

/** `Al:2.5`: a material and its thickness in mm; repeatable. */
export function filterOption(
  text: string,
  previous: readonly { material: string; thicknessMm: number }[] | undefined,
): { material: string; thicknessMm: number }[] {
  const match = /^(.+):([^:]+)$/.exec(text);
  if (!match) throw new InvalidArgumentError('It must be MATERIAL:MM, for example "Al:2.5".');
  return [...(previous ?? []), { material: match[1], thicknessMm: numberBetween(0, 5000, "mm")(match[2]) }];
}

/** `X,Y,Z` in LPS mm, or `label:NAME`, or `centre`. */
export function isocentreOption(text: string): [number, number, number] | string {
  if (/^(centre|center|label:.+)$/.test(text)) return text;
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (numbers.length !== 3 || numbers.some((value) => !Number.isFinite(value)))
    throw new InvalidArgumentError("It must be X,Y,Z in LPS mm, label:NAME, or centre.");
  return numbers as [number, number, number];
}

/** Nine numbers, row by row: the rotation `cameraFromLps` of a scene. */
export function rotationOption(text: string): [number, number, number][] {
  const numbers = text.split(/[,;\s]+/).map((part) => (part === "" ? Number.NaN : Number(part)));
  if (numbers.length !== 9 || numbers.some((value) => !Number.isFinite(value)))
    throw new InvalidArgumentError("It must be nine numbers, row by row: AP is 1,0,0,0,0,-1,0,1,0.");
  return [0, 3, 6].map((first) => [numbers[first], numbers[first + 1], numbers[first + 2]]);
}

/** `femur_left:cortical bone`: a label and its material; repeatable. */
export function labelMaterialOption(
  text: string,
  previous: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const at = text.indexOf(":");
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError('It must be LABEL:MATERIAL, for example "femur_left:cortical bone".');
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
}

/** An option that may be given several times. */
export const repeated = (word: string, before: readonly string[] = []): string[] => [...before, word];
