/** What becomes of names with a side when a picture is flipped: number n becomes number table[n]. Each table is its own inverse. */
export interface SideExchange {
  /** By class value; 0 stays 0. A class beyond the table, such as 255, stays as it is. */
  readonly classes: readonly number[];
  /** By index of the mask. */
  readonly masks: readonly number[];
  /** By index of the landmark. */
  readonly landmarks: readonly number[];
}

/**
 * The exchange of left and right by names: `hip_left` and `hip_right`, `FH-l` and `FH-r`, `left lung` and `right lung`. What has no
 * partner stays.
 *
 * @param names.structures of classes 1, 2, … and of masks 0, 1, …
 */
export function sideExchange(names: {
  structures: readonly string[];
  landmarks: readonly string[];
}): SideExchange {
  const masks = partners(names.structures);
  return {
    classes: [0, ...masks.map((index) => index + 1)],
    masks,
    landmarks: partners(names.landmarks),
  };
}

function partners(names: readonly string[]): number[] {
  return names.map((name, index) => {
    const partner = names.indexOf(otherSide(name));
    return partner >= 0 && otherSide(names[partner]) === name ? partner : index;
  });
}

const SIDES: Readonly<Record<string, string>> = { left: "right", right: "left", l: "r", r: "l" };

/** The name with the first of its words that is a side exchanged, its capitals kept; the name itself where there is none. */
function otherSide(name: string): string {
  const words = name.split(/([^A-Za-z]+)/);
  // A single letter is a side at the end or the beginning of a name only.
  const at = words.findIndex((word, index) => {
    const isEnd = index === 0 || index === words.length - 1;
    return word.toLowerCase() in SIDES && (word.length > 1 || (isEnd && words.length > 1));
  });
  if (at < 0) return name;
  const word = words[at];
  const other = SIDES[word.toLowerCase()];
  words[at] =
    word === word.toUpperCase()
      ? other.toUpperCase()
      : word[0] === word[0].toUpperCase()
        ? other[0].toUpperCase() + other.slice(1)
        : other;
  return words.join("");
}
