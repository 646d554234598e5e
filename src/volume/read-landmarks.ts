import { InputError } from "../error/input-error.ts";
import type { Vector3 } from "../geometry/vector.ts";
import type { Landmark } from "./landmark.ts";
import { splitCells } from "./split-cells.ts";

/**
 * Landmarks from Slicer (.mrk.json, .fcsv), CSV (`name,x,y,z`) or JSON. RAS becomes LPS. CSV and plain JSON are LPS unless they
 * say otherwise: a CSV by a header like `name,r,a,s`, JSON by `"coordinateSystem": "RAS"`.
 */
export function readLandmarks(bytes: Uint8Array, name: string): Landmark[] {
  const text = new TextDecoder().decode(bytes);
  const landmarks = /^\s*[[{]/.test(text)
    ? fromJson(text, name)
    : /^#\s*Markups fiducial/im.test(text) || /\.fcsv$/i.test(name)
      ? fromFcsv(text, name)
      : fromCsv(text, name);
  if (landmarks.length === 0) throw new InputError("landmarks-none", `${name} holds no landmarks`);
  const seen = new Set<string>();
  for (const landmark of landmarks) {
    if (seen.has(landmark.name))
      throw new InputError("landmark-twice", `${name}: two landmarks are called "${landmark.name}"`, {
        remedy: "give each a name of its own",
      });
    seen.add(landmark.name);
    if (landmark.lpsMm.some((value) => !Number.isFinite(value) || Math.abs(value) > 1e6))
      throw new InputError(
        "landmark-position",
        `${name}: the position of "${landmark.name}" is (${landmark.lpsMm.join(", ")}), not three numbers of mm`,
      );
  }
  return landmarks;
}

type System = "LPS" | "RAS";

function systemOf(text: unknown, name: string): System {
  const word = String(text).trim().toUpperCase();
  // Slicer 4 wrote numbers: 0 for RAS, 1 for LPS.
  if (word === "LPS" || word === "1") return "LPS";
  if (word === "RAS" || word === "0") return "RAS";
  throw new InputError("landmark-system", `${name}: the coordinate system "${word}" is neither LPS nor RAS`);
}

function placed(name: string, point: readonly unknown[], system: System): Landmark {
  const [x, y, z] = point.map((value) =>
    typeof value === "number"
      ? value
      : typeof value === "string" && value.trim() !== ""
        ? // A comma that is left in a cell is a decimal one.
          Number(value.replace(/^\s*([-+]?\d+),(\d+)\s*$/, "$1.$2"))
        : Number.NaN,
  );
  const lpsMm: Vector3 = system === "LPS" ? [x, y, z] : [0 - x, 0 - y, z];
  return { name, lpsMm };
}

type JsonObject = Readonly<Record<string, unknown>>;

function fromJson(text: string, name: string): Landmark[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new InputError("landmark-json", `${name} is not valid JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  const object = (value: unknown, what: string): JsonObject => {
    if (value !== null && typeof value === "object") return value as JsonObject;
    throw new InputError("landmark-json", `${name}: ${what} is ${shown(value)}, not an object`);
  };
  const list = (value: unknown, what: string): readonly unknown[] => {
    if (Array.isArray(value)) return value;
    throw new InputError("landmark-json", `${name}: ${what} is ${shown(value)}, not a list`);
  };
  const position = (value: unknown, what: string): readonly unknown[] => {
    const numbers = list(value, `the position of ${what}`);
    if (numbers.length === 3) return numbers;
    throw new InputError(
      "landmark-json",
      `${name}: the position of ${what} is ${shown(value)}, not three numbers`,
    );
  };
  const { markups, coordinateSystem = "LPS", landmarks = content } = content as JsonObject;
  if (markups !== undefined)
    return list(markups, "markups").flatMap((entry) => {
      const { coordinateSystem: system = "LPS", controlPoints = [] } = object(entry, "an entry of markups");
      return list(controlPoints, "controlPoints")
        .map((point) => object(point, "a control point"))
        .filter(({ positionStatus = "defined" }) => positionStatus === "defined")
        .map(({ label, id, position: place }, index) => {
          const title = [label, id].find((word) => typeof word === "string" && word !== "");
          const shownName = typeof title === "string" ? title : `point ${index + 1}`;
          return placed(shownName, position(place, `"${shownName}"`), systemOf(system, name));
        });
    });
  const system = systemOf(coordinateSystem, name);
  if (Array.isArray(landmarks))
    return landmarks.map((entry: unknown, index) => {
      const { name: title, lpsMm, position: place } = object(entry, `landmark ${index}`);
      const label = typeof title === "string" && title !== "" ? title : `point ${index + 1}`;
      return lpsMm === undefined
        ? placed(label, position(place, `"${label}"`), system)
        : placed(label, position(lpsMm, `"${label}"`), "LPS");
    });
  return Object.entries(object(landmarks, "landmarks"))
    .filter(([key]) => key !== "coordinateSystem")
    .map(([key, value], index) => {
      const label = key.trim() === "" ? `point ${index + 1}` : key;
      return placed(label, position(value, `"${label}"`), system);
    });
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value !== null && typeof value === "object") return "an object";
  return JSON.stringify(value).slice(0, 80);
}

/** Slicer's columns: id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,… */
function fromFcsv(text: string, name: string): Landmark[] {
  const declared = /^#\s*CoordinateSystem\s*=\s*(\S+)/im.exec(text)?.[1];
  // Before Slicer 4.11 files were RAS; what is younger says so itself.
  const system = systemOf(declared ?? "RAS", name);
  return rows(text).map(({ cells, line }) => {
    if (cells.length < 4) throw rowError(name, line, "id,x,y,z,…");
    return placed(cells[11] || cells[0] || `point ${line}`, cells.slice(1, 4), system);
  });
}

function fromCsv(text: string, name: string): Landmark[] {
  const all = rows(text);
  const header = all[0]?.cells.map((cell) => cell.toLowerCase()) ?? [];
  const hasHeader =
    header.length >= 4 && header.slice(1, 4).every((cell) => cell === "" || Number.isNaN(Number(cell)));
  const system: System = hasHeader && /^(r|ras.*)$/.test(header[1]) ? "RAS" : "LPS";
  // Slicer's tables of points say which of them were placed.
  const defined = hasHeader ? header.indexOf("defined") : -1;
  return all
    .slice(hasHeader ? 1 : 0)
    .filter(({ cells }) => defined < 0 || cells[defined] !== "0")
    .map(({ cells, line }) => {
      if (cells.length < 4) throw rowError(name, line, "name,x,y,z");
      return placed(cells[0] || `point ${line}`, cells.slice(1, 4), system);
    });
}

function rows(text: string): { cells: string[]; line: number }[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((content, index) => ({ content, line: index + 1 }))
    .filter(({ content }) => content.trim() !== "" && !content.startsWith("#"))
    .map(({ content, line }) => ({ cells: splitCells(content), line }));
}

function rowError(name: string, line: number, expected: string): InputError {
  return new InputError("landmark-row", `${name}, line ${line}: expected ${expected}`);
}
