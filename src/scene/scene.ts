import { z } from "zod";
import { collimationSchema } from "./collimation-schema.ts";
import { distractorSchema } from "./distractor-schema.ts";
import { instrumentSchema } from "./instrument-schema.ts";
import { sourceFile } from "./source-file-schema.ts";
import { structureSetDefinition } from "../label/structure-definition.ts";
import { checkedBy, type PlaceOf } from "./document.ts";

const finite = z.number();
const point = z.tuple([finite, finite, finite]);
const degrees = finite.min(-360).max(360);
const viewedFrom = z.enum(["detector", "source"]);
const ISOCENTRE = 'must be [x, y, z] in LPS mm, "centre" or "label:NAME"';

const filter = z.strictObject({
  material: z.string().min(1),
  thicknessMm: finite.min(0).max(2000),
});

const spectrumTable = z.strictObject({
  energyKeV: z.array(finite).min(2).max(20_000),
  photons: z.array(finite).min(2).max(20_000).describe("per bin, in any unit"),
  energiesAre: z.enum(["centres", "lower-edges"]).default("centres"),
  airKermaMicroGyPerMas: finite.positive().max(1e6).default(100).describe("output at 1 m"),
});

const matrixRow = z.tuple([finite, finite, finite, finite]);

/**
 * A scene: everything that one exposure depends on, as plain data. Every field but `ct` has a default, so a scene
 * file may be two lines long; `resolveScene` fills in the rest. Units are in the names, frames in docs/conventions.md.
 */
export const sceneSchema = z.strictObject({
  ct: sourceFile.describe("CT: NIfTI, NRRD, MetaImage, or a folder with one DICOM series"),
  labels: sourceFile.optional().describe("label map on the grid of the CT"),
  labelNames: sourceFile.optional().describe("names of the labels, if the label map does not carry them"),
  landmarks: sourceFile.optional().describe("points: .mrk.json, .fcsv, .csv or .json"),
  device: z.string().default("cios-fusion"),
  sizePx: z.int().min(16).max(4096).optional().describe("pixels along the longer side, same field of view"),
  view: z.string().optional().describe("a standard view; angles given beside it are added to it"),
  laoDeg: degrees.optional(),
  craDeg: degrees.optional(),
  rollDeg: degrees.optional(),
  cameraFromLps: z
    .tuple([point, point, point])
    .optional()
    .describe(
      "instead of a view, a rotation: LPS directions of columns, rows and beam, seen from the source",
    ),
  viewedFrom: viewedFrom.optional(),
  isocentre: z
    .union([point, z.string().regex(/^(centre|center|label:.+)$/, ISOCENTRE)], ISOCENTRE)
    .default("centre"),
  sourceToIsocentreMm: finite.positive().max(10_000).optional(),
  sourceToDetectorMm: finite.positive().max(10_000).optional(),
  pixelFromLps: z
    .tuple([matrixRow, matrixRow, matrixRow])
    .optional()
    .describe("explicit camera, instead of a view"),
  pose: z
    .strictObject({
      view: z.string().optional(),
      laoDeg: degrees,
      craDeg: degrees,
      rollDeg: degrees,
      isocentreLps: point,
      sourceToIsocentreMm: finite.positive(),
      viewedFrom: viewedFrom.optional(),
    })
    .optional()
    .describe("record of where pixelFromLps came from; the matrix is what counts"),
  heightPx: z.int().min(16).max(4096).optional(),
  widthPx: z.int().min(16).max(4096).optional(),
  simulator: z.enum(["naive", "heuristic", "realistic"]).default("realistic"),
  materials: z
    .strictObject({
      rule: z.enum(["threshold", "tissue", "labels"]).default("tissue"),
      byLabel: z
        .record(z.string(), z.string())
        .optional()
        .describe("label name -> material, for the rule `labels`"),
    })
    .prefault({}),
  beam: z
    .strictObject({
      kv: finite.min(40).max(150).default(80),
      mas: z
        .union(
          [z.literal("automatic"), finite.positive().max(10_000)],
          'must be "automatic" or a number of mAs up to 10,000',
        )
        .default("automatic")
        .describe("tube charge; `automatic` reaches detectorKermaMicroGy behind the patient"),
      detectorKermaMicroGy: finite.positive().max(1000).default(2.5),
      anodeAngleDeg: finite.min(5).max(30).default(12),
      filters: z
        .array(filter)
        .max(10)
        .default([{ material: "Al", thicknessMm: 3 }]),
      focalSpotMm: finite.min(0).max(3).optional().describe("side of the focal spot; default a point"),
      sourceToObjectMm: finite
        .min(50)
        .max(10_000)
        .optional()
        .describe("where shadows get the blur that the focal spot makes; default the isocentre"),
      spectrum: spectrumTable
        .optional()
        .describe(
          "a spectrum of one's own, behind all filters; kv, anodeAngleDeg and filters then make nothing",
        ),
    })
    .prefault({}),
  collimation: collimationSchema.optional().describe("what limits the field; default nothing does"),
  distractors: z
    .array(distractorSchema)
    .max(100)
    .optional()
    .describe("leads, tubes, markers: in the beam, labelled, not of the patient"),
  instruments: z
    .array(instrumentSchema)
    .max(50)
    .optional()
    .describe("tools in the patient; the first listed come first where they would overlap"),
  noise: z.boolean().default(true),
  quantity: z.enum(["radiograph", "area-density", "line-integral"]).default("radiograph"),
  processing: z
    .enum(["log", "raw", "paper"])
    .default("log")
    .describe("log: bone bright, −ln(I/I0); raw: digital units; paper: border cropped, log, standardised"),
  structures: z
    .union(
      [z.enum(["all", "hip", "chest"]), z.array(z.string().min(1)).min(1), structureSetDefinition],
      'must be "all", "hip", "chest", a list of names, or structures with rules of their own',
    )
    .default("all")
    .describe("all labels, a ready-made set, names, or structures with rules of their own"),
  thickness: z.boolean().default(false).describe("also how many mm of every structure each ray crosses"),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  sample: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(0)
    .describe("place in a data set; with the seed it keys all random numbers"),
});

export type SceneInput = z.input<typeof sceneSchema>;
export type Scene = z.output<typeof sceneSchema>;

/**
 * Checks a scene at the door; the error names every field that is wrong.
 *
 * @param placeOf where a field stands, for the message; default its path, "beam.kv"
 */
export const parseScene = (input: unknown, placeOf?: PlaceOf): Scene =>
  checkedBy(sceneSchema, input, { kind: "scene", remedy: "see docs/scenes.md for every field", placeOf });
