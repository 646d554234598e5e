import { resolve } from "node:path";
import { spectrumFromTable } from "../beam/spectrum-from-table.ts";
import { InputError } from "../error/input-error.ts";
import { readCt, readLabels, readLandmarkFile } from "../node/read-anatomy.ts";
import { chooseProjector } from "../node/choose-projector.ts";
import { makeOutputFolder } from "../node/make-output-folder.ts";
import { readSpectrumFile } from "../node/read-spectrum-file.ts";
import { readSourceFile, type SourceFile } from "../node/source-file.ts";
import { writeSimulation } from "../node/write-simulation.ts";
import { filesOf, type Instrument, type InstrumentInput, withFiles } from "../scene/instrument-schema.ts";
import { openPatient, type Patient } from "../scene/patient.ts";
import { parseScene, type Scene, type SceneInput } from "../scene/scene.ts";
import { withMovableCamera } from "../scene/scene-record.ts";
import { simulate } from "../scene/simulate.ts";
import type { Finding } from "../volume/finding.ts";
import { withAssumedLabelNames } from "../volume/inspection/assumed-label-names.ts";
import { hounsfieldScaleError } from "../volume/inspection/hounsfield-findings.ts";
import type { LabelMap } from "../volume/label-map.ts";
import { labelsOnGrid } from "../volume/labels-on-grid.ts";
import type { Volume } from "../volume/volume.ts";
import { printJson } from "./failure.ts";
import { readScene } from "./read-scene.ts";

export interface SimulateOptions {
  readonly ct?: string;
  readonly labels?: string;
  readonly labelNames?: string;
  readonly landmarks?: string;
  readonly device?: string;
  readonly view?: string;
  readonly lao?: number;
  readonly cra?: number;
  readonly roll?: number;
  readonly rotation?: [number, number, number][];
  readonly isocentre?: [number, number, number] | string;
  readonly sourceToIsocentre?: number;
  readonly size?: number;
  readonly simulator?: "naive" | "heuristic" | "realistic";
  readonly materials?: "threshold" | "tissue" | "labels";
  readonly labelMaterial?: Record<string, string>;
  readonly kv?: number;
  readonly mas?: number;
  readonly filter?: { material: string; thicknessMm: number }[];
  readonly spectrum?: string;
  readonly noise: boolean;
  readonly seed?: number;
  readonly quantity?: "radiograph" | "area-density" | "line-integral";
  readonly processing?: "log" | "raw" | "paper";
  readonly structures?: string;
  readonly thickness?: boolean;
  readonly instrument?: InstrumentInput[];
  readonly instrumentUnit?: NonNullable<InstrumentInput["unit"]>;
  readonly format: "png" | "dcm";
  readonly projector: "auto" | "wasm" | "webgpu" | "reference";
  readonly out: string;
  readonly json?: boolean;
}

export async function simulateCommand(
  scenePath: string | undefined,
  options: SimulateOptions,
): Promise<void> {
  const started = performance.now();
  const asked = withOptions(scenePath === undefined ? undefined : await readScene(scenePath), options);
  const scene = options.spectrum === undefined ? asked : await withSpectrum(asked, options.spectrum);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  await makeOutputFolder(options.out);

  const { ct, source, findings } = await readCt(scene.ct.path);
  checkHash(source, scene.ct.sha256);
  const given = scene.labels && (await readLabels(scene.labels.path, scene.labelNames?.path));
  if (given) checkHash(given.source, scene.labels?.sha256);
  if (given?.namesSource) checkHash(given.namesSource, scene.labelNames?.sha256);
  const points = scene.landmarks && (await readLandmarkFile(scene.landmarks.path));
  if (points) checkHash(points.source, scene.landmarks?.sha256);

  const meshes = await readMeshes(scene);

  const onGrid = given && labelsOnGrid(given.labelMap, ct.grid);
  const labelMap = onGrid && withAssumedLabelNames(onGrid.labelMap, ct);
  const projector = await chooseProjector(options.projector);
  let patient: Patient | undefined;
  try {
    patient = openPatient(
      { ct, landmarks: points?.landmarks ?? [], ...(labelMap ? { labelMap } : {}) },
      projector,
    );
    const simulation = await simulate(patient, scene, meshes.files);
    const recorded: Scene = {
      ...scene,
      ct: recordOf(source),
      ...(given ? { labels: recordOf(given.source) } : {}),
      ...(given?.namesSource ? { labelNames: recordOf(given.namesSource) } : {}),
      ...(points ? { landmarks: recordOf(points.source) } : {}),
      ...(scene.instruments ? { instruments: scene.instruments.map((one) => meshes.record(one)) } : {}),
    };
    const files = await writeSimulation(options.out, recorded, simulation);
    if (options.format === "dcm")
      files.push(
        await (await import("../node/write-dicom.ts")).writeDicom(options.out, recorded, simulation),
      );
    const all: Finding[] = [
      ...findings,
      ...aboutInput(ct, scene, labelMap),
      ...(onGrid?.findings ?? []),
      ...simulation.findings,
    ];
    for (const { severity, message } of all) say(`${severity}: ${message}`);
    const { camera } = simulation.picture;
    const seconds = (performance.now() - started) / 1000;
    if (options.json)
      printJson({
        out: resolve(options.out),
        files,
        widthPx: camera.widthPx,
        heightPx: camera.heightPx,
        projector: projector.name,
        ...(simulation.exposure ? { exposure: simulation.exposure } : {}),
        structures: simulation.labels?.structures.length ?? 0,
        landmarks: simulation.labels?.landmarks.length ?? 0,
        findings: all,
        seconds,
      });
    else
      console.log(
        `${files.length} files in ${options.out} (${camera.widthPx} × ${camera.heightPx} pixels, ${seconds.toFixed(1)} s): look at overlay.png`,
      );
  } finally {
    await patient?.release();
    await projector.close();
  }
}

/** What makes a wrong picture, or fewer files than were asked for, although nothing in the exposure is wrong. */
function aboutInput(ct: Volume, scene: Scene, labelMap: LabelMap | undefined): Finding[] {
  const scale = hounsfieldScaleError(ct);
  const findings = scale ? [scale] : [];
  if (!labelMap && (scene.structures !== "all" || scene.thickness))
    findings.push({
      code: "structures-without-labels",
      severity: "warning",
      message: `${scene.structures === "all" ? "thickness was" : "structures were"} asked for, but there is no label map, so there are no masks; give --labels FILE`,
    });
  if (scene.materials.byLabel && scene.materials.rule !== "labels")
    findings.push({
      code: "label-materials-unused",
      severity: "warning",
      message: `the rule ${scene.materials.rule} does not use the materials of labels; give --materials labels`,
    });
  return findings;
}

/** Options of the command line over those of the scene file. */
function withOptions(fromFile: Scene | undefined, options: SimulateOptions): Scene {
  if (!fromFile && options.ct === undefined)
    throw new InputError("ct-missing", "no CT is given", {
      remedy: "give --ct PATH, or a scene file that names one",
    });
  const angled =
    options.lao !== undefined ||
    options.cra !== undefined ||
    options.view !== undefined ||
    options.rotation !== undefined;
  const moves =
    angled ||
    options.roll !== undefined ||
    options.isocentre !== undefined ||
    options.sourceToIsocentre !== undefined ||
    options.size !== undefined ||
    options.device !== undefined;
  const base = fromFile && moves ? withMovableCamera(fromFile, options.device) : fromFile;
  const { laoDeg, craDeg, rollDeg, view, cameraFromLps, ...rest } = base ?? {
    laoDeg: undefined,
    craDeg: undefined,
    rollDeg: undefined,
    view: undefined,
    cameraFromLps: undefined,
  };
  // A new view replaces the old one as a whole.
  const oldView =
    options.view !== undefined || options.rotation !== undefined
      ? {}
      : { laoDeg, craDeg, view, cameraFromLps };
  const structures = options.structures === undefined ? undefined : structureOption(options.structures);
  const overrides: Partial<SceneInput> = {
    ...oldView,
    ...(options.rotation === undefined ? { rollDeg } : {}),
    ...defined({
      ct: options.ct,
      labels: options.labels,
      labelNames: options.labelNames,
      landmarks: options.landmarks,
      device: options.device,
      view: options.view,
      laoDeg: options.lao,
      craDeg: options.cra,
      cameraFromLps: options.rotation as SceneInput["cameraFromLps"],
      isocentre: options.isocentre,
      sourceToIsocentreMm: options.sourceToIsocentre,
      sizePx: options.size,
      simulator: options.simulator,
      seed: options.seed,
      quantity: options.quantity,
      processing: options.processing,
      structures,
      thickness: options.thickness,
      instruments: options.instrument?.map((instrument) =>
        instrument.mesh === undefined || instrument.unit !== undefined
          ? instrument
          : { ...instrument, ...defined({ unit: options.instrumentUnit }) },
      ),
    }),
    ...defined({ rollDeg: options.roll }),
    ...(options.noise ? {} : { noise: false }),
  };
  const beam = { ...base?.beam, ...defined({ kv: options.kv, mas: options.mas, filters: options.filter }) };
  const rule = options.materials ?? (options.labelMaterial ? "labels" : undefined);
  const byLabel = options.labelMaterial && { ...base?.materials.byLabel, ...options.labelMaterial };
  const materials = { ...base?.materials, ...defined({ rule, byLabel }) };
  return parseScene({ ...rest, ...defined(overrides), beam, materials });
}

/** The table goes into the scene, so that its record stands alone. */
async function withSpectrum(scene: Scene, path: string): Promise<Scene> {
  const { energyKeV, photons } = await readSpectrumFile(path);
  const { kv } = spectrumFromTable({ energyKeV, photons });
  return parseScene({
    ...scene,
    beam: {
      ...scene.beam,
      kv: Math.min(150, Math.max(40, Math.round(kv))),
      spectrum: { energyKeV: Array.from(energyKeV), photons: Array.from(photons) },
    },
  });
}

function structureOption(text: string): SceneInput["structures"] {
  if (text === "all" || text === "hip" || text === "chest") return text;
  return text.split(",").map((name) => name.trim());
}

/** Without the entries that are undefined. */
function defined<T extends object>(entries: T): Partial<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The files of the scene's instruments, and instruments with the hashes of theirs. */
async function readMeshes(
  scene: Scene,
): Promise<{ files: Map<string, Uint8Array>; record(instrument: Instrument): Instrument }> {
  const sources = new Map<string, SourceFile>();
  for (const mesh of (scene.instruments ?? []).flatMap(filesOf)) {
    const source = sources.get(mesh.path) ?? (await readSourceFile(mesh.path));
    if (source.isFolder)
      throw new InputError("instrument-folder", `${mesh.path} is a folder; a mesh is one file`);
    checkHash(source, mesh.sha256);
    sources.set(mesh.path, source);
  }
  return {
    files: new Map([...sources].map(([path, { files }]) => [path, files[0].bytes])),
    record: (instrument) =>
      withFiles(instrument, (mesh) => {
        const source = sources.get(mesh.path);
        return source ? recordOf(source) : mesh;
      }),
  };
}

const recordOf = (source: SourceFile): Scene["ct"] => ({ path: source.path, sha256: source.sha256 });

function checkHash(source: SourceFile, expected: string | undefined): void {
  if (expected !== undefined && expected !== source.sha256)
    throw new InputError(
      "file-changed",
      `${source.path} is not the file that the scene was made from (its SHA-256 differs)`,
      {
        remedy: "give the original file, or remove sha256 from the scene to use this one",
      },
    );
}
