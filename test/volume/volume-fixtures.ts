import { existsSync, readFileSync } from "node:fs";
import type { VoxelArray } from "../../src/volume/volume.ts";

const folder = new URL("../fixtures/volume/", import.meta.url);

/** What nibabel, pynrrd or SimpleITK say of a fixture; tools/make-volume-fixtures.py writes them. */
export interface ExpectedVolume {
  readonly shape: readonly number[];
  readonly lpsFromVoxel: readonly number[];
  readonly sum: number;
  readonly weightedSum: number;
}

export const expectedVolumes = Object.entries(
  JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Record<string, ExpectedVolume>,
);

/** A Buffer, as programs on Node get it: its `slice` makes no copy and its bytes may begin anywhere. */
export const fixtureBytes = (name: string): Uint8Array => readFileSync(new URL(name, folder));

export const fixtureSibling = async (name: string): Promise<Uint8Array> => fixtureBytes(name);

/** Volumes that are not part of the project; absent on most machines. */
export const sharedCt = (name: string): URL => new URL(`../../../shared/data/ct/${name}`, import.meta.url);

export const hasSharedCt = existsSync(sharedCt("chest_lidc0001_ct.nii.gz"));

/** Sum, and the sum weighted by place in memory from 1, which changes if voxels change places. */
export function sums(values: VoxelArray): { sum: number; weightedSum: number } {
  let [sum, weightedSum] = [0, 0];
  for (let n = 0; n < values.length; n++) {
    sum += values[n];
    weightedSum += values[n] * (n + 1);
  }
  return { sum, weightedSum };
}

/** Largest difference between two affines, relative to their largest number. */
export function affineDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const largest = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(expected, (value, index) => Math.abs(value - found[index]))) / largest;
}
