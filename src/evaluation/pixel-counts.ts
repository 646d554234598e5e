import { InputError } from "../error/input-error.ts";
import type { Prediction } from "./prediction.ts";
import { type Truth, UNKNOWN_PIXEL } from "./truth.ts";

/** Pixels of one structure in one picture, without those that nobody knows. */
export interface PixelCounts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

/**
 * Counts of every structure; undefined where the truth does not have it annotated.
 *
 * @throws InputError `evaluation-size`, `evaluation-class`, `evaluation-masks`
 */
export function countPixels(
  prediction: Prediction,
  truth: Truth,
  structures: number,
): (PixelCounts | undefined)[] {
  if (!truth.classes && !truth.masks) return new Array<undefined>(structures).fill(undefined);
  checkSizes(prediction, truth, structures);
  return Array.from({ length: structures }, (_, structure) => {
    const predicted = planeOf(prediction.masks, prediction.classes, structure);
    const known = planeOf(truth.masks, truth.classes, structure);
    if (!known || (truth.masks && !truth.masks[structure])) return undefined;
    if (!predicted)
      throw new InputError("evaluation-masks", "the prediction has neither classes nor masks to compare", {
        remedy: "use a model that segments, or a truth without classes and masks",
      });
    return counted(predicted, known);
  });
}

/**
 * Pixels that are structure i and were called structure j, at i · structures + j: off the diagonal stands what is taken for something else, or, of
 * overlapping masks, what lies over it.
 */
export function countOverlaps(prediction: Prediction, truth: Truth, structures: number): Uint32Array {
  const overlaps = new Uint32Array(structures * structures);
  const { masks: known, classes: knownClasses } = truth;
  const { masks: found, classes: foundClasses } = prediction;
  if (!known && !found && knownClasses && foundClasses) {
    for (let n = 0; n < knownClasses.length; n++) {
      const [is, called] = [knownClasses[n], foundClasses[n]];
      if (is !== 0 && is !== UNKNOWN_PIXEL && called !== 0) overlaps[(is - 1) * structures + called - 1]++;
    }
    return overlaps;
  }
  for (let i = 0; i < structures; i++) {
    const is = known && !known[i] ? undefined : planeOf(known, knownClasses, i);
    if (!is) continue;
    for (let j = 0; j < structures; j++) {
      const called = planeOf(found, foundClasses, j);
      if (called) overlaps[i * structures + j] = counted(called, is).truePositive;
    }
  }
  return overlaps;
}

/** A plane of pixels and the value that the structure has in it; undefined for any but 0 and unknown. */
interface Plane {
  readonly pixels: Uint8Array;
  readonly value: number | undefined;
}

function planeOf(
  masks: readonly (Uint8Array | undefined)[] | undefined,
  classes: Uint8Array | undefined,
  structure: number,
): Plane | undefined {
  const mask = masks?.[structure];
  if (mask) return { pixels: mask, value: undefined };
  return classes ? { pixels: classes, value: structure + 1 } : undefined;
}

function counted(predicted: Plane, known: Plane): PixelCounts {
  let [truePositive, falsePositive, falseNegative, trueNegative] = [0, 0, 0, 0];
  for (let n = 0; n < known.pixels.length; n++) {
    const truth = known.pixels[n];
    if (truth === UNKNOWN_PIXEL) continue;
    const guess = predicted.pixels[n];
    const isThere = known.value === undefined ? truth !== 0 : truth === known.value;
    const isFound = predicted.value === undefined ? guess !== 0 : guess === predicted.value;
    if (isThere && isFound) truePositive++;
    else if (isFound) falsePositive++;
    else if (isThere) falseNegative++;
    else trueNegative++;
  }
  return { truePositive, falsePositive, falseNegative, trueNegative };
}

function checkSizes(prediction: Prediction, truth: Truth, structures: number): void {
  const { widthPx, heightPx } = truth;
  if (prediction.widthPx !== widthPx || prediction.heightPx !== heightPx)
    throw new InputError(
      "evaluation-size",
      `the prediction has ${prediction.widthPx} × ${prediction.heightPx} pixels and its truth ${widthPx} × ${heightPx}`,
      { remedy: "bring the prediction back to the pixels of the truth before it is compared" },
    );
  const planes: [string, Uint8Array | undefined][] = [
    ["predicted classes", prediction.classes],
    ["true classes", truth.classes],
    ...(prediction.masks ?? []).map((mask): [string, Uint8Array] => ["a predicted mask", mask]),
    ...(truth.masks ?? []).map((mask): [string, Uint8Array | undefined] => ["a true mask", mask]),
  ];
  for (const [name, pixels] of planes)
    if (pixels && pixels.length !== widthPx * heightPx)
      throw new InputError(
        "evaluation-size",
        `${name} should have ${widthPx} × ${heightPx} pixels, found ${pixels.length}`,
      );
  for (const [name, masks] of [
    ["the prediction", prediction.masks],
    ["the truth", truth.masks],
  ] as const)
    if (masks && masks.length !== structures)
      throw new InputError(
        "evaluation-masks",
        `${name} has ${masks.length} masks for ${structures} structures`,
      );
  refuseClasses("the prediction", prediction.classes, structures);
  refuseClasses(
    "the truth",
    truth.classes?.filter((value) => value !== UNKNOWN_PIXEL),
    structures,
  );
}

function refuseClasses(name: string, classes: Uint8Array | undefined, structures: number): void {
  const highest = classes?.reduce((most, value) => (value > most ? value : most), 0) ?? 0;
  if (highest > structures)
    throw new InputError(
      "evaluation-class",
      `${name} has class ${highest}, but there are ${structures} structures (classes 0 to ${structures})`,
      { remedy: "name all structures, or mark pixels of the truth that nobody knows with 255" },
    );
}
