import type { ImagePoint, LabelledImage } from "../../augmentation/labelled-image.ts";
import type { AreaDensityRecord } from "../../dataset/formats/area-density-record.ts";

/** One picture of a collection, on its own grid, with what is known beyond its pixels. */
export interface ReadImage extends LabelledImage {
  readonly id: string;
  readonly subject: string;
  /** mm on the panel from one pixel to the next; undefined where nobody says. */
  readonly pixelPitchMm?: number;
  /** One a landmark: whether anybody looked for it in this picture. A landmark that was looked for and is undefined is not in the picture. */
  readonly annotatedLandmarks: readonly boolean[];
}

/** What is known of a sample whose picture is yet to be exposed. */
export type ReadLabels = Omit<ReadImage, "pixels">;

/** Area densities of a sample and the labels that go with them; over the same extent, though the densities may be on a coarser grid. */
export interface LabelledAreaDensity {
  /** Number of the sample in its data set: for keys of random numbers. */
  readonly sample: number;
  readonly record: AreaDensityRecord;
  readonly labels: ReadLabels;
}

export type Split = "train" | "validation" | "test";

/** Pictures with labels in a folder or a file, opened: nothing but names and places is in memory. Numbers of pictures run from 0 to count − 1. */
export interface LabelledImages {
  /** The folder or file, for messages. */
  readonly name: string;
  readonly kind: "folder" | "hdf5-study" | "hip-files" | "plain-folder" | "recipe";
  readonly count: number;
  /** In the order of classes 1, 2, …, or of masks. */
  readonly structures: readonly string[];
  /** Of these nobody drew anything: their masks are 255 everywhere. Only with `missing: "unknown"`. */
  readonly missingStructures: readonly string[];
  /** Structures here that are several of other names together: lungs are lung_left and lung_right. */
  readonly unions: Readonly<Record<string, readonly string[]>>;
  readonly landmarks: readonly string[];
  /** `classes`: pictures come with `classes`; `masks`: with `masks`, which may overlap. */
  readonly targets: "classes" | "masks";
  readonly id: (index: number) => string;
  /** Undefined where a collection has no splits. */
  readonly split: (index: number) => Split | undefined;
  readonly subject: (index: number) => string;
  /** Pictures of one patient (a varied subject, or a person) must not be parted between training and validation. */
  readonly patient: (index: number) => string;
  /** @throws InputError that names the file */
  readonly read: (index: number) => Promise<ReadImage>;
  /**
   * Only where the samples have area densities.
   *
   * @param sizePx longer side of what they are read for: they may come averaged to any size from there on
   * @throws InputError that names the file
   */
  readonly readAreaDensity?: (index: number, sizePx?: number) => Promise<LabelledAreaDensity>;
  readonly close: () => Promise<void>;
}

/** What a collection is to be seen as. */
export interface OpenOptions {
  /** Names in the order wanted; default those of the collection. Other structures count as background. */
  readonly structures?: readonly string[];
  readonly landmarks?: readonly string[];
  /** Default what the collection has. */
  readonly targets?: "classes" | "masks";
  /** Names that the collection does not have: an error (default), or nothing known of them. */
  readonly missing?: "refuse" | "unknown";
  /** How a plain folder is labelled; default its labels.json, or what its names say (docs/training-data.md). */
  readonly labels?: unknown;
  /** Refuse pictures without labels; default true. */
  readonly labelled?: boolean;
}

/** Labels of a picture in the numbering of its collection. */
export interface SourceLabels {
  readonly widthPx: number;
  readonly heightPx: number;
  /** 0 background, n + 1 the n-th structure of the source; 255 unknown where `unknownClass` says so. */
  readonly classes?: Uint8Array | Uint16Array;
  readonly unknownClass?: number;
  /** One a structure of the source. */
  readonly masks?: readonly Uint8Array[];
  /** One a landmark of the source. */
  readonly landmarks: readonly (ImagePoint | "unknown" | undefined)[];
  readonly pixelPitchMm?: number;
}

/** A collection in its own numbering; `aligned` makes `LabelledImages` of it. */
export interface ImageSource
  extends Pick<LabelledImages, "name" | "kind" | "count" | "unions" | "landmarks" | "targets">,
    Pick<LabelledImages, "id" | "split" | "subject" | "patient" | "close"> {
  readonly structures: readonly string[];
  readonly readSource: (index: number) => Promise<{ pixels: Float32Array; labels: SourceLabels }>;
  readonly readDensities?:
    | ((
        index: number,
        sizePx?: number,
      ) => Promise<{ sample: number; record: AreaDensityRecord; labels: SourceLabels }>)
    | undefined;
}
