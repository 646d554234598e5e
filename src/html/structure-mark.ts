import { structureColour } from "../image/structure-colours.ts";

/** The colour of the n-th structure, as CSS has it. */
export const colourOf = (index: number): string => `rgb(${structureColour(index).join(",")})`;
