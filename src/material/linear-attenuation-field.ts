import { type Allocate, paddedIndex, paddedVoxelCount, type ScalarField } from "../volume/field.ts";
import type { Volume } from "../volume/volume.ts";

/** Attenuation per HU in 1/mm of the xReg ray caster: (μ of water − μ of air) / 1000. */
export const ATTENUATION_PER_HU_PER_MM = (0.02683 - 0.02485e-4) * 1e-3;

/** HU at which attenuation starts: air for `naive`; fat, so that air and lung vanish, for `heuristic`. */
const ZERO_HU = { naive: -1000, heuristic: -130 } as const;

/**
 * μ = max(0, (HU − HU₀) k) in 1/mm with HU₀ = −1000 (`naive`) or −130 (`heuristic`) and k = 2.6827515e-5 / mm.
 *
 * One count is one HU, so whole CT numbers are kept exactly; others are rounded.
 */
export function linearAttenuationField(
  ct: Volume,
  kind: "naive" | "heuristic",
  allocate: Allocate = (byteLength) => new Uint8Array(byteLength),
): ScalarField {
  const bytes = allocate(2 * paddedVoxelCount(ct.grid));
  const voxels = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  voxels.fill(0);
  const [ni, nj, nk] = ct.grid.shape;
  const zeroHu = ZERO_HU[kind];
  let voxel = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) {
      const row = paddedIndex(ct.grid, 0, j, k);
      for (let i = 0; i < ni; i++, voxel++) {
        const count = ct.values[voxel] - zeroHu;
        if (count > 0) voxels[row + i] = Math.min(65535, Math.floor(count + 0.5));
      }
    }
  return {
    kind: "u16",
    grid: ct.grid,
    channels: [kind],
    voxels,
    scale: Float64Array.of(ATTENUATION_PER_HU_PER_MM),
  };
}
