/**
 * Beams of SpekPy 2.5.4 (MIT), its default physics, for comparison. None of these combinations is among the 30 spectra that
 * the tube's coefficients were fitted to; made by tools/fit-tungsten-tube.py --compare.
 *
 * kV, anode angle in degrees, mm Al; first half-value layers in mm Al and Cu, mean energy in keV, air kerma at 1 m in µGy/mAs.
 */
export const spekPyBeams: readonly (readonly [number, number, number, number, number, number, number])[] = [
  [45, 8, 2.5, 1.6212, 0.050193, 30.46, 24.451],
  [55, 12, 3, 2.1231, 0.067464, 34.891, 33.397],
  [70, 12, 2.5, 2.3968, 0.078263, 39.402, 64.904],
  [75, 7, 4, 3.5247, 0.12359, 44.279, 42.805],
  [90, 14, 3, 3.3487, 0.11832, 46.891, 89.367],
  [110, 12, 2.5, 3.8431, 0.14442, 51.913, 138.75],
  [125, 9, 6, 6.7604, 0.32676, 61.398, 89.392],
  [140, 18, 3, 5.05, 0.21696, 59.052, 199.75],
  [80, 12, 2.5, 2.7339, 0.091887, 42.899, 81.977],
  [120, 12, 2.5, 4.2192, 0.16535, 54.439, 158.73],
];

/** 80 kV, 12°, 2.5 mm Al, on a plane at 1 m: mm off the axis (negative towards the anode), µGy/mAs, first half-value layer in mm Al. */
export const spekPyHeel: readonly (readonly [number, number, number])[] = [
  [-150, 53.934, 3.4255],
  [-80, 72.405, 2.9527],
  [0, 81.977, 2.7339],
  [80, 85.764, 2.6135],
  [150, 86.052, 2.5412],
];
