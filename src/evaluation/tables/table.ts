/** A table for people and programs alike; `undefined`, null and NaN are empty cells. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export type Cell = string | number | null | undefined;

/** RFC 4180, with line feeds; numbers with up to eight significant digits. */
export function csvOf({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}

/** One object a row, for JSON; empty cells are null. */
export const recordsOf = ({ columns, rows }: Table): Record<string, string | number | null>[] =>
  rows.map((row) =>
    Object.fromEntries(columns.map((column, n) => [column, isEmpty(row[n]) ? null : row[n]])),
  );

const isEmpty = (cell: Cell): cell is null | undefined =>
  cell === undefined || cell === null || (typeof cell === "number" && !Number.isFinite(cell));

function csvCell(cell: Cell): string {
  if (isEmpty(cell)) return "";
  const text = typeof cell === "number" ? String(Number(cell.toPrecision(8))) : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
