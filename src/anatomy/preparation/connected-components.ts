/** Connected parts of a mask: numbers from 1 in the order in which they are met, and the voxels of each. */
export interface Components {
  readonly part: Int32Array;
  /** Voxels of part n at n − 1. */
  readonly sizes: readonly number[];
}

/** Parts whose voxels touch by faces. In two dimensions give a shape with nk = 1. */
export function connectedComponents(
  mask: ArrayLike<number>,
  [ni, nj, nk]: readonly [number, number, number],
): Components {
  const part = new Int32Array(ni * nj * nk);
  const sizes: number[] = [];
  const stack: number[] = [];
  const plane = ni * nj;
  for (let seed = 0; seed < part.length; seed++) {
    if (mask[seed] === 0 || part[seed] !== 0) continue;
    const number = sizes.push(0);
    part[seed] = number;
    stack.push(seed);
    const visit = (n: number): void => {
      if (mask[n] !== 0 && part[n] === 0) {
        part[n] = number;
        stack.push(n);
      }
    };
    while (stack.length > 0) {
      const n = stack.pop() as number;
      sizes[number - 1]++;
      const i = n % ni;
      const j = Math.floor(n / ni) % nj;
      const k = Math.floor(n / plane);
      if (i > 0) visit(n - 1);
      if (i < ni - 1) visit(n + 1);
      if (j > 0) visit(n - ni);
      if (j < nj - 1) visit(n + ni);
      if (k > 0) visit(n - plane);
      if (k < nk - 1) visit(n + plane);
    }
  }
  return { part, sizes };
}

/** 1 in the largest part of a mask, all 0 if the mask is empty. */
export function largestPart(mask: ArrayLike<number>, shape: readonly [number, number, number]): Uint8Array {
  const { part, sizes } = connectedComponents(mask, shape);
  const largest = sizes.reduce((best, size, index) => (size > sizes[best] ? index : best), 0) + 1;
  return Uint8Array.from(part, (number) => (number !== 0 && number === largest ? 1 : 0));
}
