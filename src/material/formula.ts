import { InputError } from "../error/input-error.ts";
import { atomicWeights, symbols } from "./generated/attenuation-data.ts";

const LONGEST_FORMULA = 200;

/** Atomic number of a chemical symbol as chemists write it ("Cs"), or undefined. */
export function atomicNumberOf(symbol: string): number | undefined {
  const index = symbols.indexOf(symbol);
  return index < 0 ? undefined : index + 1;
}

/** Whether a text is made of element symbols, counts and brackets only: "PS" is, "Nylon" is not. */
export function readsAsFormula(text: string): boolean {
  if (!/^(?:[A-Z][a-z]?[\d.]*|\(|\)[\d.]*)+$/.test(text)) return false;
  return (text.match(/[A-Z][a-z]?/g) ?? []).every((symbol) => atomicNumberOf(symbol) !== undefined);
}

/**
 * Mass fraction of every element in a chemical formula: "CaWO4", "Ca5(PO4)3OH", "Gd2O2S".
 *
 * Counts may be fractions ("Cd0.9Zn0.1Te"); groups in round brackets may be nested.
 */
export function massFractionsOfFormula(formula: string): Map<number, number> {
  const atoms = atomsOfFormula(formula);
  const mass = [...atoms].reduce((sum, [z, count]) => sum + count * atomicWeights[z - 1], 0);
  return new Map([...atoms].map(([z, count]) => [z, (count * atomicWeights[z - 1]) / mass]));
}

function atomsOfFormula(formula: string): Map<number, number> {
  const refuse = (why: string): never => {
    throw new InputError("formula", `the formula "${formula.slice(0, LONGEST_FORMULA)}" ${why}`, {
      remedy: 'write element symbols with counts, e.g. "CaWO4" or "Ca5(PO4)3OH"',
    });
  };
  if (formula.length > LONGEST_FORMULA) refuse(`is longer than ${LONGEST_FORMULA} characters`);
  const groups: Map<number, number>[] = [new Map()];
  const add = (z: number, count: number) => {
    const top = groups[groups.length - 1];
    top.set(z, (top.get(z) ?? 0) + count);
  };

  const tokens = /([A-Z][a-z]?)(\d*\.?\d*)|(\()|\)(\d*\.?\d*)/gy;
  let end = 0;
  for (let token = tokens.exec(formula); token; token = tokens.exec(formula)) {
    end = tokens.lastIndex;
    const [, symbol, count, open, groupCount] = token;
    const times = Number((symbol === undefined ? groupCount : count) || 1);
    if (!(times > 0)) refuse("has a count that is not a positive number");
    if (open) {
      groups.push(new Map());
    } else if (symbol === undefined) {
      const group = groups.pop();
      if (groups.length === 0 || !group) return refuse("closes a bracket that was not opened");
      for (const [z, n] of group) add(z, n * times);
    } else {
      add(atomicNumberOf(symbol) ?? refuse(`names "${symbol}", which is no element from H to U`), times);
    }
  }
  if (end !== formula.length) refuse(`cannot be read from "${formula.slice(end)}" on`);
  if (groups.length > 1) refuse("leaves a bracket open");
  if (groups[0].size === 0) refuse("names no element");
  return groups[0];
}
