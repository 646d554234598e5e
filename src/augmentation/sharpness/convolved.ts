import type { LabelledImage } from "../labelled-image.ts";
import { reflectedIndex } from "../reflected-index.ts";

/** Nine weights, row by row. */
export type Kernel3x3 = readonly [number, number, number, number, number, number, number, number, number];

/** The picture correlated with a kernel: weight (i, j) belongs to the neighbour i − 1 to the right and j − 1 below; mirrored at the edge. */
export function convolved(image: LabelledImage, kernel: Kernel3x3): LabelledImage {
  const { pixels, widthPx, heightPx } = image;
  const result = new Float32Array(pixels.length);
  const [k0, k1, k2, k3, k4, k5, k6, k7, k8] = kernel;
  for (let v = 0; v < heightPx; v++) {
    const [above, here, below] = [-1, 0, 1].map((step) => reflectedIndex(v + step, heightPx) * widthPx);
    for (let u = 0; u < widthPx; u++) {
      const left = u > 0 ? u - 1 : reflectedIndex(-1, widthPx);
      const right = u < widthPx - 1 ? u + 1 : reflectedIndex(widthPx, widthPx);
      result[here + u] =
        k0 * pixels[above + left] +
        k1 * pixels[above + u] +
        k2 * pixels[above + right] +
        k3 * pixels[here + left] +
        k4 * pixels[here + u] +
        k5 * pixels[here + right] +
        k6 * pixels[below + left] +
        k7 * pixels[below + u] +
        k8 * pixels[below + right];
    }
  }
  return { ...image, pixels: result };
}

/** The kernel mixed with the one that changes nothing. */
export const blendedKernel = (kernel: Kernel3x3, alpha: number): Kernel3x3 =>
  kernel.map((weight, n) => alpha * weight + (n === 4 ? 1 - alpha : 0)) as unknown as Kernel3x3;
