import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser } from "playwright-core";
import { encodePng } from "../../../src/image/encode-png.ts";
import { classAlarms } from "../../../src/training/log/class-alarms.ts";
import { logCourse, timeShares } from "../../../src/training/log/log-course.ts";
import type { LogRecord } from "../../../src/training/log/training-log.ts";
import { type TrainingReport, trainingReport } from "../../../src/training/log/training-report.ts";
import { chromiumPath, openChromium } from "../../../tools/browser-chromium.ts";
import { stepRecord, validationRecord } from "./records.ts";

const records: LogRecord[] = Array.from({ length: 100 }, (_, n) => n + 1).flatMap((step): LogRecord[] => [
  stepRecord(step),
  ...(step % 10 === 0 ? [validationRecord(step, { femur: step / 100, "<sacrum>": 0, "?": Number.NaN })] : []),
]);
const validations = logCourse(records).validations;

let report: TrainingReport;
let html: string;
beforeAll(async () => {
  const png = await encodePng({ widthPx: 2, heightPx: 1, channels: 1, pixels: Uint8Array.of(0, 255) });
  report = {
    name: "hip & knee",
    software: "SyntheX",
    planText: "name: <hip>",
    environment: { provider: "cpu" },
    steps: 200,
    parameterCount: 8e5,
    records,
    alarms: classAlarms(validations, { steps: 200 }),
    findings: [{ severity: "warning", message: "the newest checkpoint was damaged" }],
    predictions: Array.from({ length: 20 }, (_, n) => ({ step: 5 * (n + 1), png })),
  };
  html = trainingReport(report);
});

describe("the report of a training", () => {
  test("is one file without scripts and with nothing from elsewhere", () => {
    expect(html).not.toMatch(/<script|https?:|src="(?!data:)/);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("shows what is in the plan as text, never as markup", () => {
    expect(html).toContain("name: &lt;hip&gt;");
    expect(html).toContain("&lt;sacrum&gt;");
    expect(html).not.toContain("<sacrum>");
  });

  test("has alarms, progress and findings at its top", () => {
    const top = html.slice(0, html.indexOf("</header>"));
    expect(top).toContain("100 of 200");
    expect(top).toMatch(/Class alarm\.<\/b> &quot;&lt;sacrum&gt;&quot; is not learnt: Dice 0\.00/);
    expect(top).toContain("the newest checkpoint was damaged");
  });

  test("shows the last predictions and others evenly spread, the newest first", () => {
    const steps = [...html.matchAll(/predictions after (\d+) steps/g)].map(([, step]) => Number(step));
    expect(steps).toHaveLength(8);
    expect(steps[0]).toBe(100);
    expect(steps).toEqual(steps.toSorted((a, b) => b - a));
  });

  test("of a training that has not begun is a page all the same", () => {
    const empty = trainingReport({ ...report, records: [], alarms: [], predictions: [] });
    expect(empty).toContain("nothing yet");
    expect(empty).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("tells where the time went", () => {
    // 100 steps of 100 ms and 5 ms of waiting, 10 validations of 0.5 s; a longer wall time leaves a rest.
    const shares = timeShares({ ...logCourse(records), wallSeconds: 20 });
    expect(shares.step).toBeCloseTo(10, 9);
    expect(shares.input).toBeCloseTo(0.5, 9);
    expect(shares.validation).toBeCloseTo(5, 9);
    expect(shares.other).toBeCloseTo(4.5, 9);
  });
});

describe.skipIf(!chromiumPath)("in headless Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium(chromiumPath as string);
  });
  afterAll(async () => browser?.close());

  test("every picture loads, no drawing is empty, and nothing is wider than the window", async () => {
    const page = await browser.newPage({ viewport: { width: 420, height: 800 } });
    await page.setContent(html);
    const seen = await page.evaluate(() => ({
      pictures: [...document.images].map(({ naturalWidth }) => naturalWidth),
      charts: [...document.querySelectorAll("svg.chart")].map(
        (chart) => chart.getBoundingClientRect().height > 50 && chart.querySelector("path[d*=L]") !== null,
      ),
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    }));
    expect(seen.pictures).toEqual(Array.from({ length: 8 }, () => 2));
    expect(seen.charts).toEqual(Array.from({ length: 7 }, () => true));
    expect(seen.overflow).toBe(0);
  });
});
