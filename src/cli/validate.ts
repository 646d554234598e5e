import { readCt } from "../node/read-anatomy.ts";
import { nodeProjector } from "../node/node-projector.ts";
import { demoCtPath } from "../node/demo-data.ts";
import { plastimatchChecks } from "../node/plastimatch-checks.ts";
import { writeAtomically } from "../node/write-atomically.ts";
import { attenuationChecks } from "../validation/attenuation-checks.ts";
import type { Check } from "../validation/check.ts";
import { detectorChecks } from "../validation/detector-checks.ts";
import { halfValueLayerChecks } from "../validation/half-value-layer-checks.ts";
import { projectorChecks } from "../validation/projector-checks.ts";
import { quantisationChecks } from "../validation/quantisation-checks.ts";
import { validationHtml } from "../validation/validation-html.ts";
import { printJson } from "./failure.ts";

/** Our physics beside the published numbers; exit code 1 when a check fails. */
export async function validateCommand(options: {
  quick?: boolean;
  out?: string;
  json?: boolean;
}): Promise<void> {
  const projector = nodeProjector();
  const checks: Check[] = [];
  const skipped: string[] = [];
  const stages: readonly (readonly [string, () => Promise<readonly Check[]> | readonly Check[]])[] = [
    ["attenuation", attenuationChecks],
    ["half-value layers", halfValueLayerChecks],
    ["projection", () => projectorChecks(projector)],
    ["detector", detectorChecks],
    [
      "material densities on a real CT",
      async () => quantisationChecks((await readCt(demoCtPath("pelvis"))).ct),
    ],
    [
      "plastimatch drr",
      async () => (options.quick ? [] : plastimatchChecks(projector, (reason) => skipped.push(reason))),
    ],
  ];
  try {
    for (const [name, run] of stages) {
      process.stderr.write(`checking ${name} …\n`);
      checks.push(...(await run()));
    }
  } finally {
    await projector.close();
  }
  const failed = checks.filter(({ passed }) => !passed);
  if (options.out !== undefined) await writeAtomically(options.out, validationHtml(checks, skipped));
  if (options.json)
    printJson({ checks, skipped, passed: checks.length - failed.length, failed: failed.length });
  else console.log(table(checks, skipped));
  if (failed.length > 0) process.exitCode = 1;
}

function table(checks: readonly Check[], skipped: readonly string[]): string {
  const lines = checks.map(({ passed, law, published, ours, deviation, bound, kind }) => {
    const show = (value: number) =>
      kind === "relative" ? `${(100 * value).toFixed(3)} %` : value.toPrecision(3);
    const numbers = [published.toPrecision(5), ours.toPrecision(5), show(deviation), `± ${show(bound)}`];
    return `${passed ? "ok  " : "FAIL"} ${law.padEnd(92)} ${numbers.map((text) => text.padStart(12)).join(" ")}`;
  });
  const passed = checks.filter((entry) => entry.passed).length;
  const header = `     ${"law".padEnd(92)} ${["published", "ours", "deviation", "bound"].map((text) => text.padStart(12)).join(" ")}`;
  return [
    header,
    ...lines,
    ...skipped.map((reason) => `skip ${reason}`),
    `${passed} of ${checks.length} checks hold`,
  ].join("\n");
}
