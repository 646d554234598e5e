/** How the pixels of a file are compressed; `native` is not at all. */
export type PixelCoding = "native" | "rle" | "jpeg" | "jpeg-ls" | "jpeg-2000" | "ht-jpeg-2000";

/** How a file is written (DICOM PS3.5, section 10). */
export interface TransferSyntax {
  readonly name: string;
  readonly coding: PixelCoding;
  readonly implicit: boolean;
  readonly bigEndian: boolean;
  readonly deflated: boolean;
  readonly lossy: boolean;
}

const plain = { coding: "native", implicit: false, bigEndian: false, deflated: false, lossy: false } as const;

export const implicitLittleEndian: TransferSyntax = {
  ...plain,
  name: "implicit little endian",
  implicit: true,
};
export const explicitLittleEndian: TransferSyntax = { ...plain, name: "explicit little endian" };

const syntaxes: Readonly<Record<string, TransferSyntax>> = {
  "1.2.840.10008.1.2": implicitLittleEndian,
  "1.2.840.10008.1.2.1": explicitLittleEndian,
  "1.2.840.10008.1.2.1.99": { ...plain, name: "deflated", deflated: true },
  "1.2.840.10008.1.2.2": { ...plain, name: "explicit big endian", bigEndian: true },
  "1.2.840.10008.1.2.4.50": { ...plain, name: "JPEG baseline", coding: "jpeg", lossy: true },
  "1.2.840.10008.1.2.4.51": { ...plain, name: "JPEG extended", coding: "jpeg", lossy: true },
  "1.2.840.10008.1.2.4.57": { ...plain, name: "JPEG lossless", coding: "jpeg" },
  "1.2.840.10008.1.2.4.70": { ...plain, name: "JPEG lossless, first order", coding: "jpeg" },
  "1.2.840.10008.1.2.4.80": { ...plain, name: "JPEG-LS", coding: "jpeg-ls" },
  "1.2.840.10008.1.2.4.81": { ...plain, name: "JPEG-LS near-lossless", coding: "jpeg-ls", lossy: true },
  "1.2.840.10008.1.2.4.90": { ...plain, name: "JPEG 2000 lossless", coding: "jpeg-2000" },
  "1.2.840.10008.1.2.4.91": { ...plain, name: "JPEG 2000", coding: "jpeg-2000", lossy: true },
  "1.2.840.10008.1.2.4.201": { ...plain, name: "HTJ2K lossless", coding: "ht-jpeg-2000" },
  "1.2.840.10008.1.2.4.202": { ...plain, name: "HTJ2K lossless RPCL", coding: "ht-jpeg-2000" },
  "1.2.840.10008.1.2.4.203": { ...plain, name: "HTJ2K", coding: "ht-jpeg-2000", lossy: true },
  "1.2.840.10008.1.2.5": { ...plain, name: "RLE", coding: "rle" },
};

export const transferSyntax = (uid: string): TransferSyntax | undefined =>
  Object.hasOwn(syntaxes, uid) ? syntaxes[uid] : undefined;
