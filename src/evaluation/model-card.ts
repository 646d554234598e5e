import { InputError } from "../error/input-error.ts";
import { readOutInWords, ruleInWords } from "./report/landmark-section.ts";
import { interval, spread, three } from "./report/shown-numbers.ts";
import type { EvaluationSummary } from "./summarise.ts";

/** What a model is, who may use it for what, and how good it is. Of a model file's own metadata the fields of `model` are enough. */
export interface ModelCardManifest {
  readonly model: {
    readonly name: string;
    readonly description?: string | undefined;
    readonly structures: readonly string[];
    /** One class a pixel, or a mask a structure. */
    readonly targets: "classes" | "masks";
    readonly landmarks: readonly string[];
    /** Index of the structure on which each landmark lies; null: anywhere. */
    readonly landmarkStructures: readonly (number | null)[];
    /** Correlation from which a landmark counts as found; left out: as published. */
    readonly landmarkThreshold?: number | undefined;
    readonly confidenceThreshold?: number | undefined;
    /** Side of the square that the network takes, in pixels, and in mm at the detector. */
    readonly sizePx: number;
    readonly fieldMm: number;
    readonly polarity: string;
    readonly findsPolarity: boolean;
    readonly training: {
      readonly planSha256: string;
      readonly dataSha256?: string | undefined;
      readonly steps: number;
      readonly seed: number;
      readonly examples: number;
      readonly software: string;
    };
  };
  readonly file?: {
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly parameters?: number;
  };
  /** Of the weights. */
  readonly licence: string;
  readonly intendedUse: readonly string[];
  readonly notFor?: readonly string[];
  readonly trainingData: readonly CardData[];
  /** Network, losses, optimiser, randomization: whatever tells how it learnt. */
  readonly profile: readonly (readonly [name: string, value: string])[];
  readonly evaluations: readonly CardEvaluation[];
  readonly limits: readonly string[];
  /** Commands that make the model again. */
  readonly commands?: readonly string[];
}

export interface CardData {
  readonly name: string;
  readonly use: string;
  readonly source: string;
  readonly licence: string;
}

export interface CardEvaluation {
  readonly data: string;
  readonly licence?: string;
  readonly note?: string;
  readonly summary: EvaluationSummary;
}

/**
 * The model card as Markdown.
 *
 * @throws InputError `model-card` where training data has no licence: a model must not be passed on without
 */
export function modelCard(manifest: ModelCardManifest): string {
  const { model, file, licence, trainingData } = manifest;
  const unlicensed = trainingData.find((data) => data.licence.trim() === "");
  if (unlicensed)
    throw new InputError(
      "model-card",
      `training data "${unlicensed.name}" of model "${model.name}" has no licence`,
      {
        remedy: "name the licence of every CT in the recipe",
      },
    );
  const parts = [
    `# ${line(model.name)}`,
    ...(model.description ? [line(model.description)] : []),
    table(
      ["", ""],
      [
        ...(file
          ? [
              ["File", `${file.name}, ${(file.bytes / 1e6).toFixed(2)} MB`],
              ["SHA-256", `\`${file.sha256}\``],
              ...(file.parameters === undefined
                ? []
                : [["Parameters", file.parameters.toLocaleString("en-GB")]]),
            ]
          : []),
        ["Licence of the weights", licence],
        ["Made by", model.training.software],
      ],
    ),
    section("Intended use", bullets(manifest.intendedUse)),
    section(
      "Not for",
      bullets([
        "Diagnosis, treatment or any other decision about a patient: this is for research, and no medical device.",
        ...(manifest.notFor ?? []),
      ]),
    ),
    section("Input", inputOf(manifest)),
    section("Output", outputOf(manifest)),
    section(
      "Training data",
      table(
        ["Data", "Used for", "Source", "Licence"],
        trainingData.map((data) => [data.name, data.use, data.source, data.licence]),
      ),
    ),
    section("Training", trainingOf(manifest)),
    ...manifest.evaluations.map((evaluation) =>
      section(`Evaluation on ${line(evaluation.data)}`, evaluated(evaluation)),
    ),
    section("Limits", bullets(manifest.limits)),
  ];
  return `${parts.join("\n\n")}\n`;
}

function inputOf({ model }: ModelCardManifest): string {
  const pitch = model.fieldMm / model.sizePx;
  return bullets([
    `One grey picture; it is brought to a square of ${model.sizePx} × ${model.sizePx} pixels and standardised inside the file.`,
    `Trained on a field of ${number(model.fieldMm)} mm at the detector: ${number(pitch)} mm a pixel of the square.`,
    model.findsPolarity
      ? `Polarity: either; it looks at the picture's negative, too, and goes by the surer of both (trained ${line(model.polarity)}).`
      : `Polarity: ${line(model.polarity)}.`,
  ]);
}

function outputOf({ model }: ModelCardManifest): string {
  const { structures, landmarks, landmarkStructures, landmarkThreshold, confidenceThreshold, targets } =
    model;
  const classes =
    targets === "classes"
      ? `One class a pixel: 0 background, ${structures.map((name, n) => `${n + 1} ${line(name)}`).join(", ")}.`
      : `A mask for each structure, which may overlap: ${structures.map(line).join(", ")}.`;
  const places = landmarks.map((name, n) => {
    const structure = landmarkStructures[n];
    return typeof structure === "number" ? `${line(name)} (on ${line(structures[structure])})` : line(name);
  });
  const counts =
    places.length > 0 && landmarkThreshold !== undefined
      ? [
          `A landmark counts as found where its heat-map correlates with an ideal one to ${landmarkThreshold.toFixed(2)} or more, as randomized simulated pictures of validation show it.`,
        ]
      : [];
  return bullets([
    classes,
    places.length === 0 ? "No landmarks." : `Landmarks: ${places.join(", ")}.`,
    ...counts,
    ...(confidenceThreshold === undefined
      ? []
      : [
          `A picture of which it is less sure than ${confidenceThreshold.toFixed(2)}, the mean probability of what it finds, likely shows something else; half-way between simulated pictures of validation and the same without anatomy.`,
        ]),
  ]);
}

function trainingOf({ model, profile, commands = [] }: ModelCardManifest): string {
  const { training } = model;
  const rows = [
    ...profile,
    ["Steps", training.steps.toLocaleString("en-GB")],
    ["Pictures seen", training.examples.toLocaleString("en-GB")],
    ["Seed", String(training.seed)],
    ["Plan, SHA-256", `\`${training.planSha256}\``],
    ...(training.dataSha256 ? [["Data, SHA-256", `\`${training.dataSha256}\``]] : []),
  ];
  const shown = commands.length === 0 ? "" : `\n\n\`\`\`\n${commands.join("\n")}\n\`\`\``;
  return `${table(["", ""], rows)}${shown}`;
}

function evaluated({ licence, note, summary }: CardEvaluation): string {
  const { dice, landmarks, pictures, subjects } = summary;
  const { unit, all } = landmarks;
  const intro = `${pictures} pictures of ${subjects} ${subjects === 1 ? "subject" : "subjects"}${licence ? `, ${line(licence)}` : ""}.${note ? ` ${line(note)}` : ""}`;
  const structureRows = dice.structures
    .filter(({ count }) => count > 0)
    .map((structure) => [structure.name, String(structure.count), spread(structure), three(structure.ci95)]);
  const structureTable = table(
    ["Structure", "Pictures", "Dice, mean ± SD", "95 % (±)"],
    [...structureRows, ["all", String(dice.all.count), spread(dice.all), three(dice.all.ci95)]],
  );
  const landmarkRows = [...landmarks.landmarks, all].map((landmark) => {
    const errors = unit === "mm" ? landmark.errorMm : landmark.errorPx;
    return [
      landmark.name,
      `${landmark.found} of ${landmark.visible}`,
      errors ? spread(errors, 2) : "–",
      errors ? interval95(errors.ci95) : "–",
    ];
  });
  const landmarkTable = `${table(["Landmark", "Found", `Error, ${unit}`, "95 % (±)"], landmarkRows)}

Found: ${ruleInWords(landmarks.rule)}. Errors are ${unit === "mm" ? "mm at the detector" : "in pixels"}. At 90 % of the landmarks: ${readOutInWords(landmarks.readOut, unit)}.`;
  const bootstrap = `Mean Dice, bootstrap 95 %: ${interval(dice.byPicture, 3)} by picture, ${interval(dice.bySubject, 3)} by subject.`;
  return [
    intro,
    ...(dice.all.count > 0 ? [structureTable, bootstrap] : []),
    ...(all.visible > 0 ? [landmarkTable] : []),
  ].join("\n\n");
}

const interval95 = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : "–");

const section = (title: string, body: string): string => `## ${title}\n\n${body}`;

const bullets = (texts: readonly string[]): string => texts.map((text) => `- ${line(text)}`).join("\n");

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows.map((row) => row.map(cell))]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");

/** Text on one line, without HTML. */
const line = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll("<", "&lt;").trim();

const cell = (text: string): string => line(text).replaceAll("|", "\\|");

const number = (value: number): string => String(Number(value.toPrecision(3)));
