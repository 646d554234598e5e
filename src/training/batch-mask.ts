import type { Batch, Task } from "./batch.ts";

/** Where a structure is in an example of a batch: 1, elsewhere 0, as where it is not known. */
export function maskOfBatch(
  { targets }: Batch,
  { structures, targets: kind, widthPx, heightPx }: Task,
  example: number,
  structure: number,
): Uint8Array {
  const area = widthPx * heightPx;
  if (kind === "masks") {
    const first = (example * structures.length + structure) * area;
    return targets.slice(first, first + area).map((value) => (value === 1 ? 1 : 0));
  }
  return targets
    .slice(example * area, (example + 1) * area)
    .map((value) => (value === structure + 1 ? 1 : 0));
}
