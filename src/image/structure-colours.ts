import type { Colour } from "./canvas.ts";

/**
 * Colours that the common forms of colour blindness keep apart, light enough to stand on a radiograph: the set of
 * Okabe and Ito (2008) with its dark blue made lighter and its black left out, then five more between them.
 */
const COLOURS: readonly Colour[] = [
  [86, 180, 233],
  [230, 159, 0],
  [0, 190, 140],
  [240, 228, 66],
  [232, 108, 40],
  [214, 134, 184],
  [74, 126, 235],
  [190, 226, 150],
  [250, 190, 170],
  [130, 220, 225],
  [176, 150, 240],
  [206, 178, 110],
];

/** The colour of the n-th structure; they repeat after twelve. */
export const structureColour = (index: number): Colour => COLOURS[index % COLOURS.length];
