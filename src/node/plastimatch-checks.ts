import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cArmCamera } from "../geometry/c-arm.ts";
import { centreLps, spacingMm } from "../geometry/grid.ts";
import { applyToPoint, transform } from "../geometry/transform.ts";
import type { Vector3 } from "../geometry/vector.ts";
import { linearAttenuationField } from "../material/linear-attenuation-field.ts";
import type { Projector } from "../projector/projector.ts";
import { type Check, check } from "../validation/check.ts";
import type { Volume } from "../volume/volume.ts";
import { writeMetaImage } from "../volume/write-meta-image.ts";
import { demoCtPath } from "./demo-data.ts";
import { readCt } from "./read-anatomy.ts";

const run = promisify(execFile);

const SIZE_PX = 256;
const PANEL_MM = 400;
const SOURCE_TO_AXIS_MM = 1000;
const SOURCE_TO_IMAGE_MM = 1500;

/**
 * Our naive line integral against `plastimatch drr -i uniform`, which interpolates as we do, on the CTs of the package. (Its `exact` mode
 * sees voxels as boxes: on the 3 mm pelvis that alone costs 0.002 of correlation.)
 */
export async function plastimatchChecks(
  projector: Projector,
  skip: (reason: string) => void,
): Promise<Check[]> {
  try {
    await run("plastimatch", ["--version"]);
  } catch {
    skip("plastimatch is not installed (apt-get install plastimatch): its comparison is left out");
    return [];
  }
  const checks: Check[] = [];
  for (const anatomy of ["pelvis", "chest"] as const) {
    const ct = withoutThinAir((await readCt(demoCtPath(anatomy))).ct);
    for (const laoDeg of [180, 215]) {
      const theirs = await plastimatchDrr(ct, laoDeg);
      const ours = await ourDrr(projector, ct, laoDeg);
      checks.push(
        check({
          law: `line integrals of the demo ${anatomy}, panel at ${laoDeg}°: correlation with plastimatch drr`,
          source: "plastimatch drr -i uniform, non-air pixels, one fitted scale",
          published: 1,
          ours: correlation(ours, theirs),
          bound: 0.001,
        }),
      );
    }
  }
  return checks;
}

/** Unit vector from the panel to the source: plastimatch calls it the normal of the detector. */
const towardsSource = (laoDeg: number): Vector3 => {
  const angle = (laoDeg * Math.PI) / 180;
  return [-Math.sin(angle), Math.cos(angle), 0];
};

async function plastimatchDrr(ct: Volume, laoDeg: number): Promise<Float32Array> {
  const folder = await mkdtemp(join(tmpdir(), "synthex-"));
  try {
    const input = join(folder, "ct.mha");
    await writeFile(input, writeMetaImage(alongLps(ct)));
    const options: Readonly<Record<string, string>> = {
      "-i": "uniform",
      "-t": "pfm",
      "-r": `${SIZE_PX} ${SIZE_PX}`,
      "-z": `${PANEL_MM} ${PANEL_MM}`,
      "--sad": String(SOURCE_TO_AXIS_MM),
      "--sid": String(SOURCE_TO_IMAGE_MM),
      "-o": centreLps(ct.grid).join(" "),
      "--nrm": towardsSource(laoDeg).join(" "),
      "--vup": "0 0 1",
      "-O": join(folder, "drr"),
    };
    await run("plastimatch", ["drr", ...Object.entries(options).flat(), input]);
    const pfm = await readFile(join(folder, "drr0000.pfm"));
    // Header of three lines, then float32 rows.
    return new Float32Array(Uint8Array.from(pfm.subarray(pfm.length - 4 * SIZE_PX * SIZE_PX)).buffer);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** plastimatch takes everything up to −800 HU for nothing; so that both see the same matter, it is air for both. */
function withoutThinAir(ct: Volume): Volume {
  return { ...ct, values: Int16Array.from(ct.values, (hu) => (hu <= -800 ? -1000 : hu)) };
}

/** plastimatch drr takes the array axes for L, P and S: axes that run the other way are turned round. */
function alongLps({ grid, values }: Volume): Volume {
  const [ni, nj, nk] = grid.shape;
  const m = grid.lpsFromVoxel.matrix;
  const turned = [m[0] < 0, m[5] < 0, m[10] < 0];
  const at = (index: number, axis: 0 | 1 | 2) => (turned[axis] ? grid.shape[axis] - 1 - index : index);
  const hu = new Int16Array(values.length);
  for (let k = 0, n = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++, n++) hu[n] = values[(at(k, 2) * nj + at(j, 1)) * ni + at(i, 0)];
  const first = applyToPoint(grid.lpsFromVoxel, [at(0, 0), at(0, 1), at(0, 2)]);
  const [x, y, z] = spacingMm(grid);
  const matrix = [x, 0, 0, first[0], 0, y, 0, first[1], 0, 0, z, first[2], 0, 0, 0, 1];
  return { quantity: "HU", grid: { ...grid, lpsFromVoxel: transform("lps", "voxel", matrix) }, values: hu };
}

async function ourDrr(projector: Projector, ct: Volume, laoDeg: number): Promise<Float32Array> {
  const field = await projector.load(linearAttenuationField(ct, "naive", projector.allocate));
  const { values } = await field.integrate(
    cArmCamera({
      device: {
        id: "plastimatch",
        name: "panel of the comparison",
        widthPx: SIZE_PX,
        heightPx: SIZE_PX,
        pixelPitchMm: PANEL_MM / SIZE_PX,
        sourceToDetectorMm: SOURCE_TO_IMAGE_MM,
        sourceToIsocentreMm: SOURCE_TO_AXIS_MM,
        source: "",
      },
      angles: { laoDeg, craDeg: 0, rollDeg: 0 },
      isocentreLps: centreLps(ct.grid),
    }),
  );
  await field.release();
  return values;
}

/** Pearson's correlation over the pixels where the other image is not air; a scale between the two does not matter. */
function correlation(ours: Float32Array, theirs: Float32Array): number {
  const peak = theirs.reduce((largest, value) => Math.max(largest, value), 0);
  const pixels = Array.from(theirs.keys()).filter((n) => theirs[n] > 0.01 * peak);
  const mean = (values: Float32Array) => pixels.reduce((sum, n) => sum + values[n], 0) / pixels.length;
  const [meanOurs, meanTheirs] = [mean(ours), mean(theirs)];
  let [both, squareOurs, squareTheirs] = [0, 0, 0];
  for (const n of pixels) {
    const [a, b] = [ours[n] - meanOurs, theirs[n] - meanTheirs];
    both += a * b;
    squareOurs += a * a;
    squareTheirs += b * b;
  }
  return both / Math.sqrt(squareOurs * squareTheirs);
}
