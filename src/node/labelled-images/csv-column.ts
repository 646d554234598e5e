import { InputError } from "../../error/input-error.ts";

/**
 * One column of a CSV file by the first column of its rows (RFC 4180: quoted fields may hold commas and line ends).
 *
 * @throws InputError `csv-column` where there is no such column
 */
export function csvColumn(text: string, column: string, name: string): ReadonlyMap<string, string> {
  const [head = [], ...rows] = csvRows(text);
  const at = head.indexOf(column);
  if (at < 0)
    throw new InputError("csv-column", `${name} has no column "${column}"`, {
      remedy: `columns here: ${head.join(", ").slice(0, 300)}`,
    });
  return new Map(rows.map((row) => [row[0], row[at] ?? ""]));
}

function csvRows(text: string): string[][] {
  const rows: string[][] = [[]];
  let field = "";
  let isQuoted = false;
  const body = text.startsWith("\ufeff") ? text.slice(1) : text;
  for (let n = 0; n < body.length; n++) {
    const letter = body[n];
    if (isQuoted) {
      if (letter !== '"') field += letter;
      else if (body[n + 1] === '"') {
        field += letter;
        n++;
      } else isQuoted = false;
    } else if (letter === '"') isQuoted = true;
    else if (letter === ",") {
      rows.at(-1)?.push(field);
      field = "";
    } else if (letter === "\n") {
      rows.at(-1)?.push(field.replace(/\r$/, ""));
      field = "";
      rows.push([]);
    } else field += letter;
  }
  rows.at(-1)?.push(field.replace(/\r$/, ""));
  return rows.filter((row) => row.length > 1 || row[0] !== "");
}
