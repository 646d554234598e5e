import { readdirSync, readFileSync } from "node:fs";
import type { ExpectedVolume } from "./volume-fixtures.ts";

const folder = new URL("../fixtures/dicom/", import.meta.url);

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What pydicom and nibabel say of a series; tools/make-dicom-fixtures.py writes them. */
export const expectedSeries = Object.entries(
  JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Record<string, ExpectedVolume>,
);

export const series = (name: string): NamedBytes[] => filesOf(new URL(`${name}/`, folder));

export const filesOf = (directory: URL): NamedBytes[] =>
  readdirSync(directory).map((name) => ({ name, bytes: readFileSync(new URL(name, directory)) }));

/** Bytes of a file with one text in place of another of the same length, wherever it stands. */
export function edited({ name, bytes }: NamedBytes, from: string, to: string): NamedBytes {
  if (from.length !== to.length) throw new RangeError(`"${from}" and "${to}" differ in length`);
  const text = Buffer.from(bytes).toString("latin1");
  if (!text.includes(from)) throw new RangeError(`${name} does not hold "${from}"`);
  return { name, bytes: Buffer.from(text.replaceAll(from, to), "latin1") };
}

/** Place of the value of an element of an explicit little-endian file with a short length. */
export function valueAt({ bytes }: NamedBytes, group: number, element: number): number {
  const tag = Buffer.from([group & 255, group >> 8, element & 255, element >> 8]);
  return Buffer.from(bytes).indexOf(tag) + 8;
}

export function withUint16(file: NamedBytes, group: number, element: number, value: number): NamedBytes {
  const bytes = Uint8Array.from(file.bytes);
  new DataView(bytes.buffer).setUint16(valueAt(file, group, element), value, true);
  return { name: file.name, bytes };
}
