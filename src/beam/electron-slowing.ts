const ELECTRON_REST_KEV = 510.99895;
const TUNGSTEN_Z_OVER_A = 74 / 183.84;
/** Mean excitation energy of tungsten, 727 eV (ICRU Report 37). */
const TUNGSTEN_EXCITATION_KEV = 0.727;

const HIGHEST_KEV = 150;
const LOWEST_KEV = 5;
const STEP_KEV = 0.25;

/** β² = (v/c)² of an electron. */
export function squaredSpeed(kineticKeV: number): number {
  return 1 - 1 / (1 + kineticKeV / ELECTRON_REST_KEV) ** 2;
}

/**
 * Mass collision stopping power of tungsten for electrons in keV cm²/g, 5 to 150 keV (Berger and Seltzer, ICRU Report 37):
 *
 *   S/ρ = 153.54 (Z/A)/β² · [2 ln(T/I) + ln(1 + τ/2) + (1 − β²)(1 + τ²/8 − (2τ + 1) ln 2)],  τ = T/mc²
 *
 * without the density effect and radiative losses, which are below 2 % here.
 */
export function stoppingPowerKeVCm2PerG(kineticKeV: number): number {
  const tau = kineticKeV / ELECTRON_REST_KEV;
  const beta2 = squaredSpeed(kineticKeV);
  const bracket =
    2 * Math.log(kineticKeV / TUNGSTEN_EXCITATION_KEV) +
    Math.log(1 + tau / 2) +
    (1 - beta2) * (1 + tau ** 2 / 8 - (2 * tau + 1) * Math.LN2);
  return ((153.537 * TUNGSTEN_Z_OVER_A) / beta2) * bracket;
}

/**
 * Length of an electron's path in tungsten until it stops, in g/cm², 5 to 150 keV: ∫ dT / (S/ρ) from rest to T.
 *
 * Below 5 keV S/ρ is taken to fall as T^(−2/3), so that the part up to there is 0.6 T/(S/ρ). Linear between steps of 0.25 keV.
 */
export function rangeGPerCm2(kineticKeV: number): number {
  ranges ??= tabulatedRanges();
  const position = (kineticKeV - LOWEST_KEV) / STEP_KEV;
  const lower = Math.min(Math.max(Math.floor(position), 0), ranges.length - 2);
  return ranges[lower] + (position - lower) * (ranges[lower + 1] - ranges[lower]);
}

let ranges: Float64Array | undefined;

function tabulatedRanges(): Float64Array {
  const table = new Float64Array((HIGHEST_KEV - LOWEST_KEV) / STEP_KEV + 1);
  table[0] = (0.6 * LOWEST_KEV) / stoppingPowerKeVCm2PerG(LOWEST_KEV);
  for (let i = 1; i < table.length; i++) {
    const middle = LOWEST_KEV + (i - 0.5) * STEP_KEV;
    table[i] = table[i - 1] + STEP_KEV / stoppingPowerKeVCm2PerG(middle);
  }
  return table;
}
