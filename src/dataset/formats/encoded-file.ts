/** A file of a data set: its path inside the data set's folder, with forward slashes, and its bytes. */
export interface EncodedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** `00000042`: samples sort by name as they do by number. */
export const sampleName = (id: number, digits = 8): string => String(id).padStart(digits, "0");
