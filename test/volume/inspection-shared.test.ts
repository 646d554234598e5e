import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readCt, readLabels } from "../../src/node/read-anatomy.ts";
import { withAssumedLabelNames } from "../../src/volume/inspection/assumed-label-names.ts";
import { inspect } from "../../src/volume/inspection/inspect.ts";
import { labelsOnGrid } from "../../src/volume/labels-on-grid.ts";

const shared = (name: string): string =>
  fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));

async function findings(ctName: string, labelsName?: string): Promise<string[]> {
  const { ct, findings } = await readCt(shared(ctName));
  if (labelsName === undefined) return [...findings, ...inspect(ct).findings].map(({ code }) => code);
  const placed = labelsOnGrid((await readLabels(shared(labelsName))).labelMap, ct.grid);
  const report = inspect(ct, withAssumedLabelNames(placed.labelMap, ct));
  return [...findings, ...placed.findings, ...report.findings].map(({ code }) => code);
}

describe.skipIf(!existsSync(shared("ct")))("what the input doctor says of public CTs", () => {
  it("a whole chest with contrast medium: long voxels, shoulders cut by the scan circle, a couch", async () => {
    expect(await findings("ct/chest_lidc0001_ct.nii.gz", "ct/chest_lidc0001_labels.nii.gz")).toEqual([
      "anisotropic",
      "hu-clipped",
      "metal",
      "field-of-view-truncated",
      "scan-ends-in-body",
      "couch",
    ]);
  });

  it("a fractured pelvis, bones alone, with fragments for labels", async () => {
    const name = "ct/pelvis_bone_frac002";
    expect(await findings(`${name}_ct.nii.gz`, `${name}_labels.nii.gz`)).toEqual([
      "hu-bone-only",
      "labels-unnamed",
    ]);
  });

  it("bones in a background of 0", async () => {
    expect(await findings("ct/hipbones_bone_only.mha")).toEqual(["hu-background-zero", "hu-bone-only"]);
  });

  it("DICOM slices with padding, and compressed ones with labels in another order", async () => {
    expect(await findings("dicom/lidc0001_24slices")).toEqual([
      "dicom-padding",
      "anisotropic",
      "hu-clipped",
      "metal",
      "scan-ends-in-body",
      "couch",
    ]);
    expect(await findings("dicom/abdomen_ts_j2k", "dicom/abdomen_ts_labels.nii.gz")).toEqual([
      "labels-orientation-differs",
      "scan-ends-in-body",
      "couch",
    ]);
  });
});
