import { InputError } from "../error/input-error.ts";
import type { Vector3 } from "../geometry/vector.ts";
import type { Landmark } from "./landmark.ts";

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
        ? Number(value)
        : Number.NaN,
  );
  const lpsMm: Vector3 = system === "LPS" ? [x, y, z] : [-x, -y, z];
  return { name, lpsMm };
}

interface MarkupsJson {
  readonly markups?: readonly {
    readonly coordinateSystem?: string;
    readonly controlPoints?: readonly {
      readonly label?: string;
      readonly id?: string;
      readonly position?: unknown;
      readonly positionStatus?: string;
    }[];
  }[];
}

function fromJson(text: string, name: string): Landmark[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new InputError("landmark-json", `${name} is not valid JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  const { markups } = content as MarkupsJson;
  if (Array.isArray(markups))
    return (markups as NonNullable<MarkupsJson["markups"]>).flatMap(({ coordinateSystem, controlPoints }) =>
      (controlPoints ?? [])
        .filter(
          ({ positionStatus, position }) =>
            (positionStatus ?? "defined") === "defined" && Array.isArray(position),
        )
        .map(({ label, id, position }, index) =>
          placed(
            label || id || `point ${index + 1}`,
            position as unknown[],
            systemOf(coordinateSystem ?? "LPS", name),
          ),
        ),
    );
  const { coordinateSystem, landmarks = content } = content as {
    coordinateSystem?: string;
    landmarks?: unknown;
  };
  const system = systemOf(coordinateSystem ?? "LPS", name);
  const position = (value: unknown): readonly unknown[] => {
    if (Array.isArray(value) && value.length === 3) return value;
    throw new InputError(
      "landmark-json",
      `${name}: a landmark needs three numbers, found ${JSON.stringify(value)?.slice(0, 80)}`,
    );
  };
  if (Array.isArray(landmarks))
    return landmarks.map((entry: { name?: unknown; lpsMm?: unknown; position?: unknown }, index) => {
      if (entry === null || typeof entry !== "object")
        throw new InputError(
          "landmark-json",
          `${name}: landmark ${index} is not an object with name and lpsMm`,
        );
      const label = typeof entry.name === "string" && entry.name !== "" ? entry.name : `point ${index + 1}`;
      return entry.lpsMm === undefined
        ? placed(label, position(entry.position), system)
        : placed(label, position(entry.lpsMm), "LPS");
    });
  if (landmarks === null || typeof landmarks !== "object")
    throw new InputError("landmark-json", `${name} holds no landmarks`);
  return Object.entries(landmarks)
    .filter(([key]) => key !== "coordinateSystem")
    .map(([label, value]) => placed(label, position(value), system));
}

/** Slicer's columns: id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,… */
function fromFcsv(text: string, name: string): Landmark[] {
  const declared = /^#\s*CoordinateSystem\s*=\s*(\S+)/im.exec(text)?.[1];
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
  return all.slice(hasHeader ? 1 : 0).map(({ cells, line }) => {
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
    .map(({ content, line }) => ({
      cells: content.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")),
      line,
    }));
}

function rowError(name: string, line: number, expected: string): InputError {
  return new InputError("landmark-row", `${name}, line ${line}: expected ${expected}`);
}
