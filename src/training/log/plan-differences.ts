export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** JSON with the keys of every object sorted: equal text for equal content. */
export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/** Fields in which the plan of a checkpoint differs from the one it is to go on with, in words: "batch is 8 there, 16 here". */
export function planDifferences(there: JsonValue, here: JsonValue): string[] {
  const theirs = fieldsOf(there);
  const ours = fieldsOf(here);
  return [...new Set([...theirs.keys(), ...ours.keys()])].flatMap((path) => {
    const [a, b] = [theirs.get(path), ours.get(path)];
    return a === b ? [] : [`${path} is ${a ?? "missing"} there, ${b ?? "missing"} here`];
  });
}

/** Every field by the way to it, as JSON. Lists are compared as a whole. */
function fieldsOf(value: JsonValue | undefined, path = ""): Map<string, string> {
  if (value === undefined) return new Map();
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return new Map([[path, canonicalJson(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, each]) => [...fieldsOf(each, path === "" ? key : `${path}.${key}`)]),
  );
}
