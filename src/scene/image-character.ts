import type { SceneFinding } from "./beam-coverage.ts";

/**
 * Explains a picture that shows nothing, from the attenuation of its rays.
 *
 * @param attenuation −ln(I/I0) of every pixel (or a line integral of attenuation)
 */
export function imageCharacter(attenuation: Float32Array): SceneFinding[] {
  let empty = 0;
  let opaque = 0;
  for (let n = 0; n < attenuation.length; n++) {
    if (attenuation[n] < 0.02) empty++;
    else if (attenuation[n] > 9) opaque++;
  }
  const percent = (count: number) => `${((100 * count) / attenuation.length).toFixed(0)} %`;
  const findings: SceneFinding[] = [];
  if (empty === attenuation.length)
    findings.push({
      code: "image-empty",
      severity: "error",
      message:
        "no ray meets anything but air: the picture is blank. Is the CT in Hounsfield units (see synthex inspect), and does the isocentre lie in the patient?",
    });
  else if (empty > 0.98 * attenuation.length)
    findings.push({
      code: "image-nearly-empty",
      severity: "warning",
      message: `${percent(empty)} of the rays meet nothing but air; aim at the patient with --isocentre label:NAME or X,Y,Z`,
    });
  if (opaque > 0.5 * attenuation.length)
    findings.push({
      code: "image-nearly-opaque",
      severity: "warning",
      message: `${percent(opaque)} of the rays are stopped (transmission under 0.0001); raise --kv, or check with synthex inspect that the CT is in Hounsfield units`,
    });
  return findings;
}
