import { type LabelledImage, regridded } from "../../augmentation/labelled-image.ts";
import type { AreaDensityImage } from "../../projector/area-density.ts";
import type { PhiloxKey } from "../../random/philox.ts";
import { exposeAnew } from "./expose-anew.ts";
import type { ExposureVariation } from "./exposure-variation.ts";

/**
 * A sample exposed anew, with its labels on the same coarse grid: classes and masks are those at the centres of the new pixels.
 *
 * @param labels on the grid of the record
 * @throws InputError as `exposeAnew`
 */
export function exposedExample(
  example: {
    readonly record: { readonly areaDensity: AreaDensityImage; readonly sample: unknown };
    readonly labels: Omit<LabelledImage, "pixels">;
  },
  options: {
    key: PhiloxKey;
    sizePx: number;
    variation: ExposureVariation;
    name?: string;
    /** Names of the labels' classes or masks, where something varies within structures. */
    structures?: readonly string[];
  },
): LabelledImage & { readonly pixelPitchMm: number } {
  const { record, labels } = example;
  const regions = regionsOf(labels, record.areaDensity, options);
  const { widthPx, heightPx, pixels, pixelPitchMm } = exposeAnew(record, { ...options, regions });
  const across = widthPx / labels.widthPx;
  const down = heightPx / labels.heightPx;
  const image = regridded(
    { ...labels, pixels },
    {
      widthPx,
      heightPx,
      pixels,
      labels: nearest(labels, { widthPx, heightPx }),
      point: ({ x, y }) => ({ x: (x + 0.5) * across - 0.5, y: (y + 0.5) * down - 0.5 }),
    },
  );
  return { ...image, pixelPitchMm };
}

/** Where the structures are that something varies in, on the grid of the area densities as they are given. */
function regionsOf(
  labels: Omit<LabelledImage, "pixels">,
  to: { readonly widthPx: number; readonly heightPx: number },
  {
    variation: { opacities },
    structures = [],
    sizePx,
  }: { variation: ExposureVariation; structures?: readonly string[]; sizePx: number },
): Map<string, Uint8Array> {
  const regions = new Map<string, Uint8Array>();
  if (opacities.probability === 0) return regions;
  const factor = Math.max(to.widthPx, to.heightPx) / sizePx;
  const coarse = nearest(labels, {
    widthPx: Math.max(1, Math.round(to.widthPx / factor)),
    heightPx: Math.max(1, Math.round(to.heightPx / factor)),
  });
  for (const name of opacities.structures) {
    const index = structures.indexOf(name);
    if (index < 0) continue;
    if (labels.masks) regions.set(name, coarse(labels.masks[index].map((value) => (value === 1 ? 1 : 0))));
    else if (labels.classes)
      regions.set(name, coarse(labels.classes.map((value) => (value === index + 1 ? 1 : 0))));
  }
  return regions;
}

/** Values at the centres of coarser pixels. */
function nearest(
  from: { readonly widthPx: number; readonly heightPx: number },
  to: { readonly widthPx: number; readonly heightPx: number },
): (values: Uint8Array) => Uint8Array {
  const places = (count: number, given: number): Int32Array =>
    Int32Array.from({ length: count }, (_, n) =>
      Math.min(Math.floor(((n + 0.5) * given) / count), given - 1),
    );
  const columns = places(to.widthPx, from.widthPx);
  const rows = places(to.heightPx, from.heightPx);
  return (values) => {
    const result = new Uint8Array(to.widthPx * to.heightPx);
    for (let v = 0, n = 0; v < to.heightPx; v++)
      for (let u = 0; u < to.widthPx; u++, n++) result[n] = values[rows[v] * from.widthPx + columns[u]];
    return result;
  };
}
