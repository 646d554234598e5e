import type { Finding } from "../../volume/finding.ts";
import type { Anatomy } from "../anatomy.ts";
import { type Composite, compositeBones } from "./composite-bones.ts";
import { cropLabels } from "./crop-labels.ts";
import { extendScan } from "./extend-scan.ts";
import { mirrorSide } from "./mirror-side.ts";
import { preLabel } from "./pre-label.ts";
import type { PreparationStep } from "./preparation-step.ts";
import { removeContrast } from "./remove-contrast.ts";
import { removeMetal } from "./remove-metal.ts";

/** Reads the CT and labels that a composite names. */
export type OpenAnatomy = (files: { readonly ct: string; readonly labels: string }) => Promise<Anatomy>;

/**
 * Carries out the steps one after another. Same anatomy, same steps: the same voxels. What a step found is said in `findings`.
 *
 * A good order: `remove-metal` or `mirror`, `remove-contrast`, `extend`, `composite`, `crop-labels`.
 */
export async function prepareAnatomy(
  anatomy: Anatomy,
  steps: readonly PreparationStep[],
  open: OpenAnatomy,
): Promise<{ anatomy: Anatomy; findings: Finding[] }> {
  let prepared = anatomy;
  const findings: Finding[] = [];
  const note = (code: string, message: string, severity: Finding["severity"] = "info"): void => {
    findings.push({ code, severity, message });
  };
  for (const step of steps)
    switch (step.kind) {
      case "mirror":
        prepared = mirrorSide(prepared, step.replace);
        note("prepared-mirror", `the ${step.replace} side is the mirror image of the other`);
        break;
      case "remove-metal": {
        const removal = removeMetal(prepared, step);
        prepared = removal.anatomy;
        if (removal.metalCm3 === 0)
          note("prepared-no-metal", `no metal above ${step.thresholdHu} HU was found`);
        else
          note(
            "prepared-remove-metal",
            `${removal.metalCm3.toFixed(1)} cm³ of metal became tissue, ${removal.changedCm3.toFixed(0)} cm³ with rim and streaks`,
          );
        break;
      }
      case "remove-contrast": {
        const removal = removeContrast(prepared);
        prepared = removal.anatomy;
        note(
          "prepared-remove-contrast",
          `${removal.changedCm3.toFixed(0)} cm³ of heart, vessels, kidneys and spleen, and of what is bright about them, became as dense as blood`,
        );
        break;
      }
      case "extend":
        prepared = extendScan(prepared, step.end, step.lengthMm);
        note("prepared-extend", `the scan was extended by ${step.lengthMm} mm at its ${step.end} end`);
        break;
      case "composite": {
        const composite = compositeBones(prepared, await open(step.bones), step);
        prepared = composite.anatomy;
        for (const finding of compositeFindings(composite)) findings.push(finding);
        break;
      }
      case "crop-labels":
        prepared = cropLabels(prepared, step);
        note(
          "prepared-crop-labels",
          `${step.labels.join(", ")}: only what lies ${step.keep} of a plane is kept`,
        );
        break;
      case "pre-label":
        prepared = preLabel(prepared);
        note("prepared-pre-label", "body, lungs and bone were labelled by thresholds, roughly");
        break;
      default:
        step satisfies never;
    }
  return { anatomy: prepared, findings };
}

function compositeFindings({ registration, joints, unfitted, overlapCm3 }: Composite): Finding[] {
  const shifts = joints.map(({ name, shiftMm }) => `${name} ${Math.hypot(...shiftMm).toFixed(1)} mm`);
  const findings: Finding[] = [
    {
      code: "prepared-composite",
      severity: "info",
      message: `template and bones lie ${registration.meanMm.toFixed(1)} mm apart on average after registration, 90 % within ${registration.percentile90Mm.toFixed(1)} mm; joints moved: ${shifts.join(", ") || "none"}; ${overlapCm3.toFixed(1)} cm³ of femur and spine gave way to bone`,
    },
  ];
  if (unfitted.length > 0)
    findings.push({
      code: "composite-joint-unfitted",
      severity: "warning",
      message: `no shift was found for ${unfitted.join(", ")}: look at these joints before you use this patient`,
    });
  return findings;
}
