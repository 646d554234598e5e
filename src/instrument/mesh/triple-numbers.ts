/**
 * Numbers triples of 32-bit whole numbers in the order in which they first come: a hash table of typed arrays, for the millions of vertices of
 * a large mesh.
 *
 * @param most how many different ones may come
 */
export function tripleNumbers(most: number): (x: number, y: number, z: number) => number {
  let size = 16;
  while (size < 2 * most) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  const triples = new Int32Array(3 * most);
  let count = 0;
  return (x, y, z) => {
    let at = hash(x, y, z) & (size - 1);
    for (;;) {
      const n = slots[at];
      if (n < 0) {
        slots[at] = count;
        triples[3 * count] = x;
        triples[3 * count + 1] = y;
        triples[3 * count + 2] = z;
        return count++;
      }
      if (triples[3 * n] === x && triples[3 * n + 1] === y && triples[3 * n + 2] === z) return n;
      at = (at + 1) & (size - 1);
    }
  };
}

function hash(x: number, y: number, z: number): number {
  let h = Math.imul(x, 73_856_093) ^ Math.imul(y, 19_349_663) ^ Math.imul(z, 83_492_791);
  h = Math.imul(h ^ (h >>> 15), 0x2c_1b_3c_6d);
  return h ^ (h >>> 13);
}
