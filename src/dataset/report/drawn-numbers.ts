/** A number in the record of a sample, by the way to it. */
export interface DrawnNumber {
  readonly path: string;
  readonly value: number;
}

/** What names no quantity that was drawn: keys of random streams, places in the CT's own frame, and directions, which have a map. */
const PASSED_OVER = new Set(["seed", "sample", "axis", "isocentreLps", "laoDeg", "craDeg"]);
const AXES = ["left-right", "front-back", "foot-head"];

/**
 * Every number in a part of a manifest line, however it is nested: `{ shearDeg: { xByZ: 3 } }` gives "shearDeg.xByZ". Three numbers in a
 * row are along the axes of the patient; entries of lists are named by their material.
 */
export function drawnNumbers(value: unknown, path = ""): DrawnNumber[] {
  if (typeof value === "number") return Number.isFinite(value) ? [{ path, value }] : [];
  if (typeof value !== "object" || value === null) return [];
  const under = (key: string): string => (path === "" ? key : `${path}.${key}`);
  if (Array.isArray(value)) {
    const isVector = value.length === 3 && value.every((entry) => typeof entry === "number");
    return value.flatMap((entry: unknown, index) => {
      if (isVector) return drawnNumbers(entry, under(AXES[index]));
      const material = (entry as { material?: unknown } | null)?.material;
      return typeof material === "string" ? drawnNumbers(entry, under(material)) : [];
    });
  }
  return Object.entries(value).flatMap(([key, entry]) =>
    PASSED_OVER.has(key) ? [] : drawnNumbers(entry, under(key)),
  );
}

const UNITS: readonly (readonly [suffix: string, unit: string])[] = [
  ["MicroGy", "µGy"],
  ["Mm", "mm"],
  ["Deg", "°"],
  ["Px", "px"],
];
const KNOWN: Readonly<Record<string, readonly [title: string, unit: string]>> = {
  kv: ["tube voltage", "kV"],
  mas: ["tube charge", "mAs"],
  detectorKermaMicroGy: ["air kerma at the detector", "µGy"],
  anodeAngleDeg: ["anode angle", "°"],
  scale: ["factor of length", ""],
  xByY: ["x by y", ""],
  xByZ: ["x by z", ""],
  yByZ: ["y by z", ""],
};

/** "offsetMm.left-right" -> "offset, left-right" in mm. */
export function inWords(path: string): { title: string; unit: string } {
  let unit = "";
  const words = path.split(".").map((key) => {
    if (Object.hasOwn(KNOWN, key)) {
      const [title, knownUnit] = KNOWN[key];
      unit = knownUnit || unit;
      return title;
    }
    const suffix = UNITS.find(([ending]) => key.endsWith(ending) && key.length > ending.length);
    unit = suffix?.[1] ?? unit;
    const plain = suffix ? key.slice(0, -suffix[0].length) : key;
    return plain.replaceAll(/(?<=[a-z])([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  });
  return { title: words.join(", "), unit };
}
