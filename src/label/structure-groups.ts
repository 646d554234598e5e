import { boxVolume, unionBox, type VoxelBox } from "./voxel-box.ts";

/** Up to four structures that share one field, and the box that holds them all. */
export interface StructureGroup<S> {
  readonly members: readonly S[];
  readonly box: VoxelBox;
}

/**
 * Puts structures that lie near each other into groups of up to four, so that few and small fields are projected.
 * From the largest to the smallest: a group takes in whatever enlarges its box least, as long as that is less than
 * the structure's own box would cost.
 */
export function groupStructures<S extends { readonly box: VoxelBox }>(
  structures: readonly S[],
): StructureGroup<S>[] {
  const waiting = structures.toSorted((a, b) => boxVolume(b.box) - boxVolume(a.box));
  const groups: StructureGroup<S>[] = [];
  while (waiting.length > 0) {
    const first = waiting.shift() as S;
    const members = [first];
    let box = first.box;
    while (members.length < 4 && waiting.length > 0) {
      const growth = waiting.map((candidate) => boxVolume(unionBox(box, candidate.box)) - boxVolume(box));
      const least = growth.indexOf(Math.min(...growth));
      if (growth[least] > boxVolume(waiting[least].box)) break;
      const [next] = waiting.splice(least, 1);
      members.push(next);
      box = unionBox(box, next.box);
    }
    groups.push({ members, box });
  }
  return groups;
}
