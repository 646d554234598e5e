const ELECTRON_REST_KEV = 510.99895;
const TUNGSTEN_Z_OVER_A = 74 / 183.84;
/** Mean excitation energy of tungsten, 727 eV (ICRU Report 37). */
const TUNGSTEN_EXCITATION_KEV = 0.727;

/** β² = (v/c)² of an electron. */
export function squaredSpeed(kineticKeV: number): number {
  const gamma = 1 + kineticKeV / ELECTRON_REST_KEV;
  return 1 - 1 / gamma ** 2;
}

/**
 * Mass collision stopping power of tungsten for electrons in keV cm²/g, 5 to 150 keV (ICRU Report 37, Berger and Seltzer):
 *
 *   S/ρ = 153.54 (Z/A)/β² · [2 ln(T/I) + ln(1 + τ/2) + (1 − β²)(1 + τ²/8 − (2τ + 1) ln 2)],  τ = T/mc²
 *
 * without the density effect and radiative losses, both below 1 % here.
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
