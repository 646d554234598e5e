import { InputError } from "../error/input-error.ts";

/**
 * Names of labels from a Slicer colour table (`1 hip_left 200 10 10 255`), an ITK-SNAP label description
 * (`1 200 10 10 1 1 1 "hip_left"`) or JSON: {"1": "hip_left"}, {"hip_left": 1}, [{"label": 1, "name": "hip_left"}], or a list of names from label 1 on.
 */
export function readLabelNames(bytes: Uint8Array, name: string): Map<number, string> {
  const text = new TextDecoder().decode(bytes).replace(/^\uFEFF/, "");
  const entries = /^\s*[[{]/.test(text) ? fromJson(text, name) : fromLines(text, name);
  const names = new Map<number, string>();
  for (const [label, title] of entries) {
    if (!Number.isInteger(label) || label < 0 || label > 65535)
      throw new InputError("label-names", `${name}: "${label}" is not a label from 0 to 65535`);
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
    if (line.trim() === "" || line.trimStart().startsWith("#")) return [];
    const snap = /^\s*(\d+)\s+\d+\s+\d+\s+\d+\s+[\d.]+\s+\d+\s+\d+\s+"(.*)"\s*$/.exec(line);
    if (snap) return [[Number(snap[1]), snap[2]]];
    const slicer =
      /^\s*(\d+)[\s,]+(.+?)[\s,]+(\d+)[\s,]+(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*$/.exec(line) ??
      /^\s*(\d+)[\s,]+(\S.*?)\s*$/.exec(line);
    if (slicer) return [[Number(slicer[1]), slicer[2]]];
    // Header of a comma-separated colour table.
    if (/^\s*label/i.test(line)) return [];
    throw new InputError(
      "label-names",
      `${name}, line ${index + 1}: expected a label and its name, found "${line.slice(0, 60)}"`,
    );
  });
}

function fromJson(text: string, name: string): [number, string][] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new InputError("label-names", `${name} is not valid JSON: ${(cause as Error).message}`, { cause });
  }
  if (Array.isArray(content))
    return content.map((entry: unknown, index): [number, string] => {
      if (typeof entry === "string") return [index + 1, entry];
      const { label, value, id, name: title } = (entry ?? {}) as Record<string, unknown>;
      if (typeof title !== "string")
        throw new InputError("label-names", `${name}: entry ${index} has no name`);
      return [Number(label ?? value ?? id), title];
    });
  const table = content as Record<string, unknown>;
  // Tables by task, as TotalSegmentator keeps them.
  const inner = Object.values(table);
  if (inner.length > 0 && inner.every((value) => value !== null && typeof value === "object"))
    return fromJson(JSON.stringify(table.total ?? table.labels ?? inner[0]), name);
  return Object.entries(table).map(([key, value]): [number, string] => {
    if (/^\d+$/.test(key) && typeof value === "string") return [Number(key), value];
    if (typeof value === "number") return [value, key];
    throw new InputError(
      "label-names",
      `${name}: "${key}" is neither a label with a name nor a name with a label`,
    );
  });
}
