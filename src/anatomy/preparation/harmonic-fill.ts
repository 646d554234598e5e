const SWEEPS = 400;
const OVER_RELAXATION = 1.8;
const SETTLED_HU = 0.05;

/**
 * Fills the voxels of a hole with the smoothest values that meet their surroundings: the solution of Laplace's equation, ∇²f = 0, by
 * successive over-relaxation. Values never leave the range of the hole's rim; a uniform surrounding stays uniform, exactly.
 *
 * Values change in place. `hole` 1: to fill. `hole` 2: neither filled nor looked at (bone beside muscle, air beside skin). Where a part
 * of a hole touches nothing to look at, its values stay as they are. In two dimensions give a shape with nk = 1.
 */
export function fillSmoothly(
  values: Float32Array | Float64Array,
  hole: Uint8Array,
  shape: readonly [number, number, number],
): void {
  const [ni, nj, nk] = shape;
  const plane = ni * nj;
  const todo: number[] = [];
  for (let n = 0; n < hole.length; n++) if (hole[n] === 1) todo.push(n);
  if (todo.length === 0) return;
  const neighbours = (n: number): number[] => {
    const i = n % ni;
    const j = Math.floor(n / ni) % nj;
    const k = Math.floor(n / plane);
    const found: number[] = [];
    if (i > 0) found.push(n - 1);
    if (i < ni - 1) found.push(n + 1);
    if (j > 0) found.push(n - ni);
    if (j < nj - 1) found.push(n + ni);
    if (k > 0) found.push(n - plane);
    if (k < nk - 1) found.push(n + plane);
    return found.filter((other) => hole[other] !== 2);
  };
  // From the rim inwards, each layer starts as the mean of what is known beside it.
  const known = Uint8Array.from(hole, (state) => (state === 0 ? 1 : 0));
  const links = new Map<number, number[]>();
  for (const n of todo) links.set(n, neighbours(n));
  const order: number[] = [];
  let layer = todo.filter((n) => links.get(n)?.some((other) => known[other] === 1));
  while (layer.length > 0) {
    const next = new Set<number>();
    const means = layer.map((n) => {
      let [sum, count] = [0, 0];
      for (const other of links.get(n) ?? [])
        if (known[other] === 1) {
          sum += values[other];
          count++;
        }
      return sum / count;
    });
    layer.forEach((n, index) => {
      values[n] = means[index];
      known[n] = 1;
      order.push(n);
    });
    for (const n of layer) for (const other of links.get(n) ?? []) if (known[other] === 0) next.add(other);
    layer = [...next];
  }
  const starts = new Int32Array(order.length + 1);
  const flat: number[] = [];
  order.forEach((n, index) => {
    flat.push(...(links.get(n) ?? []));
    starts[index + 1] = flat.length;
  });
  const targets = Int32Array.from(flat);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let largest = 0;
    for (let index = 0; index < order.length; index++) {
      const n = order[index];
      let sum = 0;
      for (let t = starts[index]; t < starts[index + 1]; t++) sum += values[targets[t]];
      const change = OVER_RELAXATION * (sum / (starts[index + 1] - starts[index]) - values[n]);
      values[n] += change;
      if (change > largest) largest = change;
      else if (-change > largest) largest = -change;
    }
    if (largest < SETTLED_HU) break;
  }
}
