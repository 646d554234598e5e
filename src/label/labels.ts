import type { LandmarkLabel } from "./locate-landmarks.ts";

/** What a picture shows, along the same rays as its radiograph. Masks and maps: row v, column u at v · widthPx + u. */
export interface Labels {
  readonly widthPx: number;
  readonly heightPx: number;
  /** In the order of the structure set; they may overlap. */
  readonly structures: readonly StructureLabel[];
  /** One class a pixel by the set's precedence: 0 background, else index in `structures` + 1. */
  readonly classes: Uint16Array;
  readonly landmarks: readonly LandmarkLabel[];
  /** What lies in the beam beside the patient; in no class. Absent where a scene has none. */
  readonly distractors?: readonly StructureLabel[];
  /** The collimated field: 1 where at least half of the beam arrives, or within the electronic shutter. Absent where a scene has no collimation. */
  readonly field?: FieldLabel;
  /** What else is known of the instruments; their masks are structures, their keypoints landmarks. Absent where a scene has none. */
  readonly instruments?: readonly InstrumentLabel[];
}

/** Where a tool is, and which labels are its own. */
export interface InstrumentLabel {
  readonly name: string;
  /** Names of its masks among the structures: the whole, then its parts where it has several. */
  readonly structures: readonly string[];
  /** Its keypoints among the landmarks, by their own names (`tip`) and theirs there (`screw tip`). */
  readonly keypoints: readonly { readonly name: string; readonly landmark: string }[];
  /** Undefined where a sample of a data set does not have the tool: its masks are empty then, its keypoints absent. */
  readonly placed:
    | {
        /** 4×4, row-major, from its own frame in mm. */
        readonly lpsFromTool: Float64Array;
        readonly cameraFromTool: Float64Array;
        /** The line that it follows, from base to tip, at equal distances along it. */
        readonly centreLine: readonly LandmarkLabel[];
      }
    | undefined;
}

export interface FieldLabel {
  readonly mask: Uint8Array;
  readonly areaPx: number;
  readonly box: PixelBox | null;
}

export interface StructureLabel {
  readonly name: string;
  /** 1 where the ray counts as meeting the structure, else 0. */
  readonly mask: Uint8Array;
  readonly areaPx: number;
  readonly box: PixelBox | null;
  /** How much of the structure the ray crosses; only when asked for. Not cut by the mask: its sum is the volume. */
  readonly thicknessMm?: Float32Array;
}

/** The smallest rectangle around a mask: first column and row, width and height in pixels. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Plain data for `labels.json`; places of landmarks in full precision. */
export function labelsToJson(labels: Labels): {
  widthPx: number;
  heightPx: number;
  landmarks: {
    name: string;
    lpsMm: number[] | null;
    pixel: [number, number] | null;
    status: string;
    hiddenBy?: string[];
  }[];
  structures: { name: string; classValue: number; areaPx: number; box: PixelBox | null }[];
  distractors?: { name: string; classValue: number; areaPx: number; box: PixelBox | null }[];
  field?: { areaPx: number; box: PixelBox | null };
  instruments?: InstrumentJson[];
} {
  const { distractors, field, instruments } = labels;
  return {
    widthPx: labels.widthPx,
    heightPx: labels.heightPx,
    landmarks: labels.landmarks.map(({ name, lpsMm, pixel, status, hiddenBy }) => ({
      name,
      lpsMm: lpsMm && [...lpsMm],
      pixel: pixel && [pixel[0], pixel[1]],
      status,
      ...(hiddenBy ? { hiddenBy: [...hiddenBy] } : {}),
    })),
    structures: labels.structures.map(({ name, areaPx, box }, index) => ({
      name,
      classValue: index + 1,
      areaPx,
      box,
    })),
    ...(distractors
      ? {
          distractors: distractors.map(({ name, areaPx, box }, index) => ({
            name,
            classValue: index + 1,
            areaPx,
            box,
          })),
        }
      : {}),
    ...(field ? { field: { areaPx: field.areaPx, box: field.box } } : {}),
    ...(instruments
      ? {
          instruments: instruments.map(instrumentJson),
        }
      : {}),
  };
}

/** What records of a sample hold of an instrument. */
export interface InstrumentJson {
  readonly name: string;
  readonly isPresent: boolean;
  readonly structures: readonly string[];
  readonly keypoints: readonly { readonly name: string; readonly landmark: string }[];
  readonly lpsFromTool?: number[][];
  readonly cameraFromTool?: number[][];
  /** Places in mm and pixels to a thousandth; a pixel is null behind the source. */
  readonly centreLine?: { readonly lpsMm: number[][]; readonly pixels: (number[] | null)[] };
}

const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

export function instrumentJson({ name, structures, keypoints, placed }: InstrumentLabel): InstrumentJson {
  const own = { name, isPresent: placed !== undefined, structures, keypoints };
  if (!placed) return own;
  const { lpsFromTool, cameraFromTool, centreLine } = placed;
  return {
    ...own,
    lpsFromTool: rows(lpsFromTool),
    cameraFromTool: rows(cameraFromTool),
    centreLine: {
      lpsMm: centreLine.map(({ lpsMm }) => (lpsMm ?? []).map(thousandths)),
      pixels: centreLine.map(({ pixel }) => pixel && pixel.map(thousandths)),
    },
  };
}

const rows = (matrix: Float64Array): number[][] =>
  [0, 4, 8, 12].map((first) => Array.from(matrix.subarray(first, first + 4)));
