import { InputError } from "../../error/input-error.ts";
import type { Finding } from "../finding.ts";
import { PIXEL_DATA, type Tag } from "./data-set.ts";
import { type DicomFile, openDicom } from "./open-dicom.ts";

const IMAGE_TYPE: Tag = 0x00080008;
const MODALITY: Tag = 0x00080060;
const SERIES_DESCRIPTION: Tag = 0x0008103e;
const SERIES_UID: Tag = 0x0020000e;
const SERIES_NUMBER: Tag = 0x00200011;
const POSITION: Tag = 0x00200032;
const FRAME_GROUPS: Tag = 0x52009230;

/**
 * The files of the one CT series in a folder. What is no slice is left out with a finding: other formats, documents and
 * indices, scouts, pictures without a place in the patient. Several series are refused, each by its name.
 */
export async function chooseSeries(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<{ slices: DicomFile[]; findings: Finding[] }> {
  const left = {
    foreign: [] as string[],
    noImage: [] as string[],
    scout: [] as string[],
    noPlace: [] as string[],
  };
  const slices: DicomFile[] = [];
  for (const { name, bytes } of files) {
    const file = await openDicom(bytes, name);
    if (!file || file.dataSet.isEmpty) left.foreign.push(name);
    else if (!file.dataSet.has(PIXEL_DATA)) left.noImage.push(name);
    else if (file.dataSet.texts(IMAGE_TYPE).some((part) => part === "LOCALIZER" || part === "SCOUT"))
      left.scout.push(name);
    else if (!file.dataSet.has(POSITION) && !file.dataSet.has(FRAME_GROUPS)) left.noPlace.push(name);
    else slices.push(file);
  }
  if (slices.length === 0) throw nothingLeft(files.length, left);
  checkOneSeries(slices);
  const findings = [
    leftOut("dicom-other-files", left.foreign, "no DICOM"),
    leftOut("dicom-no-image", left.noImage, "DICOM without an image (an index, a report, a plan)"),
    leftOut("dicom-scout", left.scout, "a scout (localizer)"),
    leftOut("dicom-no-position", left.noPlace, "a picture without a position in the patient"),
  ].filter((finding) => finding !== undefined);
  return { slices, findings };
}

function leftOut(code: string, names: readonly string[], what: string): Finding | undefined {
  if (names.length === 0) return undefined;
  const [subject, verb] = names.length === 1 ? ["1 file", "is"] : [`${names.length} files`, "are each"];
  return {
    code,
    severity: "info",
    message: `${subject} of the folder ${verb} ${what} and not used: ${list(names)}`,
  };
}

function nothingLeft(
  count: number,
  left: Record<"foreign" | "noImage" | "scout" | "noPlace", string[]>,
): InputError {
  const found = [
    [left.foreign, "not DICOM"],
    [left.noImage, "DICOM without an image"],
    [left.scout, "scouts"],
    [left.noPlace, "pictures without a position in the patient"],
  ]
    .filter(([names]) => names.length > 0)
    .map(([names, what]) => `${what as string}: ${names.length}`);
  return new InputError(
    "dicom-no-slices",
    `no CT slice is among the ${count} file(s) given${found.length > 0 ? ` (${found.join("; ")})` : ""}`,
    {
      remedy: "give the folder that holds the slices themselves; folders inside it are not searched",
    },
  );
}

/** Files without a series UID (some anonymisers empty it) count as one series; where they lie is checked later. */
function checkOneSeries(slices: readonly DicomFile[]): void {
  const series = new Map<string, DicomFile[]>();
  for (const file of slices) {
    const key = `${modality(file)} ${file.dataSet.text(SERIES_UID)}`;
    const members = series.get(key);
    if (members) members.push(file);
    else series.set(key, [file]);
  }
  if (series.size > 1)
    throw new InputError(
      "dicom-mixed-series",
      `the folder holds ${series.size} series: ${list(Array.from(series.values(), seriesText), 8)}`,
      { remedy: "put the files of the series you want into a folder of their own and give that" },
    );
  const kind = modality(slices[0]);
  if (kind !== "CT" && kind !== "")
    throw new InputError(
      "dicom-modality",
      `${slices[0].name} is of modality ${kind}, not CT: its values are not Hounsfield units`,
      { remedy: "give a CT series" },
    );
}

const modality = ({ dataSet }: DicomFile): string => dataSet.text(MODALITY);

function seriesText(files: readonly DicomFile[]): string {
  const { dataSet, name } = files[0];
  const described = dataSet.text(SERIES_DESCRIPTION);
  const number = dataSet.text(SERIES_NUMBER);
  const title = [modality(files[0]), number && `number ${number}`, described && `"${described}"`];
  const slices = files.length === 1 ? "1 file" : `${files.length} files`;
  return `${title.filter((part) => part !== "").join(" ")} (${slices}, first ${name})`;
}

function list(names: readonly string[], most = 4): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
