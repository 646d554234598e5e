import { InputError } from "../error/input-error.ts";
import { splitCells } from "./split-cells.ts";

/**
 * Names of labels from a Slicer colour table (`1 hip_left 200 10 10 255`), an ITK-SNAP label description
 * (`1 200 10 10 1 1 1 "hip_left"`) or JSON: {"1": "hip_left"}, {"1": {"name": "hip_left"}}, {"hip_left": 1}, [{"label": 1, "name": "hip_left"}], or a list of names from label 1 on.
 */
export function readLabelNames(bytes: Uint8Array, name: string): Map<number, string> {
  const text = new TextDecoder().decode(bytes).replace(/^\uFEFF/, "");
  const entries = /^\s*[[{]/.test(text) ? fromJson(text, name) : fromLines(text, name);
  const names = new Map<number, string>();
  for (const [label, title] of entries) {
    if (!Number.isInteger(label) || label < 0 || label > 65535)
      throw new InputError("label-names", `${name}: "${label}" is not a label from 0 to 65535`);
    if (title.trim() === "")
      throw new InputError("label-names", `${name}: the name of label ${label} is empty`);
    if (names.has(label) && names.get(label) !== title)
      throw new InputError(
        "label-names",
        `${name}: label ${label} has two names, "${names.get(label)}" and "${title}"`,
      );
    if (label !== 0) names.set(label, title);
  }
  if (names.size === 0) throw new InputError("label-names", `${name} names no labels`);
  return names;
}

function fromLines(text: string, name: string): [number, string][] {
  return text.split(/\r?\n/).flatMap((line, index): [number, string][] => {
    // The header of a comma-separated colour table begins with "LabelValue".
    if (line.trim() === "" || line.trimStart().startsWith("#") || /^\s*label/i.test(line)) return [];
    const isTable = /^\s*\d+\s*[,;]/.test(line) || (/^\s*\d+\t/.test(line) && !line.includes('"'));
    const cells = isTable ? splitCells(line) : blankSeparated(line);
    const label = Number(cells[0] === "" ? Number.NaN : cells[0]);
    if (!Number.isInteger(label) || cells.length < 2 || cells[1] === "")
      throw new InputError(
        "label-names",
        `${name}, line ${index + 1}: expected a label and its name, found "${line.slice(0, 60)}"`,
      );
    return [[label, cells[1]]];
  });
}

/** Label and name; what is left of a colour is cut off: four numbers behind the name, or six before it, which then is quoted. */
function blankSeparated(line: string): string[] {
  const quoted = line.indexOf('"');
  if (quoted >= 0) {
    const words = line.slice(0, quoted).trim().split(/\s+/);
    return [words[0], line.slice(quoted + 1).split('"')[0]];
  }
  const [label, ...words] = line.trim().split(/\s+/);
  const hasColour = words.length >= 5 && words.slice(-4).every((word) => /^[\d.]+$/.test(word));
  return [label, (hasColour ? words.slice(0, -4) : words).join(" ")];
}

function fromJson(text: string, name: string): [number, string][] {
  try {
    return fromTable(JSON.parse(text), name);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError("label-names", `${name} is not valid JSON: ${(cause as Error).message}`, { cause });
  }
}

function fromTable(content: unknown, name: string): [number, string][] {
  if (Array.isArray(content))
    return content.map((entry: unknown, index): [number, string] => {
      if (typeof entry === "string") return [index + 1, entry];
      const { label, value, id, name: title } = (entry ?? {}) as Record<string, unknown>;
      if (typeof title !== "string")
        throw new InputError("label-names", `${name}: entry ${index} has no name`);
      return [wholeNumber(label ?? value ?? id), title];
    });
  const table = content as Record<string, unknown>;
  // Tables by task, as TotalSegmentator keeps them: no key is a label, and the values are the tables.
  const inner = [table.total, table.labels, Object.values(table)[0]].find((value) => value !== undefined);
  const hasLabels = Object.keys(table).some((key) => /^\d+$/.test(key));
  if (!hasLabels && inner !== null && typeof inner === "object") return fromTable(inner, name);
  return Object.entries(table).map(([key, value]): [number, string] => {
    const title = typeof value === "object" ? (value as { name?: unknown } | null)?.name : value;
    if (/^\d+$/.test(key) && typeof title === "string") return [Number(key), title];
    if (typeof value === "number") return [value, key];
    throw new InputError(
      "label-names",
      `${name}: "${key.slice(0, 60)}" is neither a label with a name nor a name with a label`,
    );
  });
}

/** A label as JSON may have it, a number or its digits; anything else is no number. */
const wholeNumber = (value: unknown): number =>
  typeof value === "number" || (typeof value === "string" && value.trim() !== "")
    ? Number(value)
    : Number.NaN;
