import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { InputError } from "../../error/input-error.ts";

const MOST_LINE_BYTES = 2 ** 26;

/** Lines of text files, found again by their places. */
export interface LineIndex<Kept> {
  /** What `keep` made of every line. */
  readonly kept: readonly Kept[];
  readonly line: (index: number) => Promise<unknown>;
}

/**
 * Walks once over files of JSON lines and remembers where each line lies and what `keep` makes of it; the lines themselves are not kept.
 *
 * @param files absolute path, and name for messages
 * @throws InputError `json-line` with file and line, `file-unreadable`
 */
export async function indexLines<Kept>(
  files: readonly { readonly path: string; readonly name: string }[],
  keep: (content: unknown, where: string) => Kept,
): Promise<LineIndex<Kept>> {
  const kept: Kept[] = [];
  const places: { file: number; offset: number; length: number }[] = [];
  for (const [file, { path, name }] of files.entries()) {
    let number = 0;
    for await (const { bytes, offset } of linesOf(path, name)) {
      number++;
      if (bytes.length === 0) continue;
      kept.push(keep(parsed(bytes, `${name}, line ${number}`), `${name}, line ${number}`));
      places.push({ file, offset, length: bytes.length });
    }
  }
  return {
    kept,
    async line(index) {
      const { file, offset, length } = places[index];
      const { path, name } = files[file];
      const handle = await open(path).catch((cause: NodeJS.ErrnoException) => {
        throw unreadable(name, cause);
      });
      try {
        const bytes = Buffer.alloc(length);
        await handle.read(bytes, 0, length, offset);
        return parsed(bytes, `${name}, byte ${offset}`);
      } finally {
        await handle.close();
      }
    },
  };
}

async function* linesOf(path: string, name: string): AsyncGenerator<{ bytes: Buffer; offset: number }> {
  let pending: Buffer = Buffer.alloc(0);
  let offset = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
      pending = pending.length === 0 ? (chunk as Buffer) : Buffer.concat([pending, chunk as Buffer]);
      let start = 0;
      for (let end = pending.indexOf(10); end >= 0; end = pending.indexOf(10, start)) {
        yield { bytes: pending.subarray(start, end), offset: offset + start };
        start = end + 1;
      }
      pending = pending.subarray(start);
      offset += start;
      if (pending.length > MOST_LINE_BYTES)
        throw new InputError("json-line", `${name} has a line of more than ${MOST_LINE_BYTES} bytes`);
    }
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw unreadable(name, cause as NodeJS.ErrnoException);
  }
  if (pending.length > 0) yield { bytes: pending, offset };
}

function parsed(bytes: Buffer, where: string): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new InputError("json-line", `${where} is not JSON: it was cut off or changed`, {
      remedy: "run synthex verify DIR --repair",
      cause,
    });
  }
}

const unreadable = (name: string, cause: NodeJS.ErrnoException): InputError =>
  new InputError("file-unreadable", `cannot read ${name}: ${cause.code ?? cause.message}`, { cause });
