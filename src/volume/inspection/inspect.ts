import { sameGrid, spacingMm } from "../../geometry/grid.ts";
import type { Vector3 } from "../../geometry/vector.ts";
import type { Finding } from "../finding.ts";
import type { LabelMap } from "../label-map.ts";
import { orientationCode, orientationWords } from "../orientation.ts";
import type { Volume } from "../volume.ts";
import { couchFindings } from "./couch-findings.ts";
import { fieldOfViewFindings } from "./field-of-view-findings.ts";
import { geometryFindings } from "./geometry-findings.ts";
import { huHistogram } from "./histogram.ts";
import { hounsfieldFindings } from "./hounsfield-findings.ts";
import { labelFindings } from "./label-findings.ts";
import { type LabelStatistics, labelStatistics } from "./label-statistics.ts";
import { sliceFindings } from "./slice-findings.ts";

/** The report of the input doctor. */
export interface Inspection {
  readonly shape: Vector3;
  readonly spacingMm: Vector3;
  /** 4×4, row by row. */
  readonly lpsFromVoxel: number[][];
  readonly orientation: string;
  readonly orientationWords: string;
  readonly huRange: readonly [number, number];
  readonly huMean: number;
  readonly huPercentiles: Readonly<Record<string, number>>;
  readonly labels: readonly LabelStatistics[];
  readonly findings: readonly Finding[];
}

const PERCENTILES = [1, 5, 25, 50, 75, 95, 99];

/** Looks at a CT and its labels as a careful colleague would, before anything is computed from them. */
export function inspect(ct: Volume, labelMap?: LabelMap): Inspection {
  const histogram = huHistogram(ct.values);
  const labels = labelMap ? labelStatistics(labelMap, sameGrid(ct.grid, labelMap.grid) ? ct : undefined) : [];
  const { matrix } = ct.grid.lpsFromVoxel;
  const hounsfield = hounsfieldFindings(ct, histogram);
  const isHounsfield = !hounsfield.some(({ severity }) => severity === "error");
  return {
    shape: ct.grid.shape,
    spacingMm: spacingMm(ct.grid),
    lpsFromVoxel: [0, 4, 8, 12].map((row) => Array.from(matrix.subarray(row, row + 4))),
    orientation: orientationCode(ct.grid),
    orientationWords: orientationWords(ct.grid),
    huRange: [histogram.min, histogram.max],
    huMean: histogram.mean,
    huPercentiles: Object.fromEntries(
      PERCENTILES.map((percent) => [`p${percent}`, histogram.percentile(percent)]),
    ),
    labels,
    findings: [
      ...geometryFindings(ct.grid),
      ...hounsfield,
      ...sliceFindings(ct),
      // On another scale nobody can tell body from air.
      ...(isHounsfield ? [...fieldOfViewFindings(ct), ...couchFindings(ct)] : []),
      ...(labelMap ? labelFindings(ct, labelMap, isHounsfield ? labels : withoutHu(labels)) : []),
    ],
  };
}

const withoutHu = (labels: readonly LabelStatistics[]): LabelStatistics[] =>
  labels.map(({ label, name, voxels, volumeMl, centroidLps }) => ({
    label,
    name,
    voxels,
    volumeMl,
    centroidLps,
  }));
