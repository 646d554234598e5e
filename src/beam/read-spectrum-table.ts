import { InputError } from "../error/input-error.ts";
import type { SpectrumTable } from "./spectrum-from-table.ts";

const MOST_ROWS = 20_000;

/**
 * Reads a spectrum from text: one row per bin, energy in keV and photons in that bin, apart by comma, semicolon, tab or spaces.
 * Lines that begin with # or // and one heading are passed over; further columns are too. Only the text is checked here, the
 * numbers by `spectrumFromTable`.
 */
export function readSpectrumTable(text: string, name = "spectrum table"): SpectrumTable {
  const energyKeV: number[] = [];
  const photons: number[] = [];
  let headings = 0;
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\r|\n/)
    .entries()) {
    const trimmed = line.trim();
    if (trimmed === "" || /^(#|\/\/)/.test(trimmed)) continue;
    const cells = trimmed.split(separatorOf(trimmed));
    const [energy, count] = cells.map(numberOf);
    if (energyKeV.length === 0 && Number.isNaN(energy) && headings++ === 0) continue;
    if (cells.length < 2 || Number.isNaN(energy) || Number.isNaN(count))
      throw new InputError(
        "spectrum-row",
        `line ${index + 1} of ${name} does not hold two numbers: "${trimmed.slice(0, 60)}"`,
        { remedy: 'write "energy in keV, photons" on every line, with a decimal point' },
      );
    if (energyKeV.length === MOST_ROWS)
      throw new InputError("spectrum-long", `${name} has more than ${MOST_ROWS} rows`);
    energyKeV.push(energy);
    photons.push(count);
  }
  return { energyKeV, photons };
}

/** A line that holds a semicolon is apart by semicolons, so that a decimal comma is noticed; then commas, then blanks. */
function separatorOf(line: string): RegExp {
  if (line.includes(";")) return /\s*;\s*/;
  return line.includes(",") ? /\s*,\s*/ : /\s+/;
}

const numberOf = (cell: string): number => (cell === "" ? Number.NaN : Number(cell));
