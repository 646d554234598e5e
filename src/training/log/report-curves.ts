import { stackedBar } from "../../html/charts.ts";
import { binnedMeans, type ChartLine, lineChart, thinnedPoints } from "../../html/line-chart.ts";
import { escaped, percent, shown } from "../../html/markup.ts";
import { colourOf } from "../../html/structure-mark.ts";
import type { ClassAlarm } from "./class-alarms.ts";
import { bestValidation, type LogCourse, timeShares } from "./log-course.ts";
import { meanDice, type StepRecord, type ValidationRecord } from "./training-log.ts";

const [TRAINING, VALIDATION, INPUT, OTHER] = ["#4f86c6", "#d97706", "#b91c1c", "#9aa3ad"];
const TERMS = ["#4f86c6", "#15803d", "#7c3aed", "#b45309", "#0e7490"];
const [RAW_POINTS, MEAN_POINTS] = [600, 150];

type Points = (readonly [number, number])[];
const along = <Record extends { readonly step: number }>(
  records: readonly Record[],
  valueOf: (record: Record) => number,
): Points => records.map((record) => [record.step, valueOf(record)]);

/** A noisy series: itself pale, and its means. */
function noisy(name: string, colour: string, points: Points): ChartLine[] {
  return points.length <= MEAN_POINTS
    ? [{ name, colour, points }]
    : [
        { name, colour, points: thinnedPoints(points, RAW_POINTS), isFaint: true },
        { name, colour, points: binnedMeans(points, MEAN_POINTS) },
      ];
}

const checked = (name: string, colour: string, points: Points): ChartLine => ({
  name,
  colour,
  points,
  hasDots: points.length <= 60,
});

export function curveSection({ steps, validations }: LogCourse, budget: number): string {
  const xRange = [0, budget] as const;
  const loss = lineChart(
    [
      ...noisy(
        "training",
        TRAINING,
        along(steps, ({ loss }) => loss),
      ),
      checked(
        "validation",
        VALIDATION,
        along(validations, ({ loss }) => loss),
      ),
    ],
    {
      title: "loss",
      xAxis: "step",
      yAxis: "loss",
      xRange,
      ...(isWide(steps, validations) ? { isLogarithmic: true } : { isFromZero: true }),
    },
  );
  const names = [...new Set(steps.slice(0, 1).flatMap(({ terms }) => Object.keys(terms)))];
  const terms =
    names.length < 2
      ? ""
      : `<div><h3>Its parts</h3>${lineChart(
          names.flatMap((name, index) => [
            {
              name,
              colour: TERMS[index % TERMS.length],
              points: binnedMeans(
                along(steps, ({ terms }) => terms[name]),
                MEAN_POINTS,
              ),
            },
          ]),
          { title: "parts of the loss", xAxis: "step", yAxis: "before weights", xRange, isFromZero: true },
        )}</div>`;
  return `<section><h2>Loss</h2>
<p class="note">Pale: every step. Strong: means of neighbouring steps. The validation is simulated, from patients that are not learnt from.</p>
<div class="side"><div><h3>Training and validation</h3>${loss}</div>${terms}</div></section>`;
}

/** A logarithmic axis where the loss falls to less than a twentieth and stays above zero. */
function isWide(steps: readonly StepRecord[], validations: readonly ValidationRecord[]): boolean {
  const losses = [...steps, ...validations].map(({ loss }) => loss).filter((loss) => Number.isFinite(loss));
  const most = losses.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const least = losses.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return least > 0 && most > 20 * least;
}

export function diceSection(
  { validations }: LogCourse,
  budget: number,
  alarms: readonly ClassAlarm[],
): string {
  const last = validations.at(-1);
  if (!last) return "";
  const structures = [...new Set(validations.flatMap(({ dice }) => Object.keys(dice)))];
  const best = bestValidation(validations) ?? last;
  const chart = lineChart(
    [
      ...structures.map((name, index) =>
        checked(
          name.replaceAll("_", " "),
          colourOf(index),
          along(validations, ({ dice }) => dice[name] ?? Number.NaN),
        ),
      ),
      { name: "mean", colour: "#1b2229", points: along(validations, meanDice), isDashed: true },
    ],
    {
      title: "Dice of every structure",
      xAxis: "step",
      yAxis: "Dice",
      xRange: [0, budget],
      yRange: [0, 1],
      marks: alarms.map(({ step, message }) => ({ x: step, text: message })),
    },
  );
  const number = (value: number | undefined): string =>
    value === undefined || Number.isNaN(value) ? "–" : value.toFixed(3);
  const rows = structures.map((name, index) => {
    const alarm = alarms.find((each) => each.structure === name && each.recoveredAtStep === undefined);
    const greatest = validations.reduce(
      (most, { dice }) => (dice[name] > most ? dice[name] : most),
      Number.NEGATIVE_INFINITY,
    );
    return `<tr><td><i class="dot" style="background:${colourOf(index)}"></i>${escaped(name.replaceAll("_", " "))}</td><td class="n">${number(last.dice[name])}</td><td class="n">${number(best.dice[name])}</td><td class="n">${number(Number.isFinite(greatest) ? greatest : undefined)}</td><td>${alarm ? escaped(alarmWords[alarm.code]) : ""}</td></tr>`;
  });
  const landmarks = Object.entries(last.landmarkErrorMm ?? {}).map(
    ([name, error]) =>
      `<tr><td>${escaped(name)}</td><td class="n">${millimetres(error)}</td><td class="n">${millimetres(best.landmarkErrorMm?.[name])}</td></tr>`,
  );
  const landmarkTable =
    landmarks.length === 0
      ? ""
      : `<h3>Landmarks</h3><table><tr><th>Mean distance, mm on the detector</th><th class="n">Last</th><th class="n">Best validation</th></tr>${landmarks.join("")}</table>`;
  return `<section><h2>Structures on simulated validation</h2>
<p class="note">A mean hides a structure that is lost; here is each. Red lines are class alarms.</p>
<div class="side"><div>${chart}</div><div><table><tr><th>Dice</th><th class="n">Last</th><th class="n">Best validation</th><th class="n">Greatest</th><th></th></tr>${rows.join("")}</table>${landmarkTable}</div></div></section>`;
}

const millimetres = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "–" : value.toFixed(1);

const alarmWords: Readonly<Record<ClassAlarm["code"], string>> = {
  "class-not-learnt": "not learnt",
  "class-lost": "being lost",
  "class-not-validated": "in no example",
};

export function scheduleSection({ steps }: LogCourse, budget: number): string {
  if (steps.length === 0) return "";
  const xRange = [0, budget] as const;
  const chart = (
    title: string,
    yAxis: string,
    valueOf: (record: StepRecord) => number,
    options: { yRange?: readonly [number, number]; isLogarithmic?: boolean } = {},
  ): string =>
    `<div><h3>${title}</h3>${lineChart(
      options.isLogarithmic
        ? noisy(title, TRAINING, along(steps, valueOf))
        : [{ name: title, colour: TRAINING, points: thinnedPoints(along(steps, valueOf), RAW_POINTS) }],
      { title, xAxis: "step", yAxis, xRange, ...options },
    )}</div>`;
  const rate = steps.reduce((most, { learningRate }) => Math.max(most, learningRate), 0);
  return `<section><h2>Schedule</h2><div class="side">${chart("Learning rate", "learning rate", (record) => record.learningRate, { yRange: [0, rate] })}${chart("Strength of the randomization", "factor of probabilities", (record) => record.strength, { yRange: [0, 1] })}${chart("Norm of the gradient", "before clipping", (record) => record.gradientNorm, { isLogarithmic: true })}</div></section>`;
}

export function timeSection(course: LogCourse, budget: number): string {
  const { steps, wallSeconds } = course;
  if (steps.length === 0) return "";
  const shares = timeShares(course);
  const whole = Math.max(wallSeconds, shares.step + shares.input + shares.validation, 1e-9);
  const rows = (
    [
      ["in the step", shares.step, TRAINING],
      ["waiting for examples", shares.input, INPUT],
      ["validation", shares.validation, VALIDATION],
      ["all else", shares.other, OTHER],
    ] as const
  ).map(
    ([name, seconds, colour]) =>
      `<tr><td><i class="dot" style="background:${colour}"></i>${name}</td><td class="n">${shown(seconds)} s</td><td class="n">${percent(seconds / whole)}</td></tr>`,
  );
  const bar = stackedBar([
    { share: shares.step / whole, colour: TRAINING },
    { share: shares.input / whole, colour: INPUT },
    { share: shares.validation / whole, colour: VALIDATION },
    { share: shares.other / whole, colour: OTHER },
  ]);
  const chart = lineChart(
    [
      ...noisy(
        "step",
        TRAINING,
        along(steps, ({ stepMs }) => stepMs),
      ),
      ...noisy(
        "waiting for examples",
        INPUT,
        along(steps, ({ inputWaitMs }) => inputWaitMs),
      ),
    ],
    {
      title: "time of a step and waiting for its examples",
      xAxis: "step",
      yAxis: "ms",
      xRange: [0, budget],
      yRange: [
        0,
        1.1 *
          quantileOf(
            steps.map(({ stepMs, inputWaitMs }) => Math.max(stepMs, inputWaitMs)),
            0.99,
          ),
      ],
    },
  );
  const rate = quantileOf(
    steps.map(({ examplesPerSecond }) => examplesPerSecond),
    0.5,
  );
  const verdict =
    shares.input > 0.1 * (shares.step + shares.input)
      ? `<p><b>The input is the bottleneck:</b> ${percent(shares.input / (shares.step + shares.input))} of the time of steps went into waiting. More workers, or images instead of area densities, help.</p>`
      : "";
  return `<section><h2>Time</h2>
<p class="note">${shown(rate)} examples a second (median).</p>${verdict}
<div class="side"><div>${chart}</div><div>${bar}<table>${rows.join("")}</table></div></div></section>`;
}

function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
