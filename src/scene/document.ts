import { CST, type Document, isNode, Lexer, LineCounter, parseDocument, visit } from "yaml";
import type { z } from "zod";
import { InputError } from "../error/input-error.ts";

/** Where a field of a document stands, for messages: "scene.yaml:7:3: beam.kv". */
export type PlaceOf = (field: readonly PropertyKey[]) => string;

const LONGEST_CHARACTERS = 2 ** 22;
const MOST_ALIASES = 32;
const DEEPEST_NESTING = 16;
const MOST_PROBLEMS = 10;

/**
 * Reads YAML, or JSON, which is YAML.
 *
 * @param name of the file, for messages
 * @param kind of document, for messages and codes: "scene", "recipe"
 * @throws InputError `KIND-yaml` with line and column, `KIND-too-long`
 */
export function readYaml(
  text: string,
  { name, kind }: { name: string; kind: string },
): { content: unknown; placeOf: PlaceOf } {
  if (text.length > LONGEST_CHARACTERS)
    throw new InputError(
      `${kind}-too-long`,
      `${name} has ${text.length} characters, a ${kind} at most ${LONGEST_CHARACTERS}`,
    );
  checkNesting(text, { name, kind });
  const lines = new LineCounter();
  try {
    // Keys that are lists or maps are written out to become strings, which takes for ever where they are nested.
    const document = parseDocument(text, { lineCounter: lines, stringKeys: true });
    const [error] = document.errors;
    if (error) {
      const { line, col } = lines.linePos(error.pos[0]);
      throw new InputError(
        `${kind}-yaml`,
        `${name}:${line}:${col}: ${error.message.split("\n")[0].replace(/ at line \d+, column \d+:$/, "")}`,
      );
    }
    let aliases = 0;
    visit(document, { Alias: () => void aliases++ });
    // Each is looked up among all nodes before it, in each other that holds it.
    if (aliases > MOST_ALIASES)
      throw new InputError(
        `${kind}-yaml`,
        `${name} has ${aliases} aliases, a ${kind} at most ${MOST_ALIASES}`,
      );
    return {
      content: document.toJS({ maxAliasCount: 100 }) as unknown,
      placeOf: (field) => `${name}${placeInFile(document, lines, field)}: ${field.join(".") || kind}`,
    };
  } catch (cause) {
    // Aliases without an anchor, aliases of aliases of aliases, and nesting without end show only here.
    if (cause instanceof ReferenceError || cause instanceof RangeError)
      throw new InputError(`${kind}-yaml`, `${name}: ${cause.message}`, { cause });
    throw cause;
  }
}

/**
 * The parser's time grows with the square of the nesting or worse. No document of ours needs keys that are lists, or more than a few
 * levels, so what is deeper is refused by its marks alone.
 */
function checkNesting(text: string, { name, kind }: { name: string; kind: string }): void {
  let depth = 0;
  let itemsInLine = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    // The mark of a scalar comes before its text.
    const type: string | null = isScalar ? "text" : CST.tokenType(token);
    isScalar = type === "scalar";
    if (type === "flow-map-start" || type === "flow-seq-start") depth++;
    else if (type === "flow-map-end" || type === "flow-seq-end") depth--;
    else if (type === "seq-item-ind") itemsInLine++;
    else if (type === "newline") itemsInLine = 0;
    if (type === "explicit-key-ind" || depth > DEEPEST_NESTING || itemsInLine > DEEPEST_NESTING)
      throw new InputError(
        `${kind}-yaml`,
        `${name} is nested deeper than ${DEEPEST_NESTING} levels, or has keys that are no plain names`,
      );
  }
}

/**
 * Holds plain data to a schema.
 *
 * @throws InputError `KIND-invalid`, which names every field that is wrong (the first ten)
 */
export function checkedBy<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  { kind, remedy, placeOf }: { kind: string; remedy: string; placeOf?: PlaceOf | undefined },
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const at = placeOf ?? ((field) => field.join(".") || kind);
  const problems = result.error.issues
    .flatMap(innermost)
    .flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => `${at([...issue.path, key])}: there is no such field`)
        : [`${at(issue.path)}: ${missing(issue.message) ?? issue.message}`],
    );
  const shown = problems.slice(0, MOST_PROBLEMS);
  if (problems.length > shown.length) shown.push(`and ${problems.length - shown.length} more`);
  throw new InputError(`${kind}-invalid`, `the ${kind} is not valid: ${shown.join("; ")}`, { remedy });
}

/**
 * What is wrong inside the only one of several alternatives that has the right outline, instead of the list of them all: of a list of
 * rules the field of the rule.
 */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.filter((issues) => issues.every(({ path }) => path.length > 0));
  if (meant.length !== 1 || meant[0].length === 0) return [issue];
  return meant[0].flatMap((inner) => innermost({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** "expected number, received undefined" in plain words; undefined for other messages. */
function missing(message: string): string | undefined {
  const expected = /expected (\w+), received undefined$/.exec(message)?.[1];
  return expected && `is missing, ${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected}`;
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
