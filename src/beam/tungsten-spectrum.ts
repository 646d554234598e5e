import { InputError } from "../error/input-error.ts";
import { bremsstrahlung } from "./bremsstrahlung.ts";
import { characteristicPhotons, tungstenKLines } from "./characteristic-lines.ts";
import { type BeamFilter, transmissionOfFilters } from "./filter.ts";
import type { Spectrum } from "./spectrum.ts";

/** Electrons per mAs over mm² per steradian at 1 m. */
const ELECTRONS_PER_MAS_STERADIAN_PER_MM2 = 1e-3 / 1.602176634e-19 / 1000 ** 2;
const LOWEST_KEV = 5;

export interface TungstenTube {
  /** 40 to 150. */
  readonly kv: number;
  /** Between the anode's surface and the central ray, 5 to 30. */
  readonly anodeAngleDeg: number;
  readonly filters: readonly BeamFilter[];
  /** Angle of the ray from the central ray, towards the anode positive; 0 by default. */
  readonly towardsAnodeDeg?: number | undefined;
  /** Width of the energy bins, 0.5 by default; the last bin ends at the tube voltage. */
  readonly binKeV?: number | undefined;
}

/** Spectrum of a tungsten tube at constant voltage: bremsstrahlung and K lines, self-absorption in the anode, filters. */
export function tungstenSpectrum(tube: TungstenTube): Spectrum {
  const { kv, filters, towardsAnodeDeg = 0, binKeV = 0.5 } = checkedTube(tube);
  const bins = Math.floor((kv - LOWEST_KEV) / binKeV + 1e-9);
  const energyKeV = Float64Array.from({ length: bins }, (_, bin) => kv - (bins - bin - 0.5) * binKeV);
  const angle = (tube.anodeAngleDeg * Math.PI) / 180;
  const sinePath = Math.cos(angle) / Math.sin(angle - (towardsAnodeDeg * Math.PI) / 180);
  const transmission = transmissionOfFilters(filters, energyKeV);
  const photons = bremsstrahlung(kv, sinePath, energyKeV).map(
    (perKeV, bin) => perKeV * binKeV * transmission[bin],
  );
  const lines = tungstenKLines.map(({ energyKeV }) => energyKeV);
  const lineTransmission = transmissionOfFilters(filters, lines);
  characteristicPhotons(kv, sinePath).forEach((count, line) => {
    if (count > 0) share(photons, (lines[line] - energyKeV[0]) / binKeV, count * lineTransmission[line]);
  });
  return {
    kv,
    energyKeV,
    photonsPerMm2PerMas: photons.map((perSteradian) => perSteradian * ELECTRONS_PER_MAS_STERADIAN_PER_MM2),
  };
}

/** Puts photons into the two bins around a position such that their number and mean energy are kept. */
function share(bins: Float64Array, position: number, photons: number): void {
  const lower = Math.min(Math.floor(position), bins.length - 2);
  const part = Math.min(1, position - lower);
  bins[lower] += photons * (1 - part);
  bins[lower + 1] += photons * part;
}

function checkedTube(tube: TungstenTube): TungstenTube {
  const limits: readonly (readonly [string, number, number, number, string])[] = [
    ["tube voltage", tube.kv, 40, 150, "kV"],
    ["anode angle", tube.anodeAngleDeg, 5, 30, "degrees"],
    ["bin width", tube.binKeV ?? 0.5, 0.05, 5, "keV"],
    ["angle towards the anode", tube.towardsAnodeDeg ?? 0, -30, tube.anodeAngleDeg - 1, "degrees"],
  ];
  for (const [name, value, least, most, unit] of limits)
    if (!(value >= least && value <= most))
      throw new InputError("tube", `the ${name} must be from ${least} to ${most} ${unit}, found ${value}`);
  return tube;
}
