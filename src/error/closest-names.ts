/**
 * Names like the one that was asked for, most alike first: what to offer when a name is not known. Those that contain it come before others.
 *
 * Upper and lower case, spaces, hyphens and underscores do not count.
 */
export function closestNames(asked: string, names: Iterable<string>, count: number): string[] {
  const wanted = plain(asked).slice(0, 40);
  return [...names]
    .map((name) => ({
      name,
      contains: plain(name).includes(wanted),
      distance: editDistance(wanted, plain(name)),
    }))
    .toSorted((a, b) => Number(b.contains) - Number(a.contains) || a.distance - b.distance)
    .slice(0, count)
    .map(({ name }) => name);
}

/** "hip_left, hip_right, … (61 in all)": the names most like the one asked for. */
export function namesHere(asked: string, names: readonly string[]): string {
  const shown = closestNames(asked, names, 12);
  return `${shown.join(", ")}${names.length > shown.length ? `, … (${names.length} in all)` : ""}`;
}

const plain = (name: string): string => name.toLowerCase().replace(/[\s_.,()-]/g, "");

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++)
      current[j] = Math.min(
        previous[j] + 1,
        current[j - 1] + 1,
        previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    previous = current;
  }
  return previous[b.length];
}
