import type { Exposure } from "../detector/exposure.ts";
import { logTransform } from "../detector/log-transform.ts";
import { paperPreprocessing } from "../detector/paper-preprocessing.ts";
import type { Camera } from "../geometry/camera.ts";
import { type DisplayWindow, percentileWindow } from "../image/display-window.ts";
import type { Scene } from "./scene.ts";

/** A radiograph as it is written: numbers, and how they become 16 bits of grey. */
export interface FinishedPicture {
  readonly camera: Camera;
  readonly values: Float32Array;
  /** Row by row, 0 to 65535. */
  readonly pixels: Uint16Array;
  /** The values that became 0 and 65535. */
  readonly window: DisplayWindow;
}

/** Leaves the darkest and the brightest half percent to clip, so that metal or air do not take the whole range. */
const LOG_PERCENTILES = { black: 0.5, white: 99.7 };

/** `raw`: the panel's digital values as they are. `log`: −ln(I/I₀), bone bright. `paper`: as the networks of the paper eat it. */
export function finishedPicture(options: {
  scene: Scene;
  camera: Camera;
  intensity: Float32Array;
  attenuation: Float32Array;
  panel: Exposure | undefined;
}): FinishedPicture {
  const { scene, camera, intensity, panel } = options;
  if (scene.processing === "raw") {
    if (panel)
      return {
        camera,
        values: Float32Array.from(panel.digital),
        pixels: panel.digital,
        window: { black: 0, white: 65535 },
      };
    const window = { black: 0, white: 1 };
    return { camera, values: intensity, pixels: sixteenBits(intensity, window), window };
  }
  // The grey simulators give line integrals: these are the log image already.
  const logImage = panel ? logTransform(intensity) : options.attenuation;
  if (scene.processing === "log") {
    const window = percentileWindow(logImage, LOG_PERCENTILES);
    return { camera, values: logImage, pixels: sixteenBits(logImage, window), window };
  }
  const processed = paperPreprocessing({ logImage, camera });
  const window = percentileWindow(processed.values, LOG_PERCENTILES);
  return { ...processed, pixels: sixteenBits(processed.values, window), window };
}

function sixteenBits(values: Float32Array, { black, white }: DisplayWindow): Uint16Array {
  const factor = 65535 / (white - black);
  const pixels = new Uint16Array(values.length);
  for (let n = 0; n < values.length; n++)
    // Cut to 0 … 65535 and rounded; what is not a number is black.
    pixels[n] = Math.min(Math.max((values[n] - black) * factor + 0.5, 0), 65535);
  return pixels;
}
