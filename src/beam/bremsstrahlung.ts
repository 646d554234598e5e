import { massAttenuationTable } from "../material/attenuation.ts";
import { materialByName } from "../material/named-materials.ts";
import { rangeGPerCm2, squaredSpeed, stoppingPowerKeVCm2PerG } from "./electron-slowing.ts";

/** Steps in which the electron slows down, as in the fit; four times as many change half-value layers and output by 0.1 %. */
const STEPS = 24;
/** N_A Z²/A of tungsten per 4π: cm²/g and steradian for a scaled cross-section of 1 mb. */
const ATOMS = ((6.02214076e23 / 183.84) * 74 ** 2 * 1e-27) / (4 * Math.PI);

/** Depths at which an electron has a given energy are spread as a gamma distribution of this shape. Calibrated. */
const DEPTH_SHAPE = 1.68907;
/** How much harder electrons that still fly straight radiate away from the beam's normal. Calibrated. */
const FORWARD = 0.69074;

/**
 * Bremsstrahlung that leaves a thick tungsten anode, in photons per electron, steradian and keV at each energy E:
 *
 *   n(E) = N_A Z²/(4π A) ∫_E^T₀ χ(E/T, T)/(β² E) · D(T) · F(E, T) · dT / (S/ρ)
 *
 * An electron of T₀ = e·kV slows down by the stopping power S/ρ. χ is the scaled cross-section (Seltzer and Berger,
 * 1986, give 5 to 15 mb), here with the electrons in it that leave the anode again. D = 1 − g β u sin α is the lower
 * emission away from the electrons' first direction, u the part of the range still ahead. F is the part that the anode
 * lets out: with depths spread as a gamma distribution of mean x and shape n about their mean,
 *
 *   F = (1 + μ x/(n sin α))^(−n),   x = ξ R₀ (kV/100)^p (1 − u)^q (1 + d (kV/100 − 1)(1 − u)),
 *
 * α being the angle between the ray and the anode's surface and R₀ the electrons' range. The form is ours, after
 * Birch and Marshall (1979) and Tucker, Barnes and Chakraborty (1991). Its 15 coefficients are fitted to 30 spectra of
 * SpekPy 2.5.4 by tools/fit-tungsten-tube.py (docs/beam.md), and meet them within 1.3 % rms of 10 % of the peak or more, absolute output included.
 */
export function bremsstrahlung(
  kv: number,
  takeOffAngleRad: number,
  energyKeV: ArrayLike<number>,
): Float64Array {
  const sine = Math.sin(takeOffAngleRad);
  const fullRange = rangeGPerCm2(kv);
  return massAttenuationTable(materialByName("tungsten"), energyKeV).map((cm2PerG, bin) => {
    const energy = energyKeV[bin];
    const step = (kv - energy) / STEPS;
    let sum = 0;
    for (let i = 0; i < STEPS; i++) {
      const kinetic = kv - (i + 0.5) * step;
      const used = 1 - rangeGPerCm2(kinetic) / fullRange;
      const beta2 = squaredSpeed(kinetic);
      const escape =
        (1 + (cm2PerG * meanDepthGPerCm2(kv, fullRange, used)) / (DEPTH_SHAPE * sine)) ** -DEPTH_SHAPE;
      const direction = 1 - FORWARD * Math.sqrt(beta2) * (1 - used) * sine;
      sum +=
        (scaledCrossSectionMb(energy / kinetic, (kinetic - 80) / 100) * direction * escape) /
        (beta2 * stoppingPowerKeVCm2PerG(kinetic));
    }
    return (ATOMS * sum * step) / energy;
  });
}

/** χ(κ, t) in mb with κ = E/T and t = (T − 80 keV)/100 keV. Calibrated. */
const scaledCrossSectionMb = (k: number, t: number): number =>
  4.11332 *
  (1 +
    k * (2.28628 + k * (-7.25124 + k * 5.56766)) +
    t * (-0.55464 + k * (2.19875 - k * 1.93003)) +
    t ** 2 * (-0.5308 + k * 0.49043));

/** Mean depth below the surface after a part of the range is used up. Calibrated. */
const meanDepthGPerCm2 = (kv: number, fullRange: number, used: number): number =>
  0.19908 * fullRange * (kv / 100) ** 0.1177 * used ** 0.41295 * (1 - 0.6828 * (kv / 100 - 1) * used);
