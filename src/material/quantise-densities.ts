import { type Allocate, type FourChannelField, paddedIndex, paddedVoxelCount } from "../volume/field.ts";
import type { VoxelArray, Volume } from "../volume/volume.ts";
import type { DensityCurve } from "./density-curve.ts";
import type { Material } from "./material.ts";

/** CT numbers are looked up as whole HU in this range; beyond it they are clamped. */
const LOWEST_HU = -1024;
const HIGHEST_HU = 32767;
const TABLE_LENGTH = HIGHEST_HU - LOWEST_HU + 1;

/** Which curve serves a voxel: `curveOfLabel[labels[voxel]]`. */
interface CurveSelection {
  readonly labels: Uint8Array | Uint16Array;
  readonly curveOfLabel: Uint16Array;
}

/**
 * Density curves applied to a CT, as bytes: value = count · scale, scale = (largest density met) / 255.
 *
 * Rounding is up or down by a hash of the voxel's position, with the chance that makes its mean exact to 1/256 of a count:
 * line integrals stay unbiased where plain rounding would shift whole tissues. Zero stays zero.
 */
export function quantiseDensities(options: {
  ct: Volume;
  curves: readonly DensityCurve[];
  materials: readonly Material[];
  selection?: CurveSelection;
  allocate?: Allocate;
}): FourChannelField[] {
  const { ct, materials, selection } = options;
  const allocate = options.allocate ?? ((byteLength) => new Uint8Array(byteLength));
  const { lowest, highest } = rangeOf(ct.values);
  const tables = options.curves.map((curve) => densityTable(curve, materials, lowest, highest));
  const scales = materials.map((_, m) => largest(tables, m) / 255 || 1);
  const counts = tables.map((table) => fixedPointTable(table, scales, materials.length));

  return Array.from({ length: Math.ceil(materials.length / 4) }, (_, fieldIndex): FourChannelField => {
    const voxels = allocate(4 * paddedVoxelCount(ct.grid));
    voxels.fill(0);
    const channels = [0, 1, 2, 3].map((channel) => 4 * fieldIndex + channel);
    fillField(
      ct,
      voxels,
      counts.map((fields) => fields[fieldIndex]),
      selection,
    );
    return {
      kind: "u8x4",
      grid: ct.grid,
      channels: channels.map((m) => materials[m]?.name ?? ""),
      voxels,
      scale: Float64Array.from(channels, (m) => scales[m] ?? 1),
    };
  });
}

/** Four interleaved counts in 8.8 fixed point for every HU. */
type FixedPointTable = Uint16Array;

function fillField(
  ct: Volume,
  voxels: Uint8Array,
  tables: readonly FixedPointTable[],
  selection: CurveSelection | undefined,
): void {
  const [ni, nj, nk] = ct.grid.shape;
  const { values } = ct;
  let table = tables[0];
  let voxel = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) {
      let out = 4 * paddedIndex(ct.grid, 0, j, k);
      for (let i = 0; i < ni; i++, voxel++, out += 4) {
        const row = 4 * tableRow(values[voxel]);
        if (selection) table = tables[selection.curveOfLabel[selection.labels[voxel]]];
        const q0 = table[row];
        const q1 = table[row + 1];
        const q2 = table[row + 2];
        const q3 = table[row + 3];
        if ((q0 | q1 | q2 | q3) === 0) continue;
        const dither = positionHash(voxel);
        voxels[out] = (q0 + (dither & 255)) >> 8;
        voxels[out + 1] = (q1 + ((dither >> 8) & 255)) >> 8;
        voxels[out + 2] = (q2 + ((dither >> 16) & 255)) >> 8;
        voxels[out + 3] = (q3 + (dither >>> 24)) >> 8;
      }
    }
}

/** Row of a table for a CT number; what is not a number counts as air. */
function tableRow(hu: number): number {
  if (hu >= HIGHEST_HU) return TABLE_LENGTH - 1;
  if (!(hu > LOWEST_HU)) return 0;
  return Math.floor(hu + 0.5) - LOWEST_HU;
}

/** 32 well-mixed bits of a voxel's position (finaliser of MurmurHash3, public domain). */
function positionHash(voxel: number): number {
  let h = Math.imul(voxel + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function rangeOf(values: VoxelArray): { lowest: number; highest: number } {
  let lowest = TABLE_LENGTH - 1;
  let highest = 0;
  for (let n = 0; n < values.length; n++) {
    const row = tableRow(values[n]);
    if (row < lowest) lowest = row;
    if (row > highest) highest = row;
  }
  return { lowest, highest };
}

/** Densities of all materials for each row between the lowest and highest that occur; zero elsewhere. */
function densityTable(
  curve: DensityCurve,
  materials: readonly Material[],
  lowest: number,
  highest: number,
): Float64Array[] {
  const table = materials.map(() => new Float64Array(TABLE_LENGTH));
  const channelOf = curve.materials.map(({ name }) =>
    materials.findIndex((material) => material.name === name),
  );
  for (let row = lowest; row <= highest; row++)
    curve.densities(row + LOWEST_HU).forEach((density, part) => {
      table[channelOf[part]][row] = density;
    });
  return table;
}

function largest(tables: readonly Float64Array[][], m: number): number {
  return tables.reduce((most, table) => table[m].reduce((a, b) => Math.max(a, b), most), 0);
}

function fixedPointTable(
  densities: readonly Float64Array[],
  scales: readonly number[],
  materialCount: number,
): FixedPointTable[] {
  return Array.from({ length: Math.ceil(materialCount / 4) }, (_, fieldIndex) => {
    const table = new Uint16Array(4 * TABLE_LENGTH);
    for (let channel = 0; channel < 4 && 4 * fieldIndex + channel < materialCount; channel++) {
      const m = 4 * fieldIndex + channel;
      for (let row = 0; row < TABLE_LENGTH; row++)
        table[4 * row + channel] = Math.min(255 * 256, Math.round((densities[m][row] / scales[m]) * 256));
    }
    return table;
  });
}
