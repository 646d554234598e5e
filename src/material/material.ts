/** Matter as X-rays see it: how much of each element, and how dense it is by default. */
export interface Material {
  readonly name: string;
  readonly densityGPerCm3: number;
  /** Atomic number -> mass fraction; the fractions add up to 1. */
  readonly massFractions: ReadonlyMap<number, number>;
}
