import { type CameraImage, cameraOfPixels } from "./pixel-image.ts";

/** Turns an image by 180°: (u, v) becomes (width − 1 − u, height − 1 − v). */
export function rotateHalfTurn({ image, camera }: CameraImage): CameraImage {
  const { widthPx, heightPx } = image;
  return {
    image: { widthPx, heightPx, values: image.values.toReversed() },
    camera: cameraOfPixels(camera, {
      widthPx,
      heightPx,
      scale: [-1, -1],
      offset: [widthPx - 1, heightPx - 1],
    }),
  };
}
