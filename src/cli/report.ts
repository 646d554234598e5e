import { join } from "node:path";
import { histogramDistance, STANDARD_RANGE } from "../dataset/report/grey-statistics.ts";
import { quantile } from "../dataset/report/number-tally.ts";
import type { ReportCard } from "../dataset/report/report-card.ts";
import { reportHtml } from "../dataset/report/report-html.ts";
import { folderFailure } from "../node/folder-failure.ts";
import { reportCard } from "../node/dataset/report.ts";
import { deflateData } from "../node/deflate.ts";
import { writeAtomically } from "../node/write-atomically.ts";
import { printJson } from "./failure.ts";
import { progressLine } from "./progress.ts";

/** Writes the report card of a data set; exit code 1 when it has errors. */
export async function reportCommand(
  directory: string,
  options: { real?: string; out?: string; images: number; json?: boolean },
): Promise<void> {
  const line = progressLine();
  const card = await reportCard({
    directory,
    mostPictures: options.images,
    onProgress: (what, done, total) => line.update(() => `${done}/${total} ${what}`),
    ...(options.real === undefined ? {} : { real: options.real }),
  });
  line.end();
  const out = options.out ?? join(directory, "report.html");
  await writeAtomically(out, await reportHtml(card, { deflate: deflateData })).catch((error: unknown) => {
    throw folderFailure(error, out);
  });
  if (options.json) printJson({ report: out, ...inNumbers(card) });
  else {
    for (const { severity, message } of card.findings) console.log(`${severity}: ${message}`);
    console.log(`report card of ${card.statistics.samples} samples in ${out}`);
  }
  if (card.findings.some(({ severity }) => severity === "error")) process.exitCode = 1;
}

/** The report card without its pictures. */
function inNumbers({ recipe, statistics, greys, real, duplicates, bytes, findings }: ReportCard): object {
  const { samples, subjects, structures, landmarks, rejections, drawn } = statistics;
  const refused = rejections.reduce((sum, count) => sum + count, 0);
  return {
    name: recipe.name,
    samples,
    bytes,
    subjects: [...subjects].map(([name, { samples: own, splits }]) => ({
      name,
      samples: own,
      splits: [...splits.keys()],
    })),
    structures: structures.map(({ name, absent, share }) => ({
      name,
      absent: absent / samples,
      medianShare: share.count > 0 ? quantile(share, 0.5) : 0,
    })),
    landmarks: landmarks.map(({ name, visible }) => ({ name, visible: visible / samples })),
    acceptedViews: samples / (samples + refused),
    rejections,
    drawn: Object.fromEntries(
      Object.values(drawn).flatMap((numbers) =>
        [...numbers].map(([path, summary]) => [
          path,
          { least: summary.least, median: quantile(summary, 0.5), most: summary.most },
        ]),
      ),
    ),
    pictures: greys?.pictures ?? 0,
    ...(duplicates ? { nearDuplicates: { compared: duplicates.compared, samples: duplicates.samples } } : {}),
    ...(real && greys
      ? {
          real: {
            pictures: real.greys.pictures,
            greyDistance: histogramDistance(greys.greys, real.greys.greys),
            standardisedDistance:
              2 * STANDARD_RANGE * histogramDistance(greys.standardised, real.greys.standardised),
          },
        }
      : {}),
    findings,
  };
}
