import type { Camera } from "../geometry/camera.ts";
import type { AreaDensityImage } from "../projector/area-density.ts";

/** Energy that one pixel absorbs from the photons of an exposure, as a random quantity: Σ N η E and Σ N η E². */
export interface AbsorbedEnergy {
  readonly meanKeV: Float32Array;
  readonly varianceKeV2: Float32Array;
}

/**
 * What scattered photons leave in every pixel, in the units of the primary ones. It is added before noise and blur,
 * so that scattered photons bring their own quantum noise.
 */
export type ScatterModel = (beam: {
  areaDensity: AreaDensityImage;
  camera: Camera;
  primary: AbsorbedEnergy;
}) => AbsorbedEnergy;

/** `none` is a perfect anti-scatter grid or a narrow beam; contrast is then higher than behind a real patient. */
export type Scatter = { readonly kind: "none" } | { readonly kind: "model"; readonly model: ScatterModel };
