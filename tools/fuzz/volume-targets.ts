import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { InputError } from "../../src/error/input-error.ts";
import type { Grid } from "../../src/geometry/grid.ts";
import { nodeInflate } from "../../src/node/inflate.ts";
import type { RandomStream } from "../../src/random/random-stream.ts";
import { streamInflate } from "../../src/volume/inflate.ts";
import { inspect } from "../../src/volume/inspection/inspect.ts";
import { readLabelMap, readVolume } from "../../src/volume/read-volume.ts";
import type { Volume } from "../../src/volume/volume.ts";
import { mutateBytes, mutateHeaderFile, pick } from "./mutate.ts";
import { type FuzzInput, type FuzzTarget, must } from "./target.ts";

const folder = new URL("../../test/fixtures/volume/", import.meta.url);

const fixtures: readonly FuzzInput["files"][number][] = readdirSync(folder).map((name) => ({
  name,
  bytes: new Uint8Array(readFileSync(new URL(name, folder))),
}));
type File = FuzzInput["files"][number];
const named = (pattern: RegExp): File[] => fixtures.filter(({ name }) => pattern.test(name));

const siblingIn =
  (files: readonly File[]) =>
  async (name: string): Promise<Uint8Array> => {
    const file = files.slice(1).find((candidate) => candidate.name === name);
    if (!file) throw new InputError("file-unreadable", `there is no file beside it of that name`);
    return file.bytes;
  };

function mustBeGrid({ shape, lpsFromVoxel }: Grid, length: number): void {
  must(
    shape.every((n) => Number.isInteger(n) && n > 0),
    `a shape of ${shape.join(" × ")}`,
  );
  must(shape[0] * shape[1] * shape[2] === length, `${length} values for ${shape.join(" × ")} voxels`);
  must(lpsFromVoxel.matrix.every(Number.isFinite), "an affine that is not finite");
}

/** A CT must be finite throughout, whatever its file says, and the input doctor must have an answer to it. */
export function mustBeVolume({ grid, values }: Volume): void {
  mustBeGrid(grid, values.length);
  must(values.every(Number.isFinite), "a voxel that is not finite");
}

async function takeVolume({ files }: FuzzInput): Promise<number> {
  const [{ name, bytes }] = files;
  // Both ways to inflate, one case in two each.
  const inflate = bytes.length % 2 === 0 ? nodeInflate : streamInflate;
  const options = { name, inflate, sibling: siblingIn(files) };
  const ct = await readVolume(bytes, options);
  mustBeVolume(ct);
  const report = inspect(ct);
  must(
    report.findings.every(({ message }) => !/NaN|undefined/.test(message)),
    `a finding with a hole: ${JSON.stringify(report.findings)}`,
  );
  must(
    report.huRange.every(Number.isFinite) && report.spacingMm.every((mm) => mm > 0),
    "a report with a hole",
  );
  return ct.values.byteLength;
}

async function takeLabelMap({ files }: FuzzInput): Promise<number> {
  const [{ name, bytes }] = files;
  const options = { name, inflate: nodeInflate, sibling: siblingIn(files) };
  const { grid, labels, names } = await readLabelMap(bytes, options);
  mustBeGrid(grid, labels.length);
  must(
    [...names].every(([label, title]) => Number.isInteger(label) && typeof title === "string"),
    "a label without number or name",
  );
  return labels.byteLength;
}

type Mutate = (file: File, random: RandomStream, other: File) => Uint8Array;

function volumeTarget(
  name: string,
  files: readonly File[],
  mutate: Mutate,
  take: FuzzTarget["take"],
): FuzzTarget {
  return {
    name,
    take,
    make: (random) => {
      const file = pick(files, random);
      const bytes = mutate(file, random, pick(files, random));
      const data = file.name.replace(/\.(nhdr|mhd)$/, ".");
      const siblings = fixtures
        .filter((other) => other.name.startsWith(data) && other.name !== file.name && data !== file.name)
        .map((other) => ({
          name: other.name,
          bytes: random.uniform() < 0.3 ? mutateBytes(other.bytes, random, other.bytes) : other.bytes,
        }));
      return { files: [{ name: file.name, bytes }, ...siblings] };
    },
  };
}

/** Compressed files are changed before compression half of the time, so that the change gets past the checksum. */
const mutateNifti: Mutate = ({ name, bytes }, random, other) => {
  const isCompressed = name.endsWith(".gz");
  if (!isCompressed || random.uniform() < 0.5) return mutateBytes(bytes, random, other.bytes);
  const inner = mutateBytes(gunzipSync(bytes), random, plain(other));
  return Uint8Array.from(gzipSync(inner, { level: 1 }));
};

const plain = ({ name, bytes }: File): Uint8Array =>
  name.endsWith(".nii.gz") && !name.startsWith("bad") ? gunzipSync(bytes) : bytes;

const mutateHeader =
  (end: RegExp): Mutate =>
  ({ bytes }, random, other) =>
    mutateHeaderFile(bytes, random, other.bytes, end);

const NRRD_HEADER = /\r?\n\r?\n/;
const META_HEADER = /ElementDataFile[^\n]*\n/;

export const volumeTargets: readonly FuzzTarget[] = [
  volumeTarget("nifti", named(/\.(nii|nii\.gz)$/), mutateNifti, takeVolume),
  volumeTarget("nrrd", named(/\.(nrrd|nhdr)$/), mutateHeader(NRRD_HEADER), takeVolume),
  volumeTarget("segmentation-nrrd", named(/\.seg\.nrrd$/), mutateHeader(NRRD_HEADER), takeLabelMap),
  volumeTarget("metaimage", named(/\.(mha|mhd)$/), mutateHeader(META_HEADER), takeVolume),
  volumeTarget(
    "label-map",
    named(/(labels|uint8|uint16|int8)\.(nii|mha)$/),
    ({ name, bytes }, random, other) =>
      name.endsWith(".mha")
        ? mutateHeaderFile(bytes, random, other.bytes, META_HEADER)
        : mutateBytes(bytes, random, other.bytes),
    takeLabelMap,
  ),
];
