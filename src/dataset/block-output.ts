import type { EncodedFile } from "./formats/encoded-file.ts";
import type { Sample } from "./render-sample.ts";

/** One of a recipe's outputs while the samples of a block are rendered in order. */
export interface BlockOutput {
  /** The files that this sample becomes. */
  add(sample: Sample): Promise<readonly EncodedFile[]>;
  /** The files of the block as a whole, after its last sample. */
  end(): Promise<readonly EncodedFile[]>;
}
