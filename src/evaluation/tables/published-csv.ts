import { isActivated, type LandmarkRule, PUBLISHED_RULE } from "../landmark-rule.ts";
import type { CaseScore } from "../score-case.ts";

/**
 * `pat,proj,land,row,col,time`, as the published hip code writes landmarks (Gao et al. 2023): projections counted from 0 within their subject, landmarks
 * from 0, and −1, −1 for one that was not found.
 *
 * @param options.seconds that one landmark took; default 0
 */
export function publishedLandmarkCsv(
  scores: readonly CaseScore[],
  options: { readonly rule?: LandmarkRule; readonly seconds?: number } = {},
): string {
  const { rule = PUBLISHED_RULE, seconds = 0 } = options;
  const rows = numbered(scores).flatMap(({ score, subject, projection }) =>
    score.landmarks.map(({ candidate }, landmark) => {
      const place = candidate && isActivated(candidate, rule) ? [candidate.y, candidate.x] : [-1, -1];
      return [subject, projection, landmark, ...place, seconds.toFixed(6)];
    }),
  );
  return lines("pat,proj,land,row,col,time", rows);
}

/** `pat,proj,label,dice`, as the published hip code writes Dice: labels from 1, two decimals. */
export function publishedDiceCsv(scores: readonly CaseScore[]): string {
  const rows = numbered(scores).flatMap(({ score, subject, projection }) =>
    score.structures.flatMap(({ dice }, structure) =>
      dice === undefined ? [] : [[subject, projection, structure + 1, dice.toFixed(2)]],
    ),
  );
  return lines("pat,proj,label,dice", rows);
}

const lines = (header: string, rows: readonly (readonly (string | number)[])[]): string =>
  `${[header, ...rows.map((row) => row.join(","))].join("\n")}\n`;

/** Pictures with their number within their subject; without a subject all are of subject 0. */
function numbered(scores: readonly CaseScore[]): { score: CaseScore; subject: string; projection: number }[] {
  const counts = new Map<string, number>();
  return scores.map((score) => {
    const subject = (score.subject ?? "0").replaceAll(/[",\r\n]/g, "_");
    const projection = counts.get(subject) ?? 0;
    counts.set(subject, projection + 1);
    return { score, subject, projection };
  });
}
