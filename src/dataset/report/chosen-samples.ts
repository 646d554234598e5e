/** Samples that follow each other, since those of one patient are the likeliest to be alike. */
const RUN = 20;

/** Numbers of `most` samples out of `count`, ascending: all, or runs of twenty spread evenly over the data set. */
export function chosenSamples(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, id) => id);
  const runLength = Math.min(RUN, most);
  const runs = Math.floor(most / runLength);
  return Array.from({ length: runs }, (_, run) =>
    Math.floor(((run + 0.5) / runs) * (count - runLength)),
  ).flatMap((first, run, firsts) => {
    const next = firsts[run + 1] ?? count;
    return Array.from({ length: Math.min(runLength, next - first) }, (_, n) => first + n);
  });
}

/** Numbers of samples for the contact sheet, evenly spread. */
export const shownSamples = (count: number, most: number): number[] =>
  Array.from({ length: Math.min(count, most) }, (_, n) =>
    Math.floor(((n + 0.5) / Math.min(count, most)) * count),
  );
