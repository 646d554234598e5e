import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Document, isNode, LineCounter, parseDocument, visit } from "yaml";
import { InputError } from "../error/input-error.ts";
import { parseScene, type Scene } from "../scene/scene.ts";

const LONGEST_SCENE = 2 ** 20;
const MOST_ALIASES = 32;

/** A scene from YAML or JSON (which is YAML); its paths are relative to the file. */
export async function readScene(path: string): Promise<Scene> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(
      "scene-unreadable",
      `cannot read the scene ${path}: ${cause.code ?? cause.message}`,
      { cause },
    );
  });
  if (text.length > LONGEST_SCENE)
    throw new InputError(
      "scene-too-long",
      `${path} has ${text.length} characters, a scene at most ${LONGEST_SCENE}`,
    );
  const lines = new LineCounter();
  const { document, content } = parsed(text, lines, path);
  const scene = parseScene(content, (field) => {
    const at = placeInFile(document, lines, field);
    return `${path}${at}: ${field.join(".") || "scene"}`;
  });
  const beside = <T extends { path: string }>(file: T): T => ({
    ...file,
    path: resolve(dirname(path), file.path),
  });
  return {
    ...scene,
    ct: beside(scene.ct),
    ...(scene.labels ? { labels: beside(scene.labels) } : {}),
    ...(scene.labelNames ? { labelNames: beside(scene.labelNames) } : {}),
    ...(scene.landmarks ? { landmarks: beside(scene.landmarks) } : {}),
  };
}

function parsed(text: string, lines: LineCounter, path: string) {
  try {
    // Keys that are lists or maps are written out to become strings, which takes for ever where they are nested.
    const document = parseDocument(text, { lineCounter: lines, stringKeys: true });
    const [error] = document.errors;
    if (error) {
      const { line, col } = lines.linePos(error.pos[0]);
      throw new InputError("scene-yaml", `${path}:${line}:${col}: ${error.message.split("\n")[0]}`);
    }
    let aliases = 0;
    visit(document, { Alias: () => void aliases++ });
    // Each is looked up among all nodes before it, in each other that holds it.
    if (aliases > MOST_ALIASES)
      throw new InputError("scene-yaml", `${path} has ${aliases} aliases, a scene at most ${MOST_ALIASES}`);
    return { document, content: document.toJS({ maxAliasCount: 100 }) as unknown };
  } catch (cause) {
    // Aliases without an anchor, aliases of aliases of aliases, and nesting without end show only here.
    if (cause instanceof ReferenceError || cause instanceof RangeError)
      throw new InputError("scene-yaml", `${path}: ${cause.message}`, { cause });
    throw cause;
  }
}

/** ":line:column" of a field, or of the nearest one around it that the file has. */
function placeInFile(document: Document.Parsed, lines: LineCounter, field: readonly PropertyKey[]): string {
  for (let length = field.length; length > 0; length--) {
    const node = document.getIn(field.slice(0, length), true);
    if (!isNode(node) || !node.range) continue;
    const { line, col } = lines.linePos(node.range[0]);
    return `:${line}:${col}`;
  }
  return "";
}
