// Which parts of a field are not empty: bricks of 4 × 4 × 4 voxels, and tables that count them over any rectangle.

export const BRICK = 4;
/** Planes that are marched between two questions about empty space. */
export const LAYER = 16;
/** The same for first hits, which skip more. */
export const HIT_LAYER = 4;

// @ts-ignore: decorator
@inline
function bricks(n: i32): i32 {
  return (n + BRICK - 1) / BRICK;
}

/** Marks every brick of a padded field that holds a count with 1; the bytes must be 0 before. */
export function findOccupied(field: usize, voxelBytes: i32, ni: i32, nj: i32, nk: i32, bricksOut: usize): void {
  const bi = bricks(ni), bj = bricks(nj);
  const rowBytes = (ni + 3) * voxelBytes;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) {
      // Four voxels at a time; past the end of a row come the zeros of the padding.
      let address = field + <usize>((k + 1) * (nj + 3) + j + 1) * <usize>rowBytes + <usize>voxelBytes;
      const row = bricksOut + <usize>(((k / BRICK) * bj + j / BRICK) * bi);
      if (voxelBytes == 4)
        for (let b = 0; b < bi; b++, address += 16) {
          if (v128.any_true(v128.load(address))) store<u8>(row + b, 1);
        }
      else
        for (let b = 0; b < bi; b++, address += 8) {
          if (load<u64>(address) != 0) store<u8>(row + b, 1);
        }
    }
}

/**
 * For one axis, layer by layer of 16 planes, the number of occupied columns of bricks in every rectangle that starts
 * at the origin: entry (c, b) of a layer counts those below c and b.
 */
export function countOccupied(occupied: usize, ni: i32, nj: i32, nk: i32, axis: i32, table: usize): void {
  const bi = bricks(ni), bj = bricks(nj), bk = bricks(nk);
  const countA = axis == 0 ? bi : axis == 1 ? bj : bk;
  const countB = axis == 0 ? bj : bi, countC = axis == 2 ? bj : bk;
  const stepA = axis == 0 ? 1 : axis == 1 ? bi : bi * bj;
  const stepB = axis == 0 ? bi : 1, stepC = axis == 2 ? bi : bi * bj;
  const perLayer = LAYER / BRICK;
  for (let a = 0; a < countA; a += perLayer) {
    for (let b = 0; b <= countB; b++) store<i32>(table + (<usize>b << 2), 0);
    for (let c = 0; c < countC; c++) {
      let inRow = 0;
      const above = table + <usize>((c * (countB + 1)) << 2), here = above + <usize>((countB + 1) << 2);
      store<i32>(here, 0);
      for (let b = 0; b < countB; b++) {
        let any = 0;
        for (let n = a; n < min(a + perLayer, countA); n++)
          any |= load<u8>(occupied + <usize>(n * stepA + b * stepB + c * stepC));
        inRow += any;
        store<i32>(here + (<usize>(b + 1) << 2), load<i32>(above + (<usize>(b + 1) << 2)) + inRow);
      }
    }
    table += <usize>((countB + 1) * (countC + 1)) << 2;
  }
}

/** Whether the rectangle of voxels b0 … b1, c0 … c1 (inclusive, inside the grid) holds nothing in this layer. */
// @ts-ignore: decorator
@inline
export function isEmpty(table: usize, layer: i32, shapeB: i32, shapeC: i32, b0: i32, b1: i32, c0: i32, c1: i32): bool {
  const width = bricks(shapeB) + 1;
  const start = table + (<usize>(layer * width * (bricks(shapeC) + 1)) << 2);
  const low = start + (<usize>((c0 / BRICK) * width) << 2), high = start + (<usize>((c1 / BRICK + 1) * width) << 2);
  const left = <usize>(b0 / BRICK) << 2, right = <usize>(b1 / BRICK + 1) << 2;
  return load<i32>(high + right) - load<i32>(high + left) == load<i32>(low + right) - load<i32>(low + left);
}

/** Unmarks bricks. */
export function clear(bricksOut: usize, count: i32): void {
  memory.fill(bricksOut, 0, <usize>count);
}

/**
 * For every brick of a padded u8x4 field, a bit for each channel in which a voxel has at least the counts of `lowest`
 * (four bytes, each at least 1); the bytes must be 0 before.
 */
export function findReached(field: usize, lowest: u32, ni: i32, nj: i32, nk: i32, bricksOut: usize): void {
  const bi = bricks(ni), bj = bricks(nj);
  const rowBytes = (ni + 3) * 4, least = i32x4.splat(<i32>lowest);
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) {
      let address = field + <usize>((k + 1) * (nj + 3) + j + 1) * <usize>rowBytes + 4;
      const row = bricksOut + <usize>(((k / BRICK) * bj + j / BRICK) * bi);
      for (let b = 0; b < bi; b++, address += 16) {
        const four = v128.load(address);
        if (!v128.any_true(four)) continue;
        const reached = i8x16.bitmask(i8x16.ge_u(four, least));
        if (reached == 0) continue;
        const channels = (reached | reached >> 4 | reached >> 8 | reached >> 12) & 15;
        store<u8>(row + b, load<u8>(row + b) | channels);
      }
    }
}

/** As `countOccupied` for layers of HIT_LAYER planes, with four counts an entry, one for each channel. */
export function countReached(reached: usize, ni: i32, nj: i32, nk: i32, axis: i32, table: usize): void {
  const bi = bricks(ni), bj = bricks(nj), bk = bricks(nk);
  const countA = axis == 0 ? bi : axis == 1 ? bj : bk;
  const countB = axis == 0 ? bj : bi, countC = axis == 2 ? bj : bk;
  const stepA = axis == 0 ? 1 : axis == 1 ? bi : bi * bj;
  const stepB = axis == 0 ? bi : 1, stepC = axis == 2 ? bi : bi * bj;
  const perLayer = HIT_LAYER / BRICK;
  const none = i32x4.splat(0), one = i32x4.splat(1);
  for (let a = 0; a < countA; a += perLayer) {
    for (let b = 0; b <= countB; b++) v128.store(table + (<usize>b << 4), none);
    for (let c = 0; c < countC; c++) {
      let inRow = none;
      const above = table + <usize>((c * (countB + 1)) << 4), here = above + <usize>((countB + 1) << 4);
      v128.store(here, none);
      for (let b = 0; b < countB; b++) {
        let any = 0;
        for (let n = a; n < min(a + perLayer, countA); n++)
          any |= load<u8>(reached + <usize>(n * stepA + b * stepB + c * stepC));
        const bits = v128.and(i32x4(any, any >> 1, any >> 2, any >> 3), one);
        inRow = i32x4.add(inRow, bits);
        v128.store(here + (<usize>(b + 1) << 4), i32x4.add(v128.load(above + (<usize>(b + 1) << 4)), inRow));
      }
    }
    table += <usize>((countB + 1) * (countC + 1)) << 4;
  }
}

/** The channels, as bits, that reach their counts within a rectangle of voxels of this layer. */
// @ts-ignore: decorator
@inline
export function reachedChannels(table: usize, layer: i32, shapeB: i32, shapeC: i32, b0: i32, b1: i32, c0: i32, c1: i32): i32 {
  const width = bricks(shapeB) + 1;
  const start = table + (<usize>(layer * width * (bricks(shapeC) + 1)) << 4);
  const low = start + (<usize>((c0 / BRICK) * width) << 4), high = start + (<usize>((c1 / BRICK + 1) * width) << 4);
  const left = <usize>(b0 / BRICK) << 4, right = <usize>(b1 / BRICK + 1) << 4;
  const inHigh = i32x4.sub(v128.load(high + right), v128.load(high + left));
  const inLow = i32x4.sub(v128.load(low + right), v128.load(low + left));
  return i32x4.bitmask(i32x4.ne(inHigh, inLow));
}
