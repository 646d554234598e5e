import { resampled } from "../../augmentation/resized.ts";
import type { AreaDensityImage } from "../../projector/area-density.ts";

/** One material's area densities in a picture. */
export interface DensityPlane {
  readonly material: string;
  /** g/cm²; row v, column u at v · widthPx + u. */
  readonly gPerCm2: Float32Array;
}

/**
 * The materials that occur, averaged over the pixels of a coarser grid of the same extent. Densities are averaged, not intensities: at the
 * edge of a metal that is brighter than a panel of large pixels would show it.
 */
export function reducedDensities(
  { widthPx, heightPx, materials, gPerCm2 }: AreaDensityImage,
  to: { readonly widthPx: number; readonly heightPx: number },
): DensityPlane[] {
  const count = widthPx * heightPx;
  return materials.flatMap((material, m) => {
    const plane = gPerCm2.subarray(m * count, (m + 1) * count);
    if (isEmpty(plane)) return [];
    return [{ material, gPerCm2: reducedPlane(plane, widthPx, heightPx, to) }];
  });
}

function reducedPlane(
  plane: Float32Array,
  widthPx: number,
  heightPx: number,
  to: { readonly widthPx: number; readonly heightPx: number },
): Float32Array {
  if (widthPx === to.widthPx && heightPx === to.heightPx) return plane.slice();
  if (widthPx === 2 * to.widthPx && heightPx === 2 * to.heightPx) return halved(plane, widthPx, heightPx);
  return resampled({ pixels: plane, widthPx, heightPx }, to.widthPx, to.heightPx);
}

function halved(plane: Float32Array, widthPx: number, heightPx: number): Float32Array {
  const half = new Float32Array(plane.length / 4);
  for (let v = 0, n = 0; v < heightPx; v += 2)
    for (let at = v * widthPx, end = at + widthPx; at < end; at += 2, n++)
      half[n] = 0.25 * (plane[at] + plane[at + 1] + plane[at + widthPx] + plane[at + widthPx + 1]);
  return half;
}

function isEmpty(plane: Float32Array): boolean {
  for (let n = 0; n < plane.length; n++) if (plane[n] !== 0) return false;
  return true;
}
