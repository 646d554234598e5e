import { InputError } from "../error/input-error.ts";
import { LOWEST_KEV } from "../material/element-table.ts";
import { bremsstrahlung } from "./bremsstrahlung.ts";
import { characteristicPhotons, tungstenKLines } from "./characteristic-lines.ts";
import { type BeamFilter, transmissionOfFilters } from "./filter.ts";
import type { Spectrum } from "./spectrum.ts";

/** Electrons per mAs, times the steradian of 1 mm² at 1000 mm. */
const ELECTRONS_PER_MAS_STERADIANS = 1e-3 / 1.602176634e-19 / 1000 ** 2;

export interface TungstenTube {
  /** Constant voltage, 40 to 150. */
  readonly kv: number;
  /** Between the anode's surface and the central ray, 5 to 30. */
  readonly anodeAngleDeg: number;
  /** All that the beam crosses, the tube's own window included; nothing is added to it. */
  readonly filters: readonly BeamFilter[];
  /** Angle of a ray from the central ray, towards the anode positive: the heel effect. 0 by default. */
  readonly towardsAnodeDeg?: number | undefined;
  /** Width of the energy bins, 0.5 by default; the last one ends at the tube voltage, the first at or above 5 keV. */
  readonly binKeV?: number | undefined;
}

/**
 * Spectrum of a tungsten tube at constant voltage: bremsstrahlung and K lines of a thick anode, weakened in the anode
 * and by filters, in a narrow beam. A model, within 3 % of measured half-value layers (docs/beam.md).
 */
export function tungstenSpectrum(tube: TungstenTube): Spectrum {
  checkTube(tube);
  const { kv, filters, towardsAnodeDeg = 0, binKeV = 0.5 } = tube;
  const takeOffAngleRad = ((tube.anodeAngleDeg - towardsAnodeDeg) * Math.PI) / 180;
  const bins = Math.floor((kv - LOWEST_KEV) / binKeV + 1e-9);
  const energyKeV = Float64Array.from({ length: bins }, (_, bin) => kv - (bins - bin - 0.5) * binKeV);
  const transmission = transmissionOfFilters(filters, energyKeV);
  const photons = bremsstrahlung(kv, takeOffAngleRad, energyKeV).map(
    (perKeV, bin) => perKeV * binKeV * transmission[bin],
  );
  const lines = tungstenKLines.map((line) => line.energyKeV);
  const lineTransmission = transmissionOfFilters(filters, lines);
  characteristicPhotons(kv, takeOffAngleRad).forEach((count, line) => {
    shareBetweenBins(photons, (lines[line] - energyKeV[0]) / binKeV, count * lineTransmission[line]);
  });
  return {
    kv,
    energyKeV,
    photonsPerMm2PerMas: photons.map((perSteradian) => perSteradian * ELECTRONS_PER_MAS_STERADIANS),
  };
}

/** Puts photons into the two bins whose centres lie around a position such that their number and mean energy are kept. */
function shareBetweenBins(bins: Float64Array, position: number, photons: number): void {
  if (photons === 0) return;
  const lower = Math.min(Math.floor(position), bins.length - 1);
  const upperPart = lower + 1 < bins.length ? position - lower : 0;
  bins[lower] += photons * (1 - upperPart);
  if (upperPart > 0) bins[lower + 1] += photons * upperPart;
}

function checkTube(tube: TungstenTube): void {
  const { towardsAnodeDeg = 0, binKeV = 0.5 } = tube;
  const limits: readonly (readonly [string, number, number, number, string])[] = [
    ["tube voltage", tube.kv, 40, 150, "kV"],
    ["anode angle", tube.anodeAngleDeg, 5, 30, "degrees"],
    ["angle towards the anode", towardsAnodeDeg, -30, 30, "degrees"],
    ["angle between a ray and the anode's surface", tube.anodeAngleDeg - towardsAnodeDeg, 0.5, 60, "degrees"],
    ["width of an energy bin", binKeV, 0.05, 5, "keV"],
  ];
  for (const [name, value, least, most, unit] of limits)
    if (!(value >= least && value <= most))
      throw new InputError(
        "tube-out-of-range",
        `the ${name} must be from ${least} to ${most} ${unit}, found ${value}`,
      );
}
