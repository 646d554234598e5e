import { z } from "zod";
import { landmarkRuleSchema } from "../anatomy/landmark-rules/landmark-rule.ts";
import { preparationStepSchema } from "../anatomy/preparation/preparation-step.ts";
import { structureSetDefinition } from "../label/structure-definition.ts";
import { checkedBy, readYaml } from "../scene/document.ts";
import { collimationDistribution } from "./collimation-distribution.ts";
import { constraintSchema } from "./constraint-schema.ts";
import { directionDistribution, scalarDistribution, scalarWithin } from "./distribution.ts";
import { instrumentDistribution, recipeInstrumentNames } from "./instrument-distribution.ts";
import { distractorDistribution } from "./distractor-distribution.ts";
import { deviceName, materialName, viewName } from "./known-name.ts";
import { variationSchema } from "./variation-schema.ts";

const finite = z.number();
const name = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[\w.-]+$/, "a name is made of letters, digits, dots, dashes and underscores");
const path = z.string().min(1);
const splitName = z.enum(["train", "validation", "test"]);
export type SplitName = z.output<typeof splitName>;

const subject = z.strictObject({
  name: name.optional().describe("default: the file's name without its extensions; with a glob always so"),
  ct: path.describe(
    "CT: NIfTI, NRRD, MetaImage, or a folder with one DICOM series; * stands for anything (a glob)",
  ),
  labels: path
    .optional()
    .describe(
      "label map on the grid of the CT; where the CT is a glob, * stands for what it stood for there",
    ),
  labelNames: path.optional(),
  landmarks: path.optional().describe("points by hand; with a glob as for labels"),
  licence: z.string().min(1).optional().describe("goes into the manifest and the report card"),
  weight: finite.positive().default(1).describe("how often the subject is drawn, relative to others"),
  split: splitName
    .default("train")
    .describe("where all its samples go: splits are by subject, never by image"),
  preparation: z
    .array(preparationStepSchema)
    .default([])
    .describe("what is done to the CT and its labels once, before all else (docs/patient-preparation.md)"),
});

const millimetres = scalarDistribution;

/** Ways of writing samples; docs/formats.md describes each. */
export const outputNames = [
  "folder",
  "folder-tiff",
  "folder-masks",
  "coco",
  "area-density",
  "hdf5",
  "paper-files",
  "paper-tool-files",
  "webdataset",
  "dicom",
] as const;

const oneView = z
  .union([viewName, z.array(viewName).min(1)])
  .default("AP")
  .describe("standard view, or several of which one is drawn");

/** Where the camera stands. Rotations and shifts are those of the patient before a C-arm that does not move. */
const viewSchema = z.discriminatedUnion("kind", [
  z
    .strictObject({
      kind: z.literal("c-arm"),
      view: z
        .union([viewName, z.array(viewName).min(1)])
        .default("AP")
        .describe("standard view, or several of which one is drawn; the angles are added to it"),
      laoDeg: scalarDistribution.default(0),
      craDeg: scalarDistribution.default(0),
      rollDeg: scalarDistribution.default(0),
    })
    .describe("the C-arm moves about the patient"),
  z
    .strictObject({
      kind: z.literal("rotated-patient"),
      view: oneView,
      axis: directionDistribution.default("sphere"),
      angleDeg: scalarDistribution,
    })
    .describe(
      "the patient is turned by an angle about an axis through the isocentre, before a C-arm in a standard view",
    ),
  z
    .strictObject({
      kind: z.literal("tilted-patient"),
      view: oneView,
      aboutLeftDeg: scalarDistribution.default(0),
      aboutPosteriorDeg: scalarDistribution.default(0),
      aboutSuperiorDeg: scalarDistribution.default(0),
    })
    .describe(
      "the patient is turned about the three axes of LPS, in this order, before a C-arm in a standard view",
    ),
]);

const isocentreSchema = z.union(
  [
    z.literal("centre"),
    z.strictObject({ landmarks: z.array(z.string()).min(1) }).describe("the mean of landmarks"),
    z.strictObject({ label: z.string().min(1) }).describe("the centroid of a label"),
    z.tuple([finite, finite, finite]).describe("a point in LPS mm"),
  ],
  'must be "centre", {landmarks: [...]}, {label: NAME} or [x, y, z]',
);

/** A data set as a file. Every field but `subjects` and `count` has a default; docs/recipes.md explains them. */
export const recipeSchema = z
  .strictObject({
    name,
    description: z.string().optional(),
    count: z.int().min(1).max(1e9).describe("samples in all"),
    seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
    subjects: z.array(subject).min(1),
    imagesPerPatient: z
      .int()
      .min(1)
      .max(100_000)
      .default(40)
      .describe(
        "samples that follow each other on one patient (a subject in one variation) before the next is drawn",
      ),
    variation: variationSchema.optional(),
    structures: z
      .union([z.enum(["all", "hip", "chest"]), z.array(z.string().min(1)).min(1), structureSetDefinition])
      .default("all"),
    landmarks: z
      .union(
        [z.enum(["none", "hip"]), z.array(landmarkRuleSchema).min(1)],
        'must be "none", "hip", or a list of landmark rules',
      )
      .default("none")
      .describe(
        "landmarks by rules on the label map (docs/landmarks.md), beside those of the subject's file",
      ),
    device: deviceName.default("cios-fusion"),
    sizePx: z.int().min(16).max(4096).default(360),
    view: viewSchema.prefault({ kind: "c-arm" }),
    isocentre: isocentreSchema.default("centre"),
    offsetMm: z
      .strictObject({
        left: millimetres.default(0),
        posterior: millimetres.default(0),
        superior: millimetres.default(0),
      })
      .prefault({})
      .describe("shift of the patient from the isocentre, in LPS"),
    sourceToIsocentreMm: scalarWithin(1, 10_000).optional(),
    sourceToDetectorMm: finite.positive().max(10_000).optional(),
    simulator: z
      .union([
        z.enum(["naive", "heuristic", "realistic"]),
        z.array(z.enum(["naive", "heuristic", "realistic"])).min(1),
      ])
      .default("realistic"),
    materials: z
      .strictObject({
        rule: z.enum(["threshold", "tissue", "labels"]).default("tissue"),
        byLabel: z.record(z.string(), z.string()).optional(),
      })
      .prefault({}),
    beam: z
      .strictObject({
        kv: scalarWithin(40, 150).default(80),
        detectorKermaMicroGy: scalarWithin(1e-6, 1000).default(2.5),
        anodeAngleDeg: finite.min(5).max(30).default(12),
        focalSpotMm: scalarWithin(0, 3).optional().describe("side of the focal spot; default a point"),
        filters: z
          .array(z.strictObject({ material: materialName, thicknessMm: scalarWithin(0, 2000) }))
          .max(10)
          .default([{ material: "Al", thicknessMm: 3 }]),
      })
      .prefault({}),
    collimation: collimationDistribution.optional().describe("default: the whole panel is exposed"),
    distractors: z
      .array(distractorDistribution)
      .max(20)
      .optional()
      .describe("leads, tubes, markers and text in the beam, labelled apart from the anatomy"),
    instruments: z
      .array(instrumentDistribution)
      .min(1)
      .max(20)
      .optional()
      .describe("tools in the patient; where they would overlap, the first listed are"),
    noise: z.boolean().default(true),
    processing: z.enum(["log", "raw", "paper"]).default("log"),
    constraints: z.array(constraintSchema).default([]),
    outputs: z
      .array(z.enum(outputNames))
      .min(1)
      .refine((outputs) => new Set(outputs).size === outputs.length, "an output is listed twice")
      .refine((outputs) => outputs.filter((output) => output.startsWith("folder")).length <= 1, {
        message: "only one of folder, folder-tiff and folder-masks can be written",
      })
      .default(["folder", "coco"]),
  })
  .superRefine(({ instruments = [], constraints, outputs }, context) => {
    const names = recipeInstrumentNames(instruments);
    const complain = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: "custom", path, message });
    instruments.forEach(({ placement }, n) => {
      if (placement.kind === "tool" && !names.slice(0, n).includes(placement.of))
        complain(
          ["instruments", n, "placement", "of"],
          `must name an instrument before it: ${names.slice(0, n).join(", ") || "there is none"}`,
        );
    });
    constraints.forEach((constraint, n) => {
      if (!("instruments" in constraint)) return;
      const asked = constraint.instruments === "all" ? [] : constraint.instruments;
      const unknown = asked.find((name) => !names.includes(name));
      if (unknown !== undefined || names.length === 0)
        complain(
          ["constraints", n, "instruments"],
          `there is no instrument ${unknown === undefined ? "at all" : `"${unknown}"`} in the recipe; its instruments: ${names.join(", ") || "none"}`,
        );
    });
    if (outputs.includes("paper-tool-files") && names.length === 0)
      complain(["outputs"], "paper-tool-files are of an instrument, and the recipe has none");
    if (outputs.includes("paper-tool-files") && outputs.includes("paper-files"))
      complain(["outputs"], "paper-files and paper-tool-files would write the same files: keep one");
  })
  .superRefine(({ simulator, outputs }, context) => {
    // One sample of another simulator would end the run, at whatever place it comes.
    const grey = [simulator].flat().find((name) => name !== "realistic");
    if (grey !== undefined && outputs.includes("area-density"))
      context.addIssue({
        code: "custom",
        path: ["outputs"],
        message: `area-density is for the realistic simulator; the ${grey} one knows no materials`,
      });
  });

export type RecipeInput = z.input<typeof recipeSchema>;
export type Recipe = z.output<typeof recipeSchema>;
export type RecipeSubject = Recipe["subjects"][number];

/** Reads a recipe from YAML or JSON; errors name line and column. */
export function readRecipe(text: string, name: string): Recipe {
  const { content, placeOf } = readYaml(text, { name, kind: "recipe" });
  return checkedBy(recipeSchema, content, {
    kind: "recipe",
    remedy: "see docs/recipes.md, or `synthex schema` for the editor",
    placeOf,
  });
}

/** JSON Schema (2020-12) of recipes, for completion and checks in an editor. */
export const recipeJsonSchema = (): object => z.toJSONSchema(recipeSchema, { io: "input" });
