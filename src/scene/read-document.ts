import { isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { InputError } from "../error/input-error.ts";

/**
 * A YAML or JSON document checked by a schema; errors say file, line, column, field and what was found.
 *
 * @param name of the file, for messages
 * @param kind of document, for messages and error codes: "scene", "recipe"
 * @throws InputError `KIND-yaml` where the text is no YAML, `KIND-invalid` where the schema refuses it (all problems, at most ten)
 */
export function readDocument<Schema extends z.ZodType>(
  text: string,
  { name, kind, schema, remedy }: { name: string; kind: string; schema: Schema; remedy: string },
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error) throw new InputError(`${kind}-yaml`, `${place(error.pos[0])}: ${error.message.split("\n")[0]}`);
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new InputError(`${kind}-yaml`, `${name}: ${(cause as Error).message.split("\n")[0]}`, { cause });
  }
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 10).map((issue) => {
    // The deepest part of the path that is in the text: a missing field has no place of its own.
    for (let depth = issue.path.length; depth >= 0; depth--) {
      const node = document.getIn(issue.path.slice(0, depth), true);
      if (isNode(node) && node.range)
        return `${place(node.range[0])} ${issue.path.join(".") || kind}: ${issue.message}`;
    }
    return `${name} ${issue.path.join(".") || kind}: ${issue.message}`;
  });
  const more = result.error.issues.length > 10 ? `; and ${result.error.issues.length - 10} more` : "";
  throw new InputError(`${kind}-invalid`, `the ${kind} is not valid: ${problems.join("; ")}${more}`, {
    remedy,
  });
}
