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
