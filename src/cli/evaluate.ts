import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError } from "../error/input-error.ts";
import { alignedScores } from "../evaluation/aligned-scores.ts";
import { chosenPictures } from "../evaluation/chosen-pictures.ts";
import { compareRuns } from "../evaluation/compare-runs.ts";
import { evaluationFindings } from "../evaluation/findings/evaluation-findings.ts";
import { readScores, scoresToJson } from "../evaluation/recorded-scores.ts";
import { comparisonOverlay } from "../evaluation/report/comparison-overlay.ts";
import { evaluationHtml } from "../evaluation/report/evaluation-html.ts";
import { summarise } from "../evaluation/summarise.ts";
import { curveTable } from "../evaluation/tables/curve-table.ts";
import { landmarkTable } from "../evaluation/tables/landmark-table.ts";
import { pictureTable } from "../evaluation/tables/picture-tables.ts";
import { publishedDiceCsv } from "../evaluation/tables/published-csv.ts";
import { structureTable } from "../evaluation/tables/structure-table.ts";
import { csvOf } from "../evaluation/tables/table.ts";
import { windowed } from "../image/display-window.ts";
import { encodePng } from "../image/encode-png.ts";
import { deflateData } from "../node/deflate.ts";
import { evaluateModel } from "../node/evaluation/evaluate-model.ts";
import { makeOutputFolder } from "../node/make-output-folder.ts";
import { onnxRuntime } from "../node/onnx-runtime.ts";
import { openModel } from "../node/prediction/open-model.ts";
import { softwareVersion } from "../node/software-version.ts";
import { writeAtomically } from "../node/write-atomically.ts";
import type { Degradation } from "../prediction/degraded-picture.ts";
import { printJson } from "./failure.ts";
import { progressLine } from "./progress.ts";

export interface EvaluateOptions {
  readonly model: readonly string[];
  readonly data: string;
  readonly out: string;
  readonly split?: "train" | "validation" | "test";
  readonly degrade?: Degradation;
  readonly minimumTruth: number;
  readonly tool?: boolean;
  readonly compare?: string;
  readonly provider: "auto" | "cpu" | "cuda" | "webgpu";
  readonly json?: boolean;
}

/** Holds a model, or several together, against labelled pictures. */
export async function evaluateCommand(options: EvaluateOptions): Promise<void> {
  const other = options.compare === undefined ? undefined : await scoresOf(options.compare);
  const runtime = await onnxRuntime({ provider: options.provider });
  const models = await Promise.all(options.model.map((name) => openModel(name, runtime)));
  const line = progressLine();
  const begun = performance.now();
  const evaluation = await evaluateModel({
    models,
    data: options.data,
    split: options.split,
    degradation: options.degrade,
    score: { minimumTruthPx: options.minimumTruth },
    hasToolRule: options.tool,
    onPicture: (done, all) =>
      line.update(
        () => `${done}/${all} pictures, ${((1000 * done) / (performance.now() - begun)).toFixed(1)}/s`,
      ),
  });
  line.end();
  const { names, scores } = evaluation;
  const summary = summarise(scores, names);
  const findings = evaluationFindings(summary, scores, names);
  await makeOutputFolder(options.out);
  const write = (name: string, content: string | Uint8Array): Promise<void> =>
    writeAtomically(join(options.out, name), content);
  const pictures = [];
  for (const { score, rank, value } of chosenPictures(scores)) {
    const { picture, prediction, truth } = await evaluation.again(score.name);
    const grey = windowed({ values: picture.pixels, widthPx: picture.widthPx, heightPx: picture.heightPx });
    const drawn = comparisonOverlay(grey, { prediction, truth, score }, { names });
    pictures.push({
      rank,
      name: score.name,
      caption: `${names.structures.length > 0 ? "Dice" : "error"} ${value.toFixed(3)}`,
      png: await encodePng(drawn, { deflate: deflateData }),
    });
  }
  const title = `${models.map(({ metadata }) => metadata.name).join(" + ")} on ${options.data.replace(/\/+$/, "").split("/").at(-1)}`;
  await write(
    "report.html",
    evaluationHtml({
      title,
      summary,
      scores,
      names,
      findings,
      pictures,
      ...(other
        ? {
            comparison: {
              firstName: options.compare ?? "",
              secondName: title,
              comparison: compareRuns(alignedScores(other, names), scores, names),
            },
          }
        : {}),
      facts: [
        ["model", options.model.join(", ")],
        ["data", options.data],
        ["degraded by", options.degrade ?? "nothing"],
        ["taken for negatives", `${(100 * evaluation.inverted).toFixed(0)} %`],
        ["structures count from", `${options.minimumTruth} pixels of truth on`],
        ...(options.tool
          ? [["pictures without landmarks by the rule of tools", String(evaluation.leftOut)] as const]
          : []),
        ["software", `SyntheX ${softwareVersion()}`],
      ],
    }),
  );
  await evaluation.close();
  await write("scores.json", scoresToJson(scores, names));
  await write("summary.json", `${JSON.stringify(summary, undefined, 2)}\n`);
  await write("structures.csv", csvOf(structureTable(summary)));
  await write("pictures.csv", csvOf(pictureTable(scores, names)));
  await write("dice.csv", publishedDiceCsv(scores));
  if (names.landmarks.length > 0) {
    await write("landmarks.csv", csvOf(landmarkTable(summary)));
    await write("activation-curve.csv", csvOf(curveTable(summary.landmarks.curve)));
  }
  if (options.json) {
    printJson({
      out: resolve(options.out),
      ...summary,
      findings,
      inverted: evaluation.inverted,
      leftOut: evaluation.leftOut,
    });
    return;
  }
  const { dice, landmarks } = summary;
  const number = (value: number | null, digits: number): string =>
    value === null ? "none" : value.toFixed(digits);
  console.log(`${scores.length} pictures: Dice ${number(dice.mean, 3)}`);
  for (const [name, value] of Object.entries(dice.perStructure))
    console.log(`  ${name.padEnd(24)}${number(value, 3)}`);
  if (names.landmarks.length > 0) {
    const withUnit = (value: number | null): string =>
      value === null ? "none" : `${number(value, 2)} ${landmarks.unit}`;
    console.log(
      `landmarks: ${withUnit(landmarks.unit === "mm" ? landmarks.meanMm : landmarks.meanPx)}, at 90 % ${withUnit(landmarks.at90)}`,
    );
  }
  if (options.tool)
    console.log(`  the rule of tools leaves out ${evaluation.leftOut} of ${scores.length} pictures`);
  for (const { severity, message } of findings) console.log(`${severity}: ${message}`);
  console.log(`${options.out}/report.html`);
}

/** Scores of an earlier run. */
async function scoresOf(path: string): Promise<ReturnType<typeof readScores>> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new InputError("scores-missing", `cannot read ${path}: ${cause.code ?? cause.message}`, {
      remedy: "give scores.json of another synthex evaluate",
      cause,
    });
  });
  return readScores(text, path);
}
