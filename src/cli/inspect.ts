import { readCt, readLabels } from "../node/read-anatomy.ts";
import { withAssumedLabelNames } from "../volume/inspection/assumed-label-names.ts";
import { inspect, type Inspection } from "../volume/inspection/inspect.ts";
import { labelsOnGrid } from "../volume/labels-on-grid.ts";
import { printJson } from "./failure.ts";

export async function inspectCommand(
  path: string,
  options: { labels?: string; labelNames?: string; json?: boolean },
): Promise<void> {
  const { ct, findings } = await readCt(path);
  const given =
    options.labels === undefined
      ? undefined
      : (await readLabels(options.labels, options.labelNames)).labelMap;
  const placed = given && labelsOnGrid(given, ct.grid);
  const labelMap = placed && withAssumedLabelNames(placed.labelMap, ct);
  const report = inspect(ct, labelMap);
  const complete: Inspection = {
    ...report,
    findings: [...findings, ...(placed?.findings ?? []), ...report.findings],
  };
  if (options.json) printJson(complete);
  else console.log(inspectionText(path, complete));
}

function inspectionText(path: string, report: Inspection): string {
  const numbers = (values: readonly number[], digits: number) =>
    values.map((value) => value.toFixed(digits)).join(" × ");
  const marks = { info: "·", warning: "!", error: "✗" } as const;
  const lines = [
    path,
    `  shape        ${report.shape.join(" × ")} voxels of ${numbers(report.spacingMm, 3)} mm`,
    `  orientation  ${report.orientation}: ${report.orientationWords}`,
    `  HU           ${report.huRange.join(" to ")}, mean ${report.huMean.toFixed(0)}; ${Object.entries(
      report.huPercentiles,
    )
      .map(([name, value]) => `${name} ${value}`)
      .join(", ")}`,
    "",
  ];
  if (report.labels.length > 0) {
    lines.push("  label  volume ml  mean HU  name");
    for (const { label, volumeMl, meanHu, name } of report.labels)
      lines.push(
        `  ${String(label).padStart(5)}  ${volumeMl.toFixed(1).padStart(9)}  ${(meanHu?.toFixed(0) ?? "–").padStart(7)}  ${name}`,
      );
    lines.push("");
  }
  for (const { code, severity, message } of report.findings)
    lines.push(`  ${marks[severity]} ${severity}: ${message} [${code}]`);
  if (report.findings.length === 0) lines.push("  nothing to report");
  return lines.join("\n");
}
