import { describe, expect, test } from "vitest";
import type { CaseScore } from "../../src/evaluation/score-case.ts";
import { summarise } from "../../src/evaluation/summarise.ts";
import { curveTable } from "../../src/evaluation/tables/curve-table.ts";
import { landmarkTable } from "../../src/evaluation/tables/landmark-table.ts";
import { detectionTable, pictureTable } from "../../src/evaluation/tables/picture-tables.ts";
import { publishedDiceCsv, publishedLandmarkCsv } from "../../src/evaluation/tables/published-csv.ts";
import { structureTable } from "../../src/evaluation/tables/structure-table.ts";
import { csvOf, recordsOf } from "../../src/evaluation/tables/table.ts";
import { compared, missed } from "./picture.ts";

const NAMES = { structures: ["hip_left", "sacrum"], landmarks: ["FH-l", "FH-r"] };

const counts = (truePositive: number, falsePositive: number, falseNegative: number) => ({
  truePositive,
  falsePositive,
  falseNegative,
  trueNegative: 100,
});

const SCORES: CaseScore[] = [
  {
    name: "a, first",
    subject: "1",
    structures: [
      { counts: counts(3, 1, 1), dice: 0.75 },
      { counts: undefined, dice: undefined },
    ],
    overlaps: [0, 0, 0, 0],
    landmarks: [compared(3, 0.95), missed],
  },
  {
    name: "b",
    subject: "2",
    structures: [
      { counts: counts(5, 0, 0), dice: 1 },
      { counts: counts(0, 2, 0), dice: 0 },
    ],
    overlaps: [0, 0, 0, 0],
    landmarks: [compared(5, 0.5), { kind: "absent", candidate: undefined }],
  },
  {
    name: "c",
    subject: "1",
    structures: [
      { counts: counts(5, 0, 0), dice: 1 },
      { counts: counts(1, 1, 0), dice: 2 / 3 },
    ],
    overlaps: [0, 0, 0, 0],
    landmarks: [compared(7.5, 0.91), { kind: "unknown", candidate: { x: 3, y: 4, peak: 1, ncc: 0.99 } }],
  },
];

describe("the published tables", () => {
  test("of Dice are pat,proj,label,dice: projections counted within subjects, labels from 1", () => {
    expect(publishedDiceCsv(SCORES)).toBe(
      "pat,proj,label,dice\n1,0,1,0.75\n2,0,1,1.00\n2,0,2,0.00\n1,1,1,1.00\n1,1,2,0.67\n",
    );
  });

  test("of landmarks are pat,proj,land,row,col,time: -1 for what was not found", () => {
    expect(publishedLandmarkCsv(SCORES, { seconds: 0.0125 })).toBe(
      `pat,proj,land,row,col,time
1,0,0,50,53,0.012500
1,0,1,-1,-1,0.012500
2,0,0,-1,-1,0.012500
2,0,1,-1,-1,0.012500
1,1,0,50,57.5,0.012500
1,1,1,4,3,0.012500
`,
    );
  });
});

describe("tables", () => {
  const summary = summarise(SCORES, NAMES);

  test("of structures and landmarks hold what the summary holds", () => {
    const [hip, sacrum] = recordsOf(structureTable(summary));
    expect(hip).toMatchObject({
      structure: "hip_left",
      pictures: 3,
      present: 3,
      predicted: 3,
      dice_median: 1,
    });
    expect(hip["dice_mean"]).toBeCloseTo(2.75 / 3, 12);
    expect(sacrum).toMatchObject({ structure: "sacrum", pictures: 2, present: 1, predicted: 2 });
    const [left, right, all] = recordsOf(landmarkTable(summary));
    expect(left).toMatchObject({
      landmark: "FH-l",
      visible: 3,
      found: 2,
      mean_px: 5.25,
      mean_mm: 5.25,
      most_mm: 7.5,
    });
    expect(right).toMatchObject({ landmark: "FH-r", visible: 1, found: 0, absent: 1, mean_mm: null });
    expect(all).toMatchObject({
      landmark: "all",
      visible: 4,
      found: 2,
      at90_state: "not-reached",
      at90_mm: null,
    });
  });

  test("have as many cells in a row as columns", () => {
    for (const table of [
      structureTable(summary),
      landmarkTable(summary),
      curveTable(summary.landmarks.curve),
      pictureTable(SCORES, NAMES),
      detectionTable(SCORES, NAMES),
    ]) {
      expect(new Set(table.columns).size).toBe(table.columns.length);
      for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
    }
  });

  test("of pictures leave empty what does not count", () => {
    const lines = csvOf(pictureTable(SCORES, NAMES)).split("\n");
    expect(lines[0]).toBe("picture,subject,dice_mean,dice_hip_left,dice_sacrum");
    expect(lines[1]).toBe('"a, first",1,0.75,0.75,');
    const [first, second] = recordsOf(detectionTable(SCORES, NAMES));
    expect(first).toMatchObject({ state: "compared", found: "yes", x_true: 50, x: 53, error_mm: 3 });
    expect(second).toMatchObject({ state: "missed", found: "no", x: null, error_px: null });
  });

  test("as CSV quote what needs it, and write no NaN", () => {
    expect(
      csvOf({
        columns: ["a", "b"],
        rows: [
          ['say "x"', Number.NaN],
          ["1,2", 1 / 3],
        ],
      }),
    ).toBe('a,b\n"say ""x""",\n"1,2",0.33333333\n');
  });
});
