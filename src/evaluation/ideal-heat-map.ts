/**
 * The heat-map of a landmark that is known exactly: a density of unit volume,
 *
 *   g(u, v) = exp(−((u − x)² + (v − y)²) / 2σ²) / 2πσ²
 *
 * @param sigmaPx σ: 2.5 · 8 / (down-sampling factor) in the published hip code, 3.88 mm at the detector at every size
 */
export function idealHeatMap(
  size: { readonly widthPx: number; readonly heightPx: number },
  centre: { readonly x: number; readonly y: number },
  sigmaPx: number,
): Float32Array {
  const { widthPx, heightPx } = size;
  const across = bell(widthPx, centre.x, sigmaPx);
  const down = bell(heightPx, centre.y, sigmaPx);
  const plane = new Float32Array(widthPx * heightPx);
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++) plane[v * widthPx + u] = across[u] * down[v];
  return plane;
}

const bell = (length: number, centre: number, sigmaPx: number): Float64Array =>
  Float64Array.from(
    { length },
    (_, n) => Math.exp(-((n - centre) ** 2) / (2 * sigmaPx * sigmaPx)) / (Math.sqrt(2 * Math.PI) * sigmaPx),
  );
