/**
 * Heat-maps of one picture brought to 0 to 1 with one scale for all landmarks: (h − least) / (most − least), over all planes together. Heat-maps
 * without any difference become 0.
 */
export function normaliseHeatMaps(heatMaps: Float32Array): Float32Array {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of heatMaps) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const range = most - least;
  return range > 0 ? heatMaps.map((value) => (value - least) / range) : new Float32Array(heatMaps.length);
}
