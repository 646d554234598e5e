/** Photons that a tube sends out, in equal energy bins. */
export interface Spectrum {
  /** Tube voltage in kV, for information. */
  readonly kv: number;
  /** Centres of the bins in keV, ascending, equally spaced. */
  readonly energyKeV: Float64Array;
  /** Photons per bin, mm² and mAs at 1000 mm from the focal spot, behind all filters. */
  readonly photonsPerMm2PerMas: Float64Array;
}
