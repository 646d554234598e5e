import { z } from "zod";
import { InputError } from "../../error/input-error.ts";
import { checkedBy } from "../../scene/document.ts";

const name = z.string().min(1).max(120);
const value = z.int().min(0).max(65_535);
const suffix = z.string().min(1).max(60).describe("of NAME_labels.png for the picture NAME.png: _labels");
const named = z.record(z.string().regex(/^\d{1,5}$/, "must be a whole number"), name);

/** What a file beside a picture says, and of which structures. */
const maskFile = z.discriminatedUnion("kind", [
  z
    .strictObject({
      kind: z.literal("classes"),
      suffix,
      values: named.describe("value of a pixel: structure"),
      ignore: z.array(value).default([255]).describe("values of pixels of which nothing is known"),
    })
    .describe("one class a pixel, 0 background"),
  z
    .strictObject({
      kind: z.literal("bits"),
      suffix,
      values: named.describe("value of a bit (1, 2, 4, …): structure"),
      ignore: z.array(value).default([]),
    })
    .describe("a bit a structure; they may overlap"),
  z
    .strictObject({
      kind: z.literal("mask"),
      suffix,
      structure: name,
      ignore: z.array(value).default([127]),
    })
    .describe("0 outside, anything else inside"),
]);

/** `labels.json` of a plain folder of pictures (docs/training-data.md). */
const labelDescription = z.strictObject({
  masks: z.array(maskFile).max(64).default([]),
  beside: z
    .array(suffix)
    .max(64)
    .default([])
    .describe("suffixes of files that are neither pictures nor labels"),
  unions: z
    .record(name, z.array(name).min(1))
    .default({})
    .describe("structures here that are several structures elsewhere together"),
  landmarks: z.string().optional().describe("JSON file with places of landmarks"),
  subjects: z
    .union([
      z
        .strictObject({ table: z.string(), column: z.string() })
        .describe("column of a CSV file whose first column is NAME"),
      z
        .strictObject({ pattern: z.string().max(200) })
        .describe("first group of a regular expression on NAME"),
    ])
    .optional(),
  pixelPitchMm: z.number().positive().optional().describe("mm on the panel from pixel to pixel"),
});
export type LabelDescription = z.output<typeof labelDescription>;
export type MaskFile = LabelDescription["masks"][number];

/** @throws InputError `labels-invalid`, `labels-description` */
export function checkLabelDescription(content: unknown, where: string): LabelDescription {
  const description = checkedBy(labelDescription, content, {
    kind: "labels",
    remedy: "docs/training-data.md shows what it may hold",
    placeOf: (field) => `${where}: ${field.join(".") || "description"}`,
  });
  const { masks } = description;
  if (masks.length > 1 && masks.some(({ kind }) => kind === "classes"))
    throw new InputError(
      "labels-description",
      `${where}: a file of classes holds all structures; there can be no other beside it`,
    );
  return description;
}

/** Structures of a description in its order. */
export function structuresOf({ masks }: LabelDescription): string[] {
  return [
    ...new Set(
      masks.flatMap((mask) =>
        mask.kind === "mask"
          ? [mask.structure]
          : Object.keys(mask.values)
              .toSorted((a, b) => Number(a) - Number(b))
              .map((key) => mask.values[key]),
      ),
    ),
  ];
}

/** Public collections that are known by the names of their label files. */
const known: readonly { readonly file: RegExp; readonly description: z.input<typeof labelDescription> }[] = [
  {
    // Hip fluoroscopies of the DeepFluoro collection, shrunk 16 times from pixels of 0.194 mm.
    file: /^\d\d-\d{4}_\d+_labels\.png$/,
    description: {
      masks: [
        {
          kind: "classes",
          suffix: "_labels",
          values: {
            1: "hip_left",
            2: "hip_right",
            3: "vertebrae",
            4: "upper_sacrum",
            5: "femur_left",
            6: "femur_right",
          },
        },
      ],
      landmarks: "landmarks.json",
      subjects: { pattern: String.raw`^(\d\d-\d{4})_` },
      pixelPitchMm: 16 * 0.194,
    },
  },
  {
    // Lungs of v7labs/covid-19-xray-dataset.
    file: /^v7_\d+_lung\.png$/,
    description: {
      masks: [{ kind: "mask", suffix: "_lung", structure: "lungs" }],
      unions: { lungs: ["lung_left", "lung_right"] },
      subjects: { table: "index.csv", column: "source_patientid" },
    },
  },
  {
    // Regions of GeneralBlockchain/covid-19-chest-xray-segmentations-dataset.
    file: /^gb_\d+_bits\.png$/,
    description: {
      masks: [
        {
          kind: "bits",
          suffix: "_bits",
          values: {
            1: "lung_left",
            2: "lung_right",
            4: "cardiomediastinum",
            8: "airways",
            16: "ground_glass",
            32: "consolidation",
            64: "effusion_or_pneumothorax",
          },
        },
      ],
      beside: ["_devices"],
      unions: { cardiomediastinum: ["heart", "aorta?"], airways: ["trachea"] },
      subjects: { table: "index.csv", column: "source_patientid" },
    },
  },
];

/** Of a public collection, recognised by a name among its files. */
export function knownDescription(fileNames: readonly string[]): LabelDescription | undefined {
  const found = known.find(({ file }) => fileNames.some((fileName) => file.test(fileName)));
  return found && labelDescription.parse(found.description);
}

/** Suffixes that say that there are labels, but not of what. */
const NAMELESS = /^_?(labels?|masks?|seg|segmentation|classes|bits)$/i;

/**
 * What names alone say: beside NAME.png, NAME_lung.png is the mask of "lung".
 *
 * @throws InputError `labels-unnamed` where a suffix tells no structure
 */
export function conventionalDescription(
  stems: readonly string[],
  folder: string,
): LabelDescription | undefined {
  const all = new Set(stems);
  const suffixes = new Set<string>();
  for (const stem of stems) {
    const cut = stem.lastIndexOf("_");
    if (cut > 0 && all.has(stem.slice(0, cut))) suffixes.add(stem.slice(cut));
  }
  if (suffixes.size === 0) return undefined;
  const nameless = [...suffixes].find((found) => NAMELESS.test(found));
  if (nameless !== undefined)
    throw new InputError(
      "labels-unnamed",
      `${folder} has label pictures NAME${nameless}.png, but nothing says what their values are`,
      {
        remedy: `put a labels.json beside them, for example {"masks": [{"kind": "classes", "suffix": "${nameless}", "values": {"1": "hip_left"}}]}`,
      },
    );
  return labelDescription.parse({
    masks: [...suffixes]
      .toSorted()
      .map((found) => ({ kind: "mask", suffix: found, structure: found.slice(1) })),
  });
}
