import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareRuns } from "../../src/evaluation/compare-runs.ts";
import { evaluationFindings } from "../../src/evaluation/findings/evaluation-findings.ts";
import { type ModelCardManifest, modelCard } from "../../src/evaluation/model-card.ts";
import { activationChart } from "../../src/evaluation/report/activation-chart.ts";
import { comparisonOverlay } from "../../src/evaluation/report/comparison-overlay.ts";
import { evaluationHtml } from "../../src/evaluation/report/evaluation-html.ts";
import type { EvaluationReport } from "../../src/evaluation/report/evaluation-report.ts";
import { type CaseScore, scoreCase } from "../../src/evaluation/score-case.ts";
import { summarise } from "../../src/evaluation/summarise.ts";
import { encodePng } from "../../src/image/encode-png.ts";
import { randomStream } from "../../src/random/random-stream.ts";
import { sampleKey } from "../../src/random/sample-key.ts";
import { chromiumPath, openChromium } from "../../tools/browser-chromium.ts";
import { square } from "./picture.ts";

const WIDTH = 40;
const SIZE = { widthPx: WIDTH, heightPx: WIDTH };
const NAMES = { structures: ["hip_left", "<b>sacrum</b>"], landmarks: ["FH-l"] };

/** A picture with a hip of 20 × 20 pixels that is found `off` pixels away. */
function example(name: string, off: number) {
  const [known, found] = [new Uint8Array(WIDTH * WIDTH), new Uint8Array(WIDTH * WIDTH)];
  square(known, WIDTH, { left: 5, top: 5, side: 20, value: 1 });
  square(found, WIDTH, { left: 5 + off, top: 5, side: 20, value: 1 });
  square(known, WIDTH, { left: 28, top: 28, side: 8, value: 2 });
  square(found, WIDTH, { left: 28, top: 28, side: 8, value: 2 });
  return {
    name,
    subject: `subject ${name}`,
    prediction: {
      ...SIZE,
      classes: found,
      landmarks: [{ x: 15 + off, y: 15, peak: 1, ncc: 1 - off / 20 }],
    },
    truth: { ...SIZE, classes: known, landmarks: [{ x: 15, y: 15 }], pixelPitchMm: 2 },
  };
}

const run = (worse: number): CaseScore[] => {
  const random = randomStream(sampleKey(worse, 0, "report"));
  return Array.from({ length: 24 }, (_, n) =>
    scoreCase(example(`p${n}`, random.integerBelow(3) + worse), NAMES),
  );
};

let report: EvaluationReport;
let html: string;

beforeAll(async () => {
  const scores = run(0);
  const earlier = run(2);
  const summary = summarise(scores, NAMES);
  const shown = example("p3 & co", 2);
  const grey = { ...SIZE, channels: 1 as const, pixels: new Uint8Array(WIDTH * WIDTH).fill(90) };
  const canvas = comparisonOverlay(
    grey,
    { ...shown, score: scoreCase(shown, NAMES) },
    { names: NAMES, widthPx: 200 },
  );
  report = {
    title: "hip on <made-up> pictures",
    summary,
    scores,
    names: NAMES,
    findings: evaluationFindings(summary, scores, NAMES),
    pictures: [{ rank: "worst", name: shown.name, caption: "Dice 0.9", png: await encodePng(canvas) }],
    comparison: {
      firstName: "earlier",
      secondName: "later",
      comparison: compareRuns(earlier, scores, NAMES),
      first: summarise(earlier, NAMES),
    },
    facts: [["Model", "none"]],
  };
  html = evaluationHtml(report);
});

describe("the report of an evaluation", () => {
  test("shows the numbers of the summary", () => {
    const { dice, landmarks } = report.summary;
    expect(html).toContain(`<b>${dice.mean?.toFixed(3)}</b>`);
    expect(html).toContain(`${landmarks.meanMm?.toFixed(2)} ± ${landmarks.all.errorMm?.sd.toFixed(2)}`);
    expect(html).toContain("later against earlier");
    expect(html).toContain("Nothing to complain about");
  });

  test("lets no name become markup, and asks nothing of the network", () => {
    expect(html).not.toContain("<b>sacrum</b>");
    expect(html).toContain("&lt;made-up&gt;");
    expect(html).toContain("p3 &amp; co");
    expect(html).not.toMatch(/https?:|<script|NaN|undefined|Infinity/);
  });

  test("leaves out what there is nothing to say about", () => {
    const scores = report.scores.map((score) => ({ ...score, landmarks: [] }));
    const names = { ...NAMES, landmarks: [] };
    const plain = evaluationHtml({
      title: "plain",
      scores,
      names,
      summary: summarise(scores, names),
      findings: [],
    });
    expect(plain).toContain("<h2>Structures</h2>");
    for (const absent of ["<h2>Landmarks", "<h2>Pictures", " against ", "How it was made"])
      expect(plain).not.toContain(absent);
    const nothing = evaluationHtml({
      title: "none",
      scores: [],
      names,
      summary: summarise([], names),
      findings: [],
    });
    expect(nothing).not.toMatch(/NaN|undefined/);
  });

  test("has a later run that is better, for certain", () => {
    const { comparison } = report.comparison ?? {};
    expect(comparison).toMatchObject({ pictures: 24, clusters: "picture" });
    expect(comparison?.dice?.difference).toBeGreaterThan(0);
    expect(comparison?.dice?.interval?.low).toBeGreaterThan(0);
    expect(comparison?.landmarks.both?.difference).toBeLessThan(0);
    expect(comparison?.perStructure[1].comparison).toMatchObject({ difference: 0, wilcoxonP: 1 });
  });

  test("draws the curve with its 90 % line, and nothing without landmarks", () => {
    const { curve } = report.summary.landmarks;
    const chart = activationChart([{ name: "one", curve }]);
    expect(chart.match(/<circle/g)).toHaveLength(curve.points.filter(({ count }) => count > 0).length);
    expect(chart).toContain(">90 %<");
    expect(activationChart([{ name: "none", curve: { ...curve, points: [] } }])).toBe("");
  });
});

describe.skipIf(!chromiumPath)("the report in a browser", () => {
  let browser: Awaited<ReturnType<typeof openChromium>>;
  beforeAll(async () => {
    browser = await openChromium(chromiumPath as string);
  });
  afterAll(async () => await browser.close());

  test("is well-formed, shows its picture and fits a phone", async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
    const problems: string[] = [];
    page.on("console", (message) => problems.push(message.text()));
    page.on("request", (request) => {
      if (!/^(data|about):/.test(request.url())) problems.push(request.url());
    });
    await page.setContent(html);
    const widths = await page.$$eval("figure img", (images) =>
      images.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    );
    expect(widths).toEqual([404]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    expect(problems).toEqual([]);
  });
});

describe("the overlay of truth and prediction", () => {
  test("is the truth beside the prediction, each in the structure's colour", () => {
    const shown = example("one", 10);
    const grey = { ...SIZE, channels: 1 as const, pixels: new Uint8Array(WIDTH * WIDTH) };
    const canvas = comparisonOverlay(
      grey,
      { ...shown, score: scoreCase(shown, NAMES) },
      { names: NAMES, widthPx: 160 },
    );
    expect([canvas.widthPx, canvas.heightPx]).toEqual([324, 160]);
    const blueAt = (x: number, y: number): number =>
      canvas.pixels[(Math.round((y + 0.5) * 4) * canvas.widthPx + Math.round((x + 0.5) * 4)) * 3 + 2];
    const half = (160 + 4) / 4;
    // (8, 22) is hip in the truth alone, (31, 22) in the prediction alone, both black without an overlay.
    expect(blueAt(8, 22)).toBeGreaterThan(10);
    expect(blueAt(31, 22)).toBe(0);
    expect(blueAt(half + 8, 22)).toBe(0);
    expect(blueAt(half + 31, 22)).toBeGreaterThan(10);
  });
});

describe("a model card", () => {
  const manifest = (): ModelCardManifest => ({
    model: {
      name: "hip",
      description: "Six structures | and femoral heads",
      structures: NAMES.structures,
      targets: "classes",
      landmarks: NAMES.landmarks,
      landmarkStructures: [0],
      sizePx: 192,
      fieldMm: 300,
      polarity: "bone-bright",
      findsPolarity: true,
      training: {
        planSha256: "ab".repeat(32),
        steps: 4000,
        seed: 7,
        examples: 64000,
        software: "SyntheX 0.1.0",
      },
    },
    file: { name: "hip.onnx", bytes: 3_210_000, sha256: "cd".repeat(32), parameters: 802_345 },
    licence: "MIT",
    intendedUse: ["Finding pelvic bones in fluoroscopies."],
    trainingData: [
      { name: "pelvis | abdomen", use: "simulation", source: "TotalSegmentator", licence: "Apache-2.0" },
    ],
    profile: [["Network", "U-Net"]],
    evaluations: [{ data: "made-up pictures", licence: "CC0", summary: report.summary }],
    limits: ["Metal was never seen."],
    commands: ["synthex train plans/hip.yaml --out hip"],
  });

  test("says what the model is for, what it learnt from, what it gives and how good it is", () => {
    const card = modelCard(manifest());
    for (const words of [
      "# hip\n",
      "| File | hip.onnx, 3.21 MB |",
      "802,345",
      "192 × 192",
      "1.56 mm a pixel",
      "0 background, 1 hip_left, 2 &lt;b>sacrum&lt;/b>",
      "FH-l (on hip_left)",
      "| pelvis \\| abdomen | simulation | TotalSegmentator | Apache-2.0 |",
      "no medical device",
      "- Metal was never seen.",
      "synthex train plans/hip.yaml --out hip",
      `| all | 48 | ${report.summary.dice.mean?.toFixed(3)} ±`,
    ])
      expect(card).toContain(words);
    expect(card).not.toMatch(/NaN|undefined/);
  });

  test("has tables with as many cells in every row", () => {
    const rows = modelCard(manifest())
      .split("\n\n")
      .filter((block) => block.startsWith("|"))
      .map((block) => block.split("\n").map((row) => row.replaceAll("\\|", "").split("|").length));
    expect(rows.length).toBeGreaterThanOrEqual(5);
    for (const widths of rows) expect(new Set(widths).size).toBe(1);
  });

  test("is refused where training data has no licence", () => {
    const { trainingData, ...rest } = manifest();
    const unlicensed = trainingData.map((data) => ({ ...data, licence: " " }));
    expect(() => modelCard({ ...rest, trainingData: unlicensed })).toThrow(/has no licence/);
  });
});
