import type { Grid } from "../geometry/grid.ts";

const LETTERS = [
  ["L", "R"],
  ["P", "A"],
  ["S", "I"],
] as const;

const WORDS: Readonly<Record<string, string>> = {
  L: "left",
  R: "right",
  P: "posterior",
  A: "anterior",
  S: "superior",
  I: "inferior",
};

/** Three letters, one an array axis: the side of the patient that it grows towards, e.g. `LPS`. */
export function orientationCode({ lpsFromVoxel: { matrix } }: Grid): string {
  const taken = new Set<number>();
  return [0, 1, 2]
    .map((axis) => {
      const rows = [0, 1, 2].filter((row) => !taken.has(row));
      const row = rows.reduce((best, candidate) =>
        Math.abs(matrix[4 * candidate + axis]) > Math.abs(matrix[4 * best + axis]) ? candidate : best,
      );
      taken.add(row);
      return LETTERS[row][matrix[4 * row + axis] >= 0 ? 0 : 1];
    })
    .join("");
}

/** The same in words: "i to the left, j to posterior, k to superior". */
export function orientationWords(grid: Grid): string {
  return Array.from(orientationCode(grid))
    .map((letter, axis) => `${"ijk"[axis]} grows to ${WORDS[letter]}`)
    .join(", ");
}

/** The word for the end of an array axis: `start` is where it grows from. */
export function sideWord(grid: Grid, axis: 0 | 1 | 2, end: "start" | "end"): string {
  const letter = orientationCode(grid)[axis];
  const pair = LETTERS.find((letters) => (letters as readonly string[]).includes(letter)) ?? LETTERS[0];
  const opposite = pair[0] === letter ? pair[1] : pair[0];
  return WORDS[end === "end" ? letter : opposite];
}
