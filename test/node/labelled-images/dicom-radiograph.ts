/** What a made-up radiograph says of itself; frames are stored numbers of 16 bits, row by row. */
export interface Radiograph {
  readonly columns: number;
  readonly rows: number;
  readonly frames: readonly (readonly number[])[];
  readonly modality?: string;
  readonly photometric?: string;
  readonly signed?: boolean;
  readonly rescale?: { readonly slope: number; readonly intercept: number };
  readonly imagerSpacing?: string;
  readonly intensitySign?: 1 | -1;
  readonly samples?: number;
}

/** A DICOM file in explicit little endian: preamble, transfer syntax, data set. */
export function dicomRadiograph(radiograph: Radiograph): Uint8Array {
  const { columns, rows, frames, modality = "XA", photometric = "MONOCHROME2" } = radiograph;
  const pixels = frames.flat().flatMap((value) => [value & 255, (value >> 8) & 255]);
  const elements: number[] = [
    ...element(0x0002, 0x0010, "UI", "1.2.840.10008.1.2.1"),
    ...element(0x0008, 0x0060, "CS", modality),
    ...(radiograph.imagerSpacing ? element(0x0018, 0x1164, "DS", radiograph.imagerSpacing) : []),
    ...element(0x0028, 0x0002, "US", radiograph.samples ?? 1),
    ...element(0x0028, 0x0004, "CS", photometric),
    ...element(0x0028, 0x0008, "IS", String(frames.length)),
    ...element(0x0028, 0x0010, "US", rows),
    ...element(0x0028, 0x0011, "US", columns),
    ...element(0x0028, 0x0100, "US", 16),
    ...element(0x0028, 0x0101, "US", 16),
    ...element(0x0028, 0x0102, "US", 15),
    ...element(0x0028, 0x0103, "US", radiograph.signed ? 1 : 0),
    ...(radiograph.intensitySign ? element(0x0028, 0x1041, "SS", radiograph.intensitySign) : []),
    ...(radiograph.rescale
      ? [
          ...element(0x0028, 0x1052, "DS", String(radiograph.rescale.intercept)),
          ...element(0x0028, 0x1053, "DS", String(radiograph.rescale.slope)),
        ]
      : []),
    ...head(0x7fe0, 0x0010, "OW"),
    0,
    0,
    ...[0, 8, 16, 24].map((shift) => (pixels.length >>> shift) & 255),
    ...pixels,
  ];
  return Uint8Array.from([...Array<number>(128).fill(0), ...letters("DICM"), ...elements]);
}

const letters = (text: string): number[] => [...new TextEncoder().encode(text)];

const head = (group: number, number: number, kind: string): number[] => [
  group & 255,
  group >> 8,
  number & 255,
  number >> 8,
  ...letters(kind),
];

function element(group: number, number: number, kind: string, value: string | number): number[] {
  const raw = typeof value === "number" ? [value & 255, (value >> 8) & 255] : letters(value);
  if (raw.length % 2 === 1) raw.push(kind === "UI" ? 0 : 32);
  return [...head(group, number, kind), raw.length & 255, raw.length >> 8, ...raw];
}
