import type { Vector3 } from "../../geometry/vector.ts";
import type { AxialStack } from "./axial-stack.ts";
import { pixelLps } from "./axial-stack.ts";
import { connectedComponents } from "./connected-components.ts";
import { signedDistanceMm } from "./distance-map.ts";
import { smoothSlice } from "./smooth-slice.ts";

/** One closed outline of a structure in the last slice. */
export interface CutOutline {
  readonly areaMm2: number;
  readonly centreLps: Vector3;
  /** Signed distance in mm to the outline for every pixel, negative inside, the staircase of the voxels smoothed. */
  readonly signedDistance: Float32Array;
  readonly mask: Uint8Array;
}

/** The parts of a mask in a slice, largest first, without those smaller than `leastMm2`. */
export function cutOutlines(
  stack: AxialStack,
  slice: number,
  mask: Uint8Array,
  leastMm2: number,
): CutOutline[] {
  const { width, height, pixelMm } = stack;
  const { part, sizes } = connectedComponents(mask, [width, height, 1]);
  return sizes
    .map((size, index) => ({ size, number: index + 1 }))
    .filter(({ size }) => size * pixelMm[0] * pixelMm[1] >= leastMm2)
    .toSorted((a, b) => b.size - a.size)
    .map(({ size, number }) => {
      const own = Uint8Array.from(part, (other) => (other === number ? 1 : 0));
      let [p, q] = [0, 0];
      own.forEach((inside, pixel) => {
        if (!inside) return;
        p += pixel % width;
        q += Math.floor(pixel / width);
      });
      return {
        areaMm2: size * pixelMm[0] * pixelMm[1],
        centreLps: pixelLps(stack, p / size, q / size, slice),
        signedDistance: smoothedDistance(stack, own),
        mask: own,
      };
    });
}

/** Signed distance to the outline of a mask, smoothed over a pixel so that the staircase of the voxels goes. */
export function smoothedDistance(stack: AxialStack, mask: Uint8Array): Float32Array {
  const distance = signedDistanceMm(mask, [stack.width, stack.height, 1], [...stack.pixelMm, 1]);
  return smoothSlice(distance, new Uint8Array(distance.length).fill(1), stack, Math.min(...stack.pixelMm));
}
