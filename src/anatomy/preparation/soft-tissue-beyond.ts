import { type AxialStack, readSlice } from "./axial-stack.ts";
import { type BodyShape, bodyShapeDistanceMm } from "./body-shape.ts";
import { largestPart } from "./connected-components.ts";
import { smoothedDistance } from "./cut-outline.ts";
import { fillSmoothly } from "./harmonic-fill.ts";
import { smoothSlice } from "./smooth-slice.ts";
import { smoothstep } from "./sample-voxels.ts";

const BODY_HU = -300;
const MUSCLE_HU = 55;
const FAT_HU = -100;
/** Where the layer under the skin ends: half-way between fat and muscle. */
const FAT_TO_MUSCLE_HU = -25;
/** Over this length the body's outline turns into another shape. */
const TURNS_MM = { thighs: 100, neck: 80 } as const;
/** Under the skin of a neck there is less fat than under that of most shoulders. */
const MOST_NECK_FAT_MM = 8;
const BLURS_MM = [2, 5, 10] as const;

/** Soft tissue and air beyond the last slice. */
export interface SoftTissue {
  /** HU at a pixel of a slice so far beyond the last. */
  hounsfield(pixel: number, beyondMm: number): number;
}

/**
 * Repeats the last slice, its bones and gas filled with the tissue about them, and blurs it more the further away it is. What `goesOn` (spine,
 * windpipe) is repeated as it is. With a shape, the outline of the body turns into thighs over 100 mm or into a neck over 80 mm (signed
 * distances are blended) and the inside into muscle under a layer of fat as thick as in the last slice, at most 8 mm in a neck. What
 * lies outside the body, such as a couch, goes on as it is.
 */
export function softTissueBeyond(
  stack: AxialStack,
  slice: number,
  given: { hu: ArrayLike<number>; bone: Uint8Array; goesOn: Uint8Array; into?: BodyShape },
): SoftTissue {
  const { width, height } = stack;
  const shape = [width, height, 1] as const;
  const last = readSlice(stack, given.hu, slice);
  const body = filled(
    largestPart(
      Uint8Array.from(last, (hu) => (hu > BODY_HU ? 1 : 0)),
      shape,
    ),
    width,
    height,
  );
  const outline = smoothedDistance(stack, body);
  const outside = medianWhere(last, (pixel) => outline[pixel] > 6) ?? -1000;

  // Bones, their blurred rims and gas are filled from the tissue about them; skin that is half air is not looked at.
  const hole = new Uint8Array(last.length);
  for (let pixel = 0; pixel < hole.length; pixel++)
    if (body[pixel] === 0) hole[pixel] = 2;
    else if (given.bone[pixel] === 1 || last[pixel] < -200 || last[pixel] > 250) hole[pixel] = 1;
  const soft = Float32Array.from(last);
  fillSmoothly(soft, hole, shape);
  const layers = [soft, ...BLURS_MM.map((sigma) => smoothSlice(soft, body, stack, sigma))];
  const at = [0, 10, 30, 80];
  const repeated = (pixel: number, mm: number): number => {
    for (let n = 1; n < at.length; n++)
      if (mm < at[n]) {
        const t = (mm - at[n - 1]) / (at[n] - at[n - 1]);
        return (1 - t) * layers[n - 1][pixel] + t * layers[n][pixel];
      }
    return layers[at.length - 1][pixel];
  };
  const background = (pixel: number): number => (outline[pixel] > 3 ? last[pixel] : outside);
  const blurMm = Math.max(...stack.pixelMm);
  const compose = (pixel: number, distance: number, inside: number): number => {
    const share = Math.min(1, Math.max(0, 0.5 - distance / blurMm));
    return share * inside + (1 - share) * background(pixel);
  };
  const { goesOn, into } = given;
  if (!into)
    return {
      hounsfield: (pixel, mm) =>
        goesOn[pixel] === 1 ? last[pixel] : compose(pixel, outline[pixel], repeated(pixel, mm)),
    };

  const shapeMm = bodyShapeDistanceMm(into, stack, slice, { body, outline });
  const ownFatMm = fatThicknessMm(soft, outline);
  const fatMm = into.kind === "neck" ? Math.min(ownFatMm, MOST_NECK_FAT_MM) : ownFatMm;
  const known = (pixel: number): boolean => outline[pixel] < -blurMm;
  return {
    hounsfield(pixel, mm) {
      if (goesOn[pixel] === 1) return last[pixel];
      const round = smoothstep(0, TURNS_MM[into.kind], mm);
      const distance = (1 - round) * outline[pixel] + round * shapeMm[pixel];
      if (distance > blurMm) return background(pixel);
      const muscle = smoothstep(fatMm - 4, fatMm + 4, -distance);
      const typical = FAT_HU + muscle * (MUSCLE_HU - FAT_HU);
      const own = known(pixel) ? repeated(pixel, mm) : typical;
      const share = smoothstep(0, 90, mm);
      return compose(pixel, distance, (1 - share) * own + share * typical);
    },
  };
}

/** The depth in mm at which the median tissue turns from fat to muscle, from 4 to 35. */
function fatThicknessMm(soft: Float32Array, outline: Float32Array): number {
  for (let depth = 4; depth < 35; depth += 2) {
    const median = medianWhere(soft, (pixel) => Math.abs(-outline[pixel] - depth) <= 2);
    if (median !== undefined && median > FAT_TO_MUSCLE_HU) return depth;
  }
  return 35;
}

function medianWhere(values: Float32Array, wanted: (pixel: number) => boolean): number | undefined {
  const chosen = values.filter((_, pixel) => wanted(pixel)).toSorted();
  return chosen.length === 0 ? undefined : chosen[chosen.length >> 1];
}

/** A mask with its holes: everything that a walk from the border of the slice cannot reach. */
function filled(mask: Uint8Array, width: number, height: number): Uint8Array {
  const reached = new Uint8Array(mask.length);
  const stack: number[] = [];
  const visit = (pixel: number): void => {
    if (mask[pixel] === 0 && reached[pixel] === 0) {
      reached[pixel] = 1;
      stack.push(pixel);
    }
  };
  for (let p = 0; p < width; p++) {
    visit(p);
    visit((height - 1) * width + p);
  }
  for (let q = 0; q < height; q++) {
    visit(q * width);
    visit(q * width + width - 1);
  }
  while (stack.length > 0) {
    const pixel = stack.pop() as number;
    const p = pixel % width;
    if (p > 0) visit(pixel - 1);
    if (p < width - 1) visit(pixel + 1);
    if (pixel >= width) visit(pixel - width);
    if (pixel < width * (height - 1)) visit(pixel + width);
  }
  return reached.map((value) => 1 - value);
}
