import type { Spectrum } from "../beam/spectrum.ts";
import type { Camera, PixelRegion } from "../geometry/camera.ts";
import type { Material } from "../material/material.ts";
import type { AreaDensityImage } from "../projector/area-density.ts";
import type { PhiloxKey } from "../random/philox.ts";
import type { DetectorModel } from "./detector-model.ts";
import type { Scatter } from "./scatter.ts";
import type { SpectralQuadrature } from "./spectral-quadrature.ts";

/** One shot of a tube through matter onto a panel. */
export interface ExposureOptions {
  /** Of the whole image, or of `region`. */
  readonly areaDensity: AreaDensityImage;
  /** The materials of `areaDensity`, in its order. */
  readonly materials: readonly Material[];
  readonly camera: Camera;
  readonly spectrum: Spectrum;
  /** Tube charge in mAs. */
  readonly mas: number;
  readonly detector: DetectorModel;
  /** Quantum and electronic noise of a key (see sampleKey), or undefined for the expected image. */
  readonly noise: { readonly key: PhiloxKey } | undefined;
  readonly scatter: Scatter;
  /** Blurs shadows as a focal spot of this side (square, uniform) does for matter at one distance from the source. */
  readonly focalSpot?: { readonly sideMm: number; readonly sourceToObjectMm: number } | undefined;
  /** Part of the beam that passes the collimator, per pixel (see `transmittedPart`); default all. Blades are taken as grey: what
   * leaks through them keeps its energies. */
  readonly collimation?: Float32Array | undefined;
  /** The part of the camera's image that `areaDensity` shows. Equal to that part of the whole but near its border, where
   * the blur replicates what is there. */
  readonly region?: PixelRegion | undefined;
  /** Of `spectralQuadrature` for the same spectrum, detector and materials, to save making it again. */
  readonly quadrature?: SpectralQuadrature | undefined;
}

/** What the panel hands over; row v, column u at v · widthPx + u. */
export interface Exposure {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Energy per pixel in keV as read out: blurred, with electronic noise, at most the full well. */
  readonly energyKeV: Float32Array;
  /** Digital values, proportional to energy above an offset; more X-rays, larger value. */
  readonly digital: Uint16Array;
  readonly offsetDigital: number;
  readonly digitalPerKeV: number;
  /** Energy per pixel without any matter, at the foot of the perpendicular from the source, without saturation. */
  readonly openFieldKeV: number;
  readonly fullWellKeV: number;
  readonly saturatedPx: number;
}
