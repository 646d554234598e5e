import type { Labels } from "../../label/labels.ts";

/** The part of a sample that writers of pictures with labels need; a `Sample` is one. */
export interface LabelledPicture {
  readonly id: number;
  readonly subject: string;
  readonly split: string;
  readonly radiograph: {
    readonly widthPx: number;
    readonly heightPx: number;
    /** Row v, column u at v · widthPx + u. */
    readonly values: Float32Array;
    /** 16 bits: 0 for `window.black` and below, 65535 for `window.white` and above. */
    readonly pixels: Uint16Array;
    readonly window: { readonly black: number; readonly white: number };
  };
  readonly labels: Labels;
}
