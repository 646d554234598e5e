import { InputError } from "../../error/input-error.ts";
import type { DicomFile } from "./open-dicom.ts";

/** The bytes of every frame of a file: equal parts of native data, or fragments put together. */
export function pixelFrames(file: DicomFile, count: number): Uint8Array[] {
  const { dataSet, syntax } = file;
  const data = dataSet.pixelData();
  if (!data) throw dataSet.damaged("it has no pixel data");
  if (data.fragments && syntax.coding === "native")
    throw dataSet.damaged("its pixel data is in fragments, but said to be native");
  if (!data.fragments && syntax.coding !== "native")
    throw dataSet.damaged(`its pixel data is said to be ${syntax.name}, but is not in fragments`);
  if (data.fragments) return compressedFrames(file, count, data.fragments);
  return count === 1 ? [data.bytes] : nativeFrames(file, count, data.bytes);
}

function nativeFrames({ dataSet }: DicomFile, count: number, bytes: Uint8Array): Uint8Array[] {
  const pixels = (dataSet.uint16(0x00280010) ?? 0) * (dataSet.uint16(0x00280011) ?? 0);
  const frameBytes = (pixels * (dataSet.uint16(0x00280100) ?? 16)) / 8;
  if (bytes.length < count * frameBytes)
    throw dataSet.damaged(`${count} frames need ${count * frameBytes} bytes, found ${bytes.length}`);
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * frameBytes, (n + 1) * frameBytes));
}

/**
 * The first fragment is the table of offsets: where each frame begins, counted from the second fragment on, with the
 * eight bytes at the head of each (PS3.5, A.4). One frame, and a fragment for each frame, need no table.
 */
function compressedFrames(
  { name }: DicomFile,
  count: number,
  [table, ...fragments]: readonly Uint8Array[],
): Uint8Array[] {
  if (count === 1) return [joined(fragments)];
  if (fragments.length === count) return fragments;
  const indexAt = new Map<number, number>();
  let at = 0;
  for (const [index, fragment] of fragments.entries()) {
    indexAt.set(at, index);
    at += 8 + fragment.length;
  }
  const offsets = new DataView(
    table?.buffer ?? new ArrayBuffer(0),
    table?.byteOffset ?? 0,
    table?.length ?? 0,
  );
  const firsts = Array.from(
    { length: Math.floor(offsets.byteLength / 4) },
    (_, n) => indexAt.get(offsets.getUint32(4 * n, true)) ?? -1,
  );
  if (firsts.length !== count || firsts.some((first, n) => first <= (firsts[n - 1] ?? -1)))
    throw new InputError(
      "dicom-frames",
      `${name}: ${count} frames lie in ${fragments.length} fragments, and no table says which belong together`,
      { remedy: "export the series as one file for each slice" },
    );
  return firsts.map((first, n) => joined(fragments.slice(first, firsts[n + 1])));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
