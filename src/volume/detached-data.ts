import { InputError } from "../error/input-error.ts";

/** Bytes of a text header, one character a byte. */
export function headerText(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** The data that a header keeps in a file beside it; lists and patterns of files are refused. */
export async function readDataFile(
  dataFile: string,
  options: { name: string; sibling?: (name: string) => Promise<Uint8Array> },
): Promise<Uint8Array> {
  if (/^LIST\b|%\d*d/i.test(dataFile))
    throw new InputError(
      "data-file-list",
      `${options.name}: its data are spread over several files ("${dataFile}")`,
      {
        remedy: "save it as one file",
      },
    );
  if (!options.sibling)
    throw new InputError(
      "data-file-absent",
      `${options.name}: its data are in another file, "${dataFile}", which was not given`,
    );
  return options.sibling(dataFile);
}
