import { type Camera, lpsRayFromPixel } from "../geometry/camera.ts";
import { add, radFromDeg, scale, type Vector3 } from "../geometry/vector.ts";
import { textStrokes, textWidthPx } from "../image/stroke-font.ts";
import { smoothLine } from "../instrument/smooth-line.ts";
import type { SweptCurve, SweptPart } from "../instrument/swept-curve.ts";
import type { Material } from "../material/material.ts";
import { materialByName } from "../material/named-materials.ts";
import type { Distractor } from "./distractor-schema.ts";

/** A distractor in the patient's frame. */
export interface PlacedDistractor {
  readonly name: string;
  readonly parts: readonly { readonly material: Material; readonly part: SweptPart }[];
}

/** Straight pieces of a smooth curve: bends of 10 cm are met within 0.13 mm (L² / 8R). */
const PIECE_MM = 10;

/** @param camera of the exposure, on whose panel things of frame `panel` lie */
export function placedDistractor({ name, frame, parts }: Distractor, camera: Camera): PlacedDistractor {
  const place = frame === "lps" ? (point: Vector3) => point : lpsFromPanel(camera);
  return {
    name,
    parts: parts.map((part) => {
      const material = materialByName(part.material);
      if ("text" in part) return { material, part: { solids: letters(part, place), bores: [] } };
      const lines = part.lines.map((line) => {
        const points = line.map(place);
        return part.smooth ? smoothLine(points, PIECE_MM) : points;
      });
      const curves = (radiusMm: number): SweptCurve[] =>
        lines.map((pointsLps) => ({ pointsLps, radiusMm, ends: part.ends }));
      const bores = part.boreRadiusMm === undefined ? [] : curves(part.boreRadiusMm);
      return { material, part: { solids: curves(part.radiusMm), bores } };
    }),
  };
}

/** Strokes of a text as wires that lie on the panel, turned about the text's middle. */
function letters(
  part: Extract<Distractor["parts"][number], { text: string }>,
  place: (point: Vector3) => Vector3,
): SweptCurve[] {
  const { text, heightMm, radiusMm, at } = part;
  const angle = radFromDeg(part.angleDeg);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const strokes = textStrokes(text, -textWidthPx(text, heightMm) / 2, -heightMm / 2, heightMm);
  return strokes.map((stroke) => ({
    pointsLps: stroke.map(([x, y]) =>
      place([at[0] + cosine * x - sine * y, at[1] + sine * x + cosine * y, radiusMm]),
    ),
    radiusMm,
    ends: "round",
  }));
}

/** (right, down, towards the source) in mm from the centre of the panel. */
function lpsFromPanel(camera: Camera): (point: Vector3) => Vector3 {
  const { sourceLps, sourceToDetectorMm, pixelPitchMm, widthPx, heightPx, pixelFromLps: p } = camera;
  const d = lpsRayFromPixel(camera);
  const normal: Vector3 = [p[8], p[9], p[10]];
  return ([x, y, z]) => {
    const u = (widthPx - 1) / 2 + x / pixelPitchMm[0];
    const v = (heightPx - 1) / 2 + y / pixelPitchMm[1];
    const ray: Vector3 = [d[0] * u + d[1] * v + d[2], d[3] * u + d[4] * v + d[5], d[6] * u + d[7] * v + d[8]];
    return add(sourceLps, add(scale(ray, sourceToDetectorMm), scale(normal, -z)));
  };
}
