/**
 * The cells of a line of a table, quotes undone: separated by tabs if it holds any, else by semicolons, else by commas,
 * so that a decimal comma is not taken for the end of a cell.
 */
export function splitCells(line: string): string[] {
  const separator = ["\t", ";"].find((mark) => line.includes(mark)) ?? ",";
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      cells.push(cell.trim());
      cell = "";
    } else cell += character;
  }
  cells.push(cell.trim());
  return cells;
}
