import { InputError } from "../error/input-error.ts";
import type { Finding } from "../volume/finding.ts";
import type { LabelMap } from "../volume/label-map.ts";
import type { Landmark } from "../volume/landmark.ts";
import { readLabelMap, readVolume } from "../volume/read-volume.ts";
import { readLabelNames } from "../volume/read-label-names.ts";
import { readLandmarks } from "../volume/read-landmarks.ts";
import type { Volume } from "../volume/volume.ts";
import { nodeInflate } from "./inflate.ts";
import { readSibling, readSourceFile, type SourceFile } from "./source-file.ts";

/** A CT from a file, or from a folder with one DICOM series. */
export async function readCt(
  path: string,
): Promise<{ ct: Volume; source: SourceFile; findings: readonly Finding[] }> {
  const source = await readSourceFile(path);
  const single = source.files[0];
  if (source.isFolder || looksLikeDicom(single.bytes)) {
    const { readDicomSeries } = await import("../volume/dicom/read-dicom-series.ts");
    const { volume, findings } = await readDicomSeries(source.files);
    return { ct: volume, source, findings };
  }
  const ct = await readVolume(single.bytes, readOptions(source));
  return { ct, source, findings: ct.findings ?? [] };
}

/** A label map, with the names of its own file or of the table given; see `withAssumedLabelNames` for one without. */
export async function readLabels(
  path: string,
  namesPath?: string,
): Promise<{ labelMap: LabelMap; source: SourceFile; namesSource?: SourceFile }> {
  const source = await readSourceFile(path);
  if (source.isFolder) throw new InputError("labels-folder", `${path} is a folder; a label map is one file`);
  const labelMap = await readLabelMap(source.files[0].bytes, readOptions(source));
  if (namesPath === undefined) return { labelMap, source };
  const namesSource = await readSourceFile(namesPath);
  const names = readLabelNames(namesSource.files[0].bytes, namesSource.files[0].name);
  return { labelMap: { ...labelMap, names }, source, namesSource };
}

export async function readLandmarkFile(path: string): Promise<{ landmarks: Landmark[]; source: SourceFile }> {
  const source = await readSourceFile(path);
  return { landmarks: readLandmarks(source.files[0].bytes, source.files[0].name), source };
}

const readOptions = (source: SourceFile) => ({
  name: source.files[0].name,
  inflate: nodeInflate,
  sibling: (name: string) => readSibling(source.path, name),
});

function looksLikeDicom(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(128, 132)) === "DICM";
}
