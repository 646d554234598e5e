/**
 * Distance in mm from every voxel centre to the nearest voxel centre of a mask, exact and separable; Infinity when the mask is empty.
 * Voxels must be boxes: for a sheared grid the shear is left out. Source of the method: Felzenszwalb and Huttenlocher, "Distance
 * transforms of sampled functions", Theory of Computing 8 (2012).
 */
export function distanceMapMm(
  mask: ArrayLike<number>,
  shape: readonly [number, number, number],
  spacing: readonly [number, number, number],
): Float32Array {
  const squared = new Float64Array(mask.length);
  for (let n = 0; n < squared.length; n++) squared[n] = mask[n] ? 0 : Infinity;
  const strides = [1, shape[0], shape[0] * shape[1]];
  for (const axis of [0, 1, 2]) {
    const length = shape[axis];
    if (length === 1) continue;
    const stride = strides[axis];
    const [b, c] = [0, 1, 2].filter((other) => other !== axis);
    const line = new Float64Array(length);
    const scratch = parabolas(length);
    for (let q = 0; q < shape[c]; q++)
      for (let p = 0; p < shape[b]; p++) {
        const start = p * strides[b] + q * strides[c];
        let [nearest, farthest] = [Infinity, 0];
        for (let n = 0; n < length; n++) {
          const value = squared[start + n * stride];
          line[n] = value;
          if (value < nearest) nearest = value;
          if (value > farthest) farthest = value;
        }
        // Where a line holds nothing but the mask, or nothing at all, it stays as it is.
        if (farthest === 0 || nearest === Infinity) continue;
        scratch.lowerEnvelope(line, spacing[axis]);
        for (let n = 0; n < length; n++) squared[start + n * stride] = line[n];
      }
  }
  const distance = new Float32Array(squared.length);
  for (let n = 0; n < distance.length; n++) distance[n] = Math.sqrt(squared[n]);
  return distance;
}

/**
 * Signed distance in mm to the border of a mask, negative inside: half-way between the distances seen from the two sides, so the border
 * lies between voxel centres.
 */
export function signedDistanceMm(
  mask: ArrayLike<number>,
  shape: readonly [number, number, number],
  spacing: readonly [number, number, number],
): Float32Array {
  const outside = distanceMapMm(mask, shape, spacing);
  const inside = distanceMapMm(
    Uint8Array.from(mask, (value) => (value ? 0 : 1)),
    shape,
    spacing,
  );
  const half = Math.min(...spacing.filter((_, axis) => shape[axis] > 1)) / 2;
  for (let n = 0; n < outside.length; n++) outside[n] = outside[n] > 0 ? outside[n] - half : half - inside[n];
  return outside;
}

/** Lower envelope of the parabolas f(q) + (step·(x − q))², sampled at whole x. */
function parabolas(length: number) {
  const roots = new Int32Array(length);
  const bounds = new Float64Array(length + 1);
  const result = new Float64Array(length);
  return {
    lowerEnvelope(f: Float64Array, step: number): void {
      const s = step * step;
      let last = -1;
      for (let q = 0; q < length; q++) {
        if (f[q] === Infinity) continue;
        let meet = -Infinity;
        while (last >= 0) {
          const r = roots[last];
          meet = (f[q] - f[r] + s * (q * q - r * r)) / (2 * s * (q - r));
          if (meet > bounds[last]) break;
          last--;
          meet = -Infinity;
        }
        last++;
        roots[last] = q;
        bounds[last] = meet;
        bounds[last + 1] = Infinity;
      }
      if (last < 0) return;
      let n = 0;
      for (let x = 0; x < length; x++) {
        while (n < last && bounds[n + 1] < x) n++;
        const r = roots[n];
        result[x] = f[r] + s * (x - r) * (x - r);
      }
      f.set(result);
    },
  };
}
