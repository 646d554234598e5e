import { type Deflate, encodePng } from "../../image/encode-png.ts";
import type { DisplayPicture } from "../../image/picture.ts";
import { resizedPicture } from "../../image/resize-picture.ts";
import type { ManifestLine } from "../manifest.ts";
import type { GreyPicture } from "./grey-picture.ts";
import { shown } from "../../html/markup.ts";
import { outlinePath } from "./outline-path.ts";
import type { ReportTile } from "./report-card.ts";

/** Masks of one sample in the order of its structures; they may overlap or, made from classes, not. */
export type SampleMasks = readonly (Uint8Array | undefined)[];

/** Masks from classes: pixel = structure's index + 1. */
export function masksOfClasses(classes: ArrayLike<number>, structures: number): SampleMasks {
  return Array.from({ length: structures }, (_, index) => {
    const mask = new Uint8Array(classes.length);
    let isThere = false;
    for (let n = 0; n < mask.length; n++)
      if (classes[n] === index + 1) {
        mask[n] = 1;
        isThere = true;
      }
    return isThere ? mask : undefined;
  });
}

/** A sample as the contact sheet shows it. */
export async function reportTile(
  line: ManifestLine,
  { grey, masks }: { grey: GreyPicture; masks: SampleMasks | undefined },
  options: { sidePx: number; deflate?: Deflate | undefined },
): Promise<ReportTile> {
  const { widthPx, heightPx } = grey;
  const named = line as {
    structures?: { name: string }[];
    landmarks?: { name: string; status: string; pixel?: [number, number] | null }[];
  };
  const { laoDeg, craDeg } = line.view as { laoDeg?: number; craDeg?: number };
  const { kv, detectorKermaMicroGy } = (line.scene.beam ?? {}) as Record<string, number | undefined>;
  const facts = [
    laoDeg === undefined ? "" : `LAO ${shown(Math.round(laoDeg), "°")}`,
    craDeg === undefined ? "" : `CRA ${shown(Math.round(craDeg), "°")}`,
    kv === undefined ? "" : `${Math.round(kv)} kV`,
    detectorKermaMicroGy === undefined ? "" : shown(Number(detectorKermaMicroGy.toPrecision(2)), "µGy"),
  ].map((fact) => fact.replaceAll(" ", "\u00a0"));
  return {
    id: line.id,
    title: `${line.id} · ${line.subject}`,
    caption: facts.filter((fact) => fact !== "").join(", "),
    png: await smallPng(grey, options),
    widthPx,
    heightPx,
    structures: (named.structures ?? []).flatMap(({ name }, index) => {
      const mask = masks?.[index];
      const path = mask ? outlinePath(mask, widthPx, heightPx) : "";
      return path === "" ? [] : [{ name, index, path }];
    }),
    landmarks: (named.landmarks ?? []).flatMap(({ name, status, pixel }) =>
      status === "visible" && pixel ? [{ name, pixel }] : [],
    ),
  };
}

/** Eight bits of grey, shrunk until neither side is longer than `sidePx`. */
export async function smallPng(
  { widthPx, heightPx, values }: GreyPicture,
  { sidePx, deflate }: { sidePx: number; deflate?: Deflate | undefined },
): Promise<Uint8Array> {
  const pixels = Uint8ClampedArray.from(values, (value) => 255 * value);
  const whole: DisplayPicture = { widthPx, heightPx, channels: 1, pixels };
  const factor = Math.min(1, sidePx / Math.max(widthPx, heightPx));
  const small = resizedPicture(
    whole,
    Math.max(1, Math.round(widthPx * factor)),
    Math.max(1, Math.round(heightPx * factor)),
  );
  return await encodePng(small, deflate ? { deflate } : {});
}
