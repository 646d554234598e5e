import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeDicom, writeDicom } from "../../src/node/write-dicom.ts";
import { parseScene, type Scene, type SceneInput } from "../../src/scene/scene.ts";
import { sceneRecord } from "../../src/scene/scene-record.ts";
import type { Simulation } from "../../src/scene/simulate.ts";
import { openDicom } from "../../src/volume/dicom/open-dicom.ts";
import { ballInAir, simulated } from "../scene/phantoms.ts";

const ct = ballInAir({ shape: [40, 40, 40], voxelMm: 4, centreLps: [20, 0, 30], radiusMm: 40, hu: 300 });

interface Shot {
  readonly scene: Scene;
  readonly simulation: Simulation;
}

async function shot(more: Omit<SceneInput, "ct">): Promise<Shot> {
  const scene = parseScene({ ct: { path: "phantom.nii", sha256: "ab".repeat(32) }, sizePx: 48, ...more });
  const { ct: _, ...rest } = scene;
  return { scene, simulation: await simulated({ ct }, rest) };
}

async function attributes({ scene, simulation }: Shot) {
  const file = await openDicom(await encodeDicom(scene, simulation), "radiograph.dcm");
  if (!file) throw new TypeError("not DICOM");
  return file.dataSet;
}

const dciodvfy = (path: string) => spawnSync("dciodvfy", [path], { encoding: "utf8" });
const hasValidator = dciodvfy("-version").error === undefined;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "synthex-dicom-"))));
afterAll(() => rm(folder, { recursive: true }));

const kinds: [string, Omit<SceneInput, "ct">][] = (["cios-fusion", "radiography-43"] as const).flatMap(
  (device) =>
    (["realistic", "naive"] as const).flatMap((simulator) =>
      (["log", "raw", "paper"] as const).map((processing): [string, Omit<SceneInput, "ct">] => [
        `${device} ${simulator} ${processing}`,
        { device, simulator, processing },
      ]),
    ),
);

describe.skipIf(!hasValidator)("dciodvfy (dicom3tools) finds no error in", () => {
  it.each(kinds)("%s", async (_, options) => {
    const { scene, simulation } = await shot(options);
    await writeDicom(folder, scene, simulation);
    const { stderr, stdout } = dciodvfy(join(folder, "radiograph.dcm"));
    const report = stdout + stderr;
    expect(report).toMatch(options.device === "cios-fusion" ? /^XAImage$/m : /^DXImageForPresentation$/m);
    expect(report.split("\n").filter((line) => line.startsWith("Error"))).toEqual([]);
    expect(await readdir(folder)).toEqual(["radiograph.dcm"]);
  });
});

describe("the written image", () => {
  it("holds the pixels of radiograph.png, row by row, 0 shown black", async () => {
    const made = await shot({ view: "AP" });
    const dataSet = await attributes(made);
    const stored = dataSet.pixelData()?.bytes ?? new Uint8Array(0);
    const { pixels, camera } = made.simulation.picture;
    expect(stored).toHaveLength(2 * pixels.length);
    const view = new DataView(stored.buffer, stored.byteOffset);
    expect(Array.from(pixels.keys(), (n) => view.getUint16(2 * n, true))).toEqual(Array.from(pixels));
    expect(dataSet.text(0x00280004)).toBe("MONOCHROME2");
    expect([dataSet.uint16(0x00280010), dataSet.uint16(0x00280011)]).toEqual([
      camera.heightPx,
      camera.widthPx,
    ]);
    expect([dataSet.decimals(0x00281050), dataSet.decimals(0x00281051)]).toEqual([[32768], [65536]]);
  });

  it("tells distances, pixels, kilovolts and charge of the exposure", async () => {
    const made = await shot({ beam: { kv: 90, mas: 3.2 }, sourceToIsocentreMm: 650 });
    const dataSet = await attributes(made);
    expect(dataSet.decimals(0x00181110)).toEqual([1020]);
    expect(dataSet.decimals(0x00181111)).toEqual([650]);
    // 1536 pixels of 0.194 mm in 48.
    expect(dataSet.decimals(0x00181164)).toEqual([6.208, 6.208]);
    expect(dataSet.decimals(0x00180060)).toEqual([90]);
    expect(dataSet.decimals(0x00181153)).toEqual([3200]);
    expect(dataSet.text(0x00100010)).toBe("SYNTHEX^SIMULATED");
    expect(dataSet.text(0x00082111)).toContain("Simulated");
  });

  it.each([
    [{ view: "PA" }, 0, 0, ["L", "F"]],
    [{ view: "AP" }, 180, 0, ["L", "F"]],
    [{ view: "left-lateral" }, 90, 0, ["P", "F"]],
    [{ view: "right-lateral" }, -90, 0, ["A", "F"]],
    // Up in the picture is (−sin a sin c, cos a sin c, cos c) = (0.17, −0.30, 0.94): down leans to the back by 17°.
    [{ laoDeg: 30, craDeg: -20 }, 30, -20, ["LP", "FP"]],
    [{ view: "PA", rollDeg: 90 }, 0, 0, ["F", "R"]],
    // Past the head and 10° behind it; up is (−0.17, 0.97, −0.17), so down is the front.
    [{ laoDeg: 10, craDeg: 100 }, -170, 80, ["L", "A"]],
  ] as const)("%o stands at the positioner angles %d and %d", async (view, primary, secondary, sides) => {
    const made = await shot({ ...view, simulator: "naive" });
    const dataSet = await attributes(made);
    const angle = dataSet.decimals(0x00181510)?.[0] ?? Number.NaN;
    // −180° and 180° are one direction.
    expect(Math.cos(((angle - primary) * Math.PI) / 180)).toBeCloseTo(1, 12);
    expect(dataSet.decimals(0x00181511)?.[0]).toBeCloseTo(secondary, 6);
    expect(dataSet.texts(0x00200020)).toEqual(sides);
  });

  it("is the same, bytes and identifiers, for the same scene, wherever its files lie; another scene has others", async () => {
    const first = await shot({ seed: 1 });
    const bytes = await encodeDicom(first.scene, first.simulation);
    const record = sceneRecord(first.scene, first.simulation);
    const moved: Scene = { ...record, ct: { ...record.ct, path: "elsewhere/phantom.nii" } };
    const { ct: _, ...rest } = moved;
    const again = { scene: moved, simulation: await simulated({ ct }, rest) };
    expect(Buffer.compare(await encodeDicom(again.scene, again.simulation), bytes)).toBe(0);
    const [a, b] = await Promise.all([attributes(first), attributes(await shot({ seed: 2 }))]);
    const [study, series, instance] = [0x0020000d, 0x0020000e, 0x00080018];
    for (const tag of [study, series, instance]) expect(a.text(tag)).toMatch(/^2\.25\.[1-9]\d{20,38}$/);
    expect(b.text(study)).toBe(a.text(study));
    expect(b.text(series)).not.toBe(a.text(series));
    expect(b.text(instance)).not.toBe(a.text(instance));
  });

  it("is itself refused as a CT, with the reason", async () => {
    const { readDicomSeries } = await import("../../src/volume/dicom/read-dicom-series.ts");
    const { scene, simulation } = await shot({ simulator: "naive" });
    await writeDicom(folder, scene, simulation);
    const bytes = await readFile(join(folder, "radiograph.dcm"));
    await expect(readDicomSeries([{ name: "radiograph.dcm", bytes }])).rejects.toThrow(
      /pictures without a position/,
    );
  });
});
