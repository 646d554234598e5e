import { blankCanvas, type Canvas, type Colour, paste } from "../../image/canvas.ts";
import { overlay } from "../../image/overlay.ts";
import type { DisplayPicture } from "../../image/picture.ts";
import { circle, stroke } from "../../image/stroke.ts";
import { structureColour } from "../../image/structure-colours.ts";
import { isActivated, type LandmarkRule, PUBLISHED_RULE } from "../landmark-rule.ts";
import type { Prediction } from "../prediction.ts";
import type { CaseScore, EvaluatedNames } from "../score-case.ts";
import { type Truth, UNKNOWN_PIXEL } from "../truth.ts";

const GAP = 4;
const TRUE_POINT: Colour = [255, 250, 205];
const FOUND_POINT: Colour = [255, 120, 120];

/**
 * The truth on the left, the prediction on the right, over the same picture. Structures have the colours of the report; true landmarks are circles,
 * detections that count are crosses, and a line joins them.
 *
 * @param picture grey, of the size of truth and prediction
 * @param options.widthPx of each half, default 340
 */
export function comparisonOverlay(
  picture: DisplayPicture,
  { prediction, truth, score }: { prediction: Prediction; truth: Truth; score: CaseScore },
  options: { names: EvaluatedNames; rule?: LandmarkRule; widthPx?: number },
): Canvas {
  const { names, rule = PUBLISHED_RULE, widthPx = 340 } = options;
  const [left, right] = [structuresOf(truth, names, UNKNOWN_PIXEL), structuresOf(prediction, names)].map(
    (structures) => overlay(picture, { structures, widthPx, legend: false }),
  );
  const scale = widthPx / picture.widthPx;
  const place = ({ x, y }: { x: number; y: number }): [number, number] => [
    (x + 0.5) * scale - 0.5,
    (y + 0.5) * scale - 0.5,
  ];
  const radius = Math.max(3, widthPx / 90);
  const thin = { widthPx: 1.4, halo: { widthPx: 1.5, opacity: 0.7 } };
  for (const landmark of score.landmarks) {
    const isThere = landmark.kind === "compared" || landmark.kind === "missed";
    const { candidate } = landmark;
    const isFound = candidate !== undefined && isActivated(candidate, rule);
    if (isThere)
      for (const half of [left, right])
        stroke(half, [circle(...place(landmark.truth), radius)], { ...thin, colour: TRUE_POINT });
    if (!isFound || landmark.kind === "unknown") continue;
    const [x, y] = place(candidate);
    if (isThere) stroke(right, [[place(landmark.truth), [x, y]]], { colour: FOUND_POINT, widthPx: 1 });
    const arm = radius * 0.75;
    const cross = [
      [
        [x - arm, y - arm],
        [x + arm, y + arm],
      ],
      [
        [x - arm, y + arm],
        [x + arm, y - arm],
      ],
    ] as const;
    stroke(right, cross, { ...thin, colour: FOUND_POINT });
  }
  const both = blankCanvas(2 * widthPx + GAP, left.heightPx, [255, 255, 255]);
  paste(both, left, 0, 0);
  paste(both, right, widthPx + GAP, 0);
  return both;
}

interface DrawnStructure {
  readonly name: string;
  readonly mask: Uint8Array;
  readonly colour: Colour;
}

/** Structures with a mask or a class, without pixels of the value `unknown`. */
function structuresOf(
  { classes, masks }: Pick<Truth, "classes" | "masks">,
  names: EvaluatedNames,
  unknown?: number,
): DrawnStructure[] {
  return names.structures.flatMap((name, index) => {
    const colour = structureColour(index);
    const mask = masks?.[index];
    if (mask)
      return [{ name, colour, mask: mask.map((value) => (value === 0 || value === unknown ? 0 : 1)) }];
    if (masks || !classes) return [];
    return [{ name, colour, mask: classes.map((value) => (value === index + 1 ? 1 : 0)) }];
  });
}
