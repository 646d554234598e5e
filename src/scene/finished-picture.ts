import type { Exposure } from "../detector/exposure.ts";
import { logTransform } from "../detector/log-transform.ts";
import { paperPreprocessing } from "../detector/paper-preprocessing.ts";
import type { Camera } from "../geometry/camera.ts";
import { type DisplayWindow, percentileWindow } from "../image/display-window.ts";
import type { CollimatedField } from "./collimated-field.ts";
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
  /** Of the grey simulators, which give line integrals; otherwise the logarithm of the intensity is taken. */
  logImage: Float32Array | undefined;
  panel: Exposure | undefined;
  /** The collimated field in a picture; undefined where the scene has none. */
  fieldIn: (camera: Camera) => CollimatedField | undefined;
}): FinishedPicture {
  const { scene, fieldIn } = options;
  const picture = withoutShutter(options);
  const outside = scene.collimation?.outside ?? "exposed";
  const mask = outside === "exposed" ? undefined : fieldIn(picture.camera)?.label.mask;
  if (!mask) return picture;
  // The shutter of the unit covers what is not in the field, whatever is there.
  const { window } = picture;
  const [value, pixel] = outside === "black" ? [window.black, 0] : [window.white, 65535];
  return {
    ...picture,
    values: picture.values.map((inField, n) => (mask[n] ? inField : value)),
    pixels: picture.pixels.map((inField, n) => (mask[n] ? inField : pixel)),
  };
}

function withoutShutter(options: Parameters<typeof finishedPicture>[0]): FinishedPicture {
  const { scene, camera, intensity, panel, fieldIn } = options;
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
  const logImage = options.logImage ?? logTransform(intensity);
  const field = fieldIn(camera);
  const fieldWindow = percentileWindow(inField(logImage, field), LOG_PERCENTILES);
  const limited = field ? limitedOutside(logImage, field, fieldWindow.white) : logImage;
  if (scene.processing === "log")
    return { camera, values: limited, pixels: sixteenBits(limited, fieldWindow), window: fieldWindow };
  const processed = paperPreprocessing({ logImage: limited, camera });
  const window = percentileWindow(inField(processed.values, fieldIn(processed.camera)), LOG_PERCENTILES);
  return { ...processed, pixels: sixteenBits(processed.values, window), window };
}

/** The values that the window is made for: what lies behind blades is to be seen as a rim, not to take the greys. */
function inField(values: Float32Array, field: CollimatedField | undefined): Float32Array {
  const mask = field?.label.mask;
  if (!mask?.includes(1)) return values;
  const kept = new Float32Array(values.length);
  let count = 0;
  for (let n = 0; n < values.length; n++) if (mask[n]) kept[count++] = values[n];
  return kept.subarray(0, count);
}

/**
 * Behind blades hardly a photon arrives, and logarithms are large and random there. As units do, the logarithm ends where white begins:
 * outside the field only.
 */
function limitedOutside(
  values: Float32Array,
  { label: { mask } }: CollimatedField,
  largest: number,
): Float32Array {
  if (!mask.includes(1)) return values;
  const limited = Float32Array.from(values);
  for (let n = 0; n < values.length; n++) if (!mask[n] && values[n] > largest) limited[n] = largest;
  return limited;
}

function sixteenBits(values: Float32Array, { black, white }: DisplayWindow): Uint16Array {
  const factor = 65535 / (white - black);
  const pixels = new Uint16Array(values.length);
  for (let n = 0; n < values.length; n++)
    // Cut to 0 … 65535 and rounded; what is not a number is black.
    pixels[n] = Math.min(Math.max((values[n] - black) * factor + 0.5, 0), 65535);
  return pixels;
}
