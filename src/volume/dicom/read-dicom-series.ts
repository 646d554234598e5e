import { InputError } from "../../error/input-error.ts";
import { voxelCount } from "../../geometry/grid.ts";
import type { Finding } from "../finding.ts";
import { type Volume, volume } from "../volume.ts";
import { chooseSeries } from "./choose-series.ts";
import { loadFrameCodecs } from "./frame-codec.ts";
import { HounsfieldStack } from "./hounsfield-stack.ts";
import { type Slice, slicesOf } from "./slice.ts";
import { stackSlices } from "./stack-slices.ts";
import { storedWords } from "./stored-words.ts";

export interface DicomSeries {
  readonly volume: Volume;
  readonly findings: readonly Finding[];
}

/**
 * Reads the one CT series among the files of a folder, in any order. Column k of the affine is the step from slice to slice, so a
 * tilted gantry gives a sheared volume. Values are Hounsfield units; docs/dicom.md says what is read, dropped and refused.
 *
 * @param codecModuleUrl where browsers fetch `dcmjs-native-codecs.wasm`, needed for compressed series only
 */
export async function readDicomSeries(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  options: { codecModuleUrl?: string } = {},
): Promise<DicomSeries> {
  const chosen = await chooseSeries(files);
  const found = chosen.slices.flatMap(slicesOf);
  const compressed = found.some(({ syntax }) => syntax.coding !== "native");
  const decode = compressed ? await loadFrameCodecs(options.codecModuleUrl) : undefined;
  const { grid, slices, findings } = stackSlices(found, (a, b) => samePicture(a, b));
  const stack = new HounsfieldStack(voxelCount(grid));
  for (const slice of slices) stack.add(storedWords(slice, decode), slice);
  return {
    volume: volume("HU", grid, stack.values),
    findings: [...chosen.findings, ...findings, ...valueFindings(slices), ...stack.findings()],
  };

  function samePicture(a: Slice, b: Slice): boolean {
    if (a.slope !== b.slope || a.intercept !== b.intercept) return false;
    const [first, second] = [storedWords(a, decode), storedWords(b, decode)];
    return first.every((word, n) => word === second[n]);
  }
}

function valueFindings(slices: readonly Slice[]): Finding[] {
  const findings: Finding[] = [];
  const bare = slices.filter(({ scaled }) => !scaled);
  if (bare.length > 0 && bare.length < slices.length)
    throw new InputError(
      "dicom-rescale-missing",
      `${bare[0].name} has no rescale slope and intercept (0028,1052 and 1053), but other slices have`,
      { remedy: "export the series again" },
    );
  if (bare.length > 0)
    findings.push({
      code: "dicom-rescale-missing",
      severity: "warning",
      message: "no slice has a rescale slope and intercept: stored values are taken as Hounsfield units",
    });
  // US is "unspecified"; spectral CT writes electron densities, effective atomic numbers and others here.
  const other = slices.find(({ rescaleType }) => !["", "HU", "US"].includes(rescaleType));
  if (other)
    findings.push({
      code: "dicom-rescale-type",
      severity: "warning",
      message: `${other.name} says that its values are ${other.rescaleType}, not HU: use a series of Hounsfield units`,
    });
  const lossy = slices.find(({ syntax }) => syntax.lossy);
  if (lossy)
    findings.push({
      code: "dicom-lossy",
      severity: "warning",
      message: `the series is compressed with loss (${lossy.syntax.name}): fine structure may be missing; use the original if there is one`,
    });
  return findings;
}
