/**
 * The name of the same thing on the other side of the body, or undefined: "hip_left" and "hip_right", "FH-l" and "FH-r",
 * "Left lung" and "Right lung".
 */
export function otherSide(name: string): string | undefined {
  const word = /(^|[^a-z])(left|right)(?![a-z])/i.exec(name);
  if (word) return replaced(name, word, OTHER_WORD);
  const letter = /(^|[-_. ])([lr])(?=$|[-_. ])/i.exec(name);
  return letter ? replaced(name, letter, OTHER_LETTER) : undefined;
}

/** Pairs of indices of names that are each other's other side. */
export function sidePairs(names: readonly string[]): [number, number][] {
  return names.flatMap((name, index): [number, number][] => {
    const other = names.indexOf(otherSide(name) ?? "");
    return other > index ? [[index, other]] : [];
  });
}

const OTHER_WORD: Readonly<Record<string, string>> = { left: "right", right: "left" };
const OTHER_LETTER: Readonly<Record<string, string>> = { l: "r", r: "l" };

function replaced(name: string, match: RegExpExecArray, others: Readonly<Record<string, string>>): string {
  const [whole, before, side] = match;
  const other = others[side.toLowerCase()];
  const isUpper = side === side.toUpperCase();
  const isTitle = !isUpper && side[0] === side[0].toUpperCase();
  const cased = isUpper ? other.toUpperCase() : isTitle ? other[0].toUpperCase() + other.slice(1) : other;
  return `${name.slice(0, match.index)}${before}${cased}${name.slice(match.index + whole.length)}`;
}
