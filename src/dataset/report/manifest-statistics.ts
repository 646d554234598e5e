import type { ManifestLine } from "../manifest.ts";
import { drawnNumbers } from "./drawn-numbers.ts";
import { evenlyKept } from "./evenly-kept.ts";
import { type NumberSummary, type NumberTally, numberTally } from "./number-tally.ts";

/** What the lines of a manifest tell together; its size does not depend on their number. */
export interface ManifestStatistics {
  readonly samples: number;
  /** Versions of SyntheX that made them. */
  readonly versions: readonly string[];
  readonly simulators: ReadonlyMap<string, number>;
  /** Standard views by name, as they were drawn. */
  readonly views: ReadonlyMap<string, number>;
  readonly subjects: ReadonlyMap<string, SubjectStatistics>;
  readonly structures: readonly StructureStatistics[];
  readonly landmarks: readonly LandmarkStatistics[];
  readonly instruments: readonly InstrumentStatistics[];
  /** Where the panel stood, of an even selection of samples. */
  readonly directions: readonly { readonly laoDeg: number; readonly craDeg: number }[];
  /** Numbers of the view, the beam and the variation of the patient, by their paths. */
  readonly drawn: Readonly<Record<DrawnGroup, ReadonlyMap<string, NumberSummary>>>;
  /** Views that each constraint refused, in the recipe's order. */
  readonly rejections: readonly number[];
  /** Views drawn for one sample, the accepted one included. */
  readonly attempts: NumberSummary;
}

export interface SubjectStatistics {
  readonly samples: number;
  /** More than one is a leak. */
  readonly splits: ReadonlyMap<string, number>;
}

export interface StructureStatistics {
  readonly name: string;
  /** Samples without a pixel of it. */
  readonly absent: number;
  /** Share of the picture that it covers, where it is present. */
  readonly share: NumberSummary;
}

export interface LandmarkStatistics {
  readonly name: string;
  readonly visible: number;
  readonly outside: number;
  readonly behindSource: number;
  /** Samples without the instrument that it is a keypoint of. */
  readonly absent: number;
  /** How often it fell on each cell of the picture, `PLACE_CELLS` a side, row by row. */
  readonly places: Uint32Array;
}

export interface InstrumentStatistics {
  readonly name: string;
  /** Samples that have it. */
  readonly present: number;
  /** Samples in which any of it is in the picture. */
  readonly visible: number;
  /** Share of the picture that it covers, where it is visible. */
  readonly share: NumberSummary;
  /** Samples in which its base and its tip are in the picture; and in which another instrument lies over its tip. */
  readonly bothEnds: number;
  readonly tipHidden: number;
}

export const PLACE_CELLS = 48;
export type DrawnGroup = "view" | "beam" | "instruments" | "variation";

const MOST_DIRECTIONS = 2000;
/** A manifest from elsewhere must not make the report grow without end. */
const MOST_NAMES = 500;

export interface ManifestTally {
  add(line: ManifestLine): void;
  statistics(): ManifestStatistics;
}

/** Gathers the statistics of a manifest line by line. */
export function manifestTally(): ManifestTally {
  let samples = 0;
  const versions = new Set<string>();
  const simulators = new Map<string, number>();
  const views = new Map<string, number>();
  const subjects = new Map<string, { samples: number; splits: Map<string, number> }>();
  const structures = new Map<string, { present: number; share: NumberTally }>();
  const landmarks = new Map<
    string,
    { visible: number; outside: number; behind: number; absent: number; places: Uint32Array }
  >();
  const instruments = new Map<
    string,
    { present: number; visible: number; share: NumberTally; bothEnds: number; tipHidden: number }
  >();
  const directions = evenlyKept<{ laoDeg: number; craDeg: number }>(MOST_DIRECTIONS);
  const drawn = {
    view: new Map(),
    beam: new Map(),
    instruments: new Map(),
    variation: new Map(),
  } as Record<DrawnGroup, Map<string, NumberTally>>;
  const rejections: number[] = [];
  const attempts = numberTally();

  return {
    add(line) {
      samples++;
      const recorded = line as RecordedFields;
      const { version, structures: areas, landmarks: points, variation } = recorded;
      if (typeof version === "string" && versions.size < MOST_NAMES) versions.add(version);
      count(simulators, line.scene.simulator);
      count(views, line.view.view);

      const subject = entry(subjects, line.subject, () => ({ samples: 0, splits: new Map() }));
      if (subject) {
        subject.samples++;
        count(subject.splits, line.split);
      }

      const { widthPx, heightPx } = pictureSize(line);
      for (const { name, areaPx } of areas ?? []) {
        const structure = entry(structures, name, () => ({ present: 0, share: numberTally() }));
        if (!structure || !(areaPx > 0)) continue;
        structure.present++;
        structure.share.add(areaPx / (widthPx * heightPx));
      }
      for (const { name, status, pixel } of points ?? []) {
        const landmark = entry(landmarks, name, () => ({
          visible: 0,
          outside: 0,
          behind: 0,
          absent: 0,
          places: new Uint32Array(PLACE_CELLS ** 2),
        }));
        if (!landmark) continue;
        if (status === "outside") landmark.outside++;
        else if (status === "absent") landmark.absent++;
        else if (status !== "visible") landmark.behind++;
        else {
          landmark.visible++;
          if (!pixel) continue;
          const cell = (place: number, size: number): number =>
            Math.min(Math.max(Math.floor(((place + 0.5) / size) * PLACE_CELLS), 0), PLACE_CELLS - 1);
          landmark.places[cell(pixel[1], heightPx) * PLACE_CELLS + cell(pixel[0], widthPx)]++;
        }
      }

      for (const tool of recorded.instruments ?? []) {
        const known = entry(instruments, tool.name, () => ({
          present: 0,
          visible: 0,
          share: numberTally(),
          bothEnds: 0,
          tipHidden: 0,
        }));
        if (!known || !tool.isPresent) continue;
        known.present++;
        const areaPx = areas?.find(({ name }) => name === tool.structures[0])?.areaPx ?? 0;
        if (areaPx > 0) {
          known.visible++;
          known.share.add(areaPx / (widthPx * heightPx));
        }
        const [base, tip] = ["base", "tip"].map((end) => {
          const landmark = tool.keypoints.find(({ name }) => name === end)?.landmark;
          return points?.find(({ name }) => name === landmark);
        });
        if (base?.status === "visible" && tip?.status === "visible") known.bothEnds++;
        if ((tip?.hiddenBy?.length ?? 0) > 0) known.tipHidden++;
      }

      const { laoDeg, craDeg } = line.view;
      if (typeof laoDeg === "number" && typeof craDeg === "number") directions.add({ laoDeg, craDeg });
      for (const [group, part] of [
        ["view", line.view],
        ["beam", line.scene.beam],
        ["instruments", parametersByName(line.scene.instruments)],
        ["variation", variation],
      ] as const)
        for (const { path, value } of drawnNumbers(part)) entry(drawn[group], path, numberTally)?.add(value);

      line.rejections.forEach((refused, constraint) => {
        rejections[constraint] = (rejections[constraint] ?? 0) + refused;
      });
      attempts.add(1 + line.rejections.reduce((sum, refused) => sum + refused, 0));
    },
    statistics: () => ({
      samples,
      versions: [...versions],
      simulators,
      views,
      subjects,
      structures: [...structures].map(([name, { present, share }]) => ({
        name,
        absent: samples - present,
        share: share.summary(),
      })),
      landmarks: [...landmarks].map(([name, { visible, outside, behind, absent, places }]) => ({
        name,
        visible,
        outside,
        behindSource: behind,
        absent,
        places,
      })),
      instruments: [...instruments].map(([name, { share, ...counts }]) => ({
        name,
        ...counts,
        share: share.summary(),
      })),
      directions: directions.items,
      drawn: {
        view: summaries(drawn.view),
        beam: summaries(drawn.beam),
        instruments: summaries(drawn.instruments),
        variation: summaries(drawn.variation),
      },
      rejections,
      attempts: attempts.summary(),
    }),
  };
}

/** Fields of a manifest line that its schema leaves open. */
interface RecordedFields {
  readonly version?: string;
  readonly picture?: { readonly widthPx: number; readonly heightPx: number };
  readonly structures?: readonly { readonly name: string; readonly areaPx: number }[];
  readonly landmarks?: readonly {
    readonly name: string;
    readonly status: string;
    readonly pixel?: readonly [number, number] | null;
    readonly hiddenBy?: readonly string[];
  }[];
  readonly instruments?: readonly {
    readonly name: string;
    readonly isPresent: boolean;
    readonly structures: readonly string[];
    readonly keypoints: readonly { readonly name: string; readonly landmark: string }[];
  }[];
  readonly variation?: object;
}

/** Parameters of the instruments that are there: `{ screw: { lengthMm: 80 } }`. */
function parametersByName(instruments: unknown): unknown {
  if (!Array.isArray(instruments)) return undefined;
  const present = instruments as readonly { name?: string; parameters?: object; absent?: true }[];
  return Object.fromEntries(
    present.flatMap(({ name, parameters, absent }) =>
      name === undefined || absent ? [] : [[name, parameters ?? {}]],
    ),
  );
}

/** Of the picture as written, which processing may have made smaller than the scene's. */
export function pictureSize(line: ManifestLine): { widthPx: number; heightPx: number } {
  const { picture = line.scene } = line as RecordedFields & Pick<ManifestLine, "scene">;
  return { widthPx: Number(picture.widthPx), heightPx: Number(picture.heightPx) };
}

function entry<Value>(map: Map<string, Value>, name: string, make: () => Value): Value | undefined {
  const known = map.get(name);
  if (known !== undefined || map.size >= MOST_NAMES) return known;
  const made = make();
  map.set(name, made);
  return made;
}

function count(map: Map<string, number>, name: unknown): void {
  if (typeof name !== "string" || (map.size >= MOST_NAMES && !map.has(name))) return;
  map.set(name, (map.get(name) ?? 0) + 1);
}

const summaries = (tallies: ReadonlyMap<string, NumberTally>): Map<string, NumberSummary> =>
  new Map([...tallies].map(([name, tally]) => [name, tally.summary()]));
