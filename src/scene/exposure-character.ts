import type { Exposure } from "../detector/exposure.ts";
import type { SceneFinding } from "./beam-coverage.ts";

/** Above this a ray has met a patient and not air alone. */
const PATIENT_ATTENUATION = 1;

/** Steps of the digital scale: below them a picture is noise of the electronics. */
const READABLE_DIGITAL = 10;

/**
 * Explains a panel that got far too much or far too little, so that its picture is one grey.
 *
 * @param attenuation −ln(I/I0) of every pixel
 */
export function exposureCharacter(panel: Exposure, attenuation: Float32Array, mas: number): SceneFinding[] {
  let behindPatient = 0;
  for (let n = 0; n < attenuation.length; n++) if (attenuation[n] >= PATIENT_ATTENUATION) behindPatient++;
  // Air saturates first, and may: what is more than the air lies behind the patient.
  const saturated = panel.saturatedPx - (attenuation.length - behindPatient);
  if (saturated > behindPatient / 2)
    return [
      {
        code: "image-overexposed",
        severity: "warning",
        message: `at ${mas} mAs ${((100 * saturated) / behindPatient).toFixed(0)} % of the pixels behind the patient are saturated; lower --mas, or leave it out for automatic exposure`,
      },
    ];
  let readable = 0;
  for (const value of panel.digital) if (value >= panel.offsetDigital + READABLE_DIGITAL) readable++;
  if (readable < panel.digital.length / 1000)
    return [
      {
        code: "image-underexposed",
        severity: "warning",
        message: `at ${mas} mAs the panel reads less than ${READABLE_DIGITAL} of its digital steps nearly everywhere: too little radiation comes through; raise --mas or --kv, or take filters away`,
      },
    ];
  return [];
}
