import { meanEnergyKeV } from "../beam/mean-energy.ts";
import type { Spectrum } from "../beam/spectrum.ts";
import { expose } from "../detector/expose.ts";
import type { Exposure } from "../detector/exposure.ts";
import { detectorModelOfDevice } from "../detector/detector-presets.ts";
import type { Camera } from "../geometry/camera.ts";
import type { Labels } from "../label/labels.ts";
import { locateLandmarks } from "../label/locate-landmarks.ts";
import type { MaterialRule } from "../material/assign-materials.ts";
import { massAttenuationTable } from "../material/attenuation.ts";
import type { PlacedTool } from "../instrument/tool/tool.ts";
import { type ToolShadows, toolShadows } from "../instrument/tool/tool-shadow.ts";
import type { Material } from "../material/material.ts";
import type { AreaDensityImage } from "../projector/area-density.ts";
import { sampleKey } from "../random/sample-key.ts";
import type { Finding } from "../volume/finding.ts";
import type { LabelMap } from "../volume/label-map.ts";
import type { Landmark } from "../volume/landmark.ts";
import { automaticMas } from "./automatic-exposure.ts";
import { addAttenuation, withShadows } from "./distractor-shadows.ts";
import { exposureCharacter } from "./exposure-character.ts";
import { exposureQuadrature } from "./exposure-quadrature.ts";
import { type Surroundings, surroundingsOf } from "./surroundings.ts";
import { beamCoverage } from "./beam-coverage.ts";
import { beamSpectrum } from "./beam-spectrum.ts";
import { finishedPicture, type FinishedPicture } from "./finished-picture.ts";
import { withGreyTools, withToolLabels, withTools } from "./instrument-shadows.ts";
import { placedInstruments, type SceneFiles } from "./placed-instruments.ts";
import { imageCharacter } from "./image-character.ts";
import type { Patient } from "./patient.ts";
import { type PlacedCamera, placeCamera } from "./place-camera.ts";
import type { Scene } from "./scene.ts";

/** One labelled radiograph and everything it was made of. */
export interface Simulation {
  readonly placed: PlacedCamera;
  /** The radiograph, and the camera of its pixels (another than the exposure's only where processing cropped it). */
  readonly picture: FinishedPicture;
  /** What `quantity` asks for; materials first where there are several. */
  readonly image: {
    readonly shape: readonly number[];
    readonly values: Float32Array;
    readonly channels: readonly string[];
  };
  readonly labels: Labels | undefined;
  /** g/cm² of the materials before exposure; only of the realistic simulator. */
  readonly areaDensity: AreaDensityImage | undefined;
  /** Only of the realistic simulator. */
  readonly exposure:
    | { readonly mas: number; readonly meanEnergyKeV: number; readonly saturatedPx: number }
    | undefined;
  readonly findings: readonly Finding[];
}

/**
 * A scene on a patient: the same scene, seed and files give the same bytes, whatever the threads or the machine.
 *
 * @param files bytes of the meshes that the scene's instruments name
 */
export async function simulate(
  patient: Patient,
  scene: Scene,
  files: SceneFiles = new Map(),
): Promise<Simulation> {
  const { ct, labelMap, landmarks } = patient.anatomy;
  const placed = placeCamera(scene, ct.grid, labelMap);
  const { camera } = placed;
  const { instruments = [] } = scene;
  const placedTools = placedInstruments({ instruments, anatomy: patient.anatomy, placed, files });
  const tools = placedTools.placed.filter(({ isPresent }) => isPresent).map(({ tool }) => tool);
  const coverage = beamCoverage(camera, ct.grid, () => isocentreAdvice(labelMap));
  const surroundings = surroundingsOf(scene, camera);
  const shot = await (scene.simulator === "realistic"
    ? realistic(patient, scene, placed, surroundings, tools)
    : grey(patient, scene, camera, scene.simulator, surroundings, tools));
  const picture = finishedPicture({ scene, camera, fieldIn: surroundings.fieldIn, ...shot });
  const structures = await patient.structures(scene.structures);
  const anatomical = structures
    ? await structures.project(picture.camera, { landmarks, withThickness: scene.thickness })
    : landmarksAlone(picture.camera, landmarks);
  const labels = surroundings.label(
    withToolLabels(anatomical, placedTools.placed, picture.camera, {
      withThickness: scene.thickness,
      cast: picture.camera === camera ? shot.tools : undefined,
    }),
    picture.camera,
  );
  const aboutRays = coverage.some(({ severity }) => severity === "error")
    ? coverage
    : [...coverage, ...imageCharacter(shot.attenuation)];
  const aboutImage =
    aboutRays.length === 0 && shot.panel && shot.exposure
      ? exposureCharacter(shot.panel, shot.attenuation, shot.exposure.mas)
      : aboutRays;
  const findings = [...aboutImage, ...placedTools.findings, ...(shot.tools?.findings ?? [])];
  const image =
    scene.quantity === "radiograph"
      ? {
          shape: [picture.camera.heightPx, picture.camera.widthPx],
          values: picture.values,
          channels: [scene.processing],
        }
      : shot.quantities[scene.quantity];
  return {
    placed,
    picture,
    image,
    labels,
    areaDensity: shot.areaDensity,
    exposure: shot.exposure,
    findings,
  };
}

/** Where to aim: at the label with the most voxels, by its name. */
function isocentreAdvice(labelMap: LabelMap | undefined): string {
  if (!labelMap) return "try --isocentre centre, or a point of the patient in LPS mm";
  const counts = new Uint32Array(65536);
  for (const label of labelMap.labels) counts[label]++;
  const largest = counts.subarray(1).reduce((best, count, n) => (count > counts[best] ? n + 1 : best), 1);
  return `try --isocentre label:${labelMap.names.get(largest) ?? largest}`;
}

/** Labels of a patient without a label map: only the landmarks, if there are any. */
function landmarksAlone(camera: Camera, landmarks: readonly Landmark[]): Labels | undefined {
  if (landmarks.length === 0) return undefined;
  const { widthPx, heightPx } = camera;
  const classes = new Uint16Array(widthPx * heightPx);
  return { widthPx, heightPx, structures: [], classes, landmarks: locateLandmarks(camera, landmarks) };
}

/** What a simulator hands over: transmitted intensity, attenuation of every ray, and the quantities behind them. */
interface Shot {
  /** Proportional to what the panel reads; only its ratios count. */
  readonly intensity: Float32Array;
  /** −ln(I/I₀) without noise, at one energy. */
  readonly attenuation: Float32Array;
  /** −ln(I/I₀) as it is seen; undefined where it comes from the panel. */
  readonly logImage: Float32Array | undefined;
  readonly panel: Exposure | undefined;
  readonly areaDensity: AreaDensityImage | undefined;
  readonly exposure: Simulation["exposure"];
  /** Shadows of the instruments on the exposure's panel. */
  readonly tools: ToolShadows | undefined;
  readonly quantities: Readonly<Record<"area-density" | "line-integral", Simulation["image"]>>;
}

/** Energy at which water attenuates as in the grey simulators (0.0268 / mm). */
const GREY_KEV = 40;

/** `naive` and `heuristic`: one grey matter, one energy, no noise. */
async function grey(
  patient: Patient,
  scene: Scene,
  camera: Camera,
  kind: "naive" | "heuristic",
  { fieldIn, shadows }: Surroundings,
  tools: readonly PlacedTool[],
): Promise<Shot> {
  const lines = await patient.lineIntegral(kind, camera);
  const cast = shadows(GREY_KEV);
  const castByTools = tools.length > 0 ? toolShadows(camera, tools, GREY_KEV) : undefined;
  const inPatient = withGreyTools(lines.values, castByTools, camera, await patient.greyField(kind), GREY_KEV);
  const values = cast.length > 0 ? addAttenuation(inPatient, cast, GREY_KEV) : inPatient;
  const lineIntegral = { shape: [camera.heightPx, camera.widthPx], values, channels: [kind] };
  const densities = async (): Promise<Simulation["image"]> => {
    const rule = materialRule(scene);
    const fields = await patient.densityFields(rule);
    const inThePatient = withTools(await patient.areaDensity(rule, camera), castByTools, camera, fields);
    return densityImage(withShadows(inThePatient, cast).image);
  };
  const quantities = {
    "line-integral": lineIntegral,
    // Asked for, the densities are those of the scene's material rule: the grey simulators know none.
    "area-density": scene.quantity === "area-density" ? await densities() : lineIntegral,
  };
  const passed = fieldIn(camera)?.transmitted;
  return {
    intensity: values.map((value, n) => Math.exp(-value) * (passed?.[n] ?? 1)),
    attenuation: values,
    logImage: passed ? values.map((value, n) => value - Math.log(passed[n])) : values,
    panel: undefined,
    areaDensity: undefined,
    exposure: undefined,
    tools: castByTools,
    quantities,
  };
}

/** `realistic`: polychromatic, energy-integrating, with blur, noise, saturation and 16-bit read-out. */
async function realistic(
  patient: Patient,
  scene: Scene,
  { camera, device, pose }: PlacedCamera,
  { fieldIn, shadows }: Surroundings,
  tools: readonly PlacedTool[],
): Promise<Shot> {
  const spectrum = beamSpectrum(scene.beam);
  const energyKeV = meanEnergyKeV(spectrum);
  const castByTools = tools.length > 0 ? toolShadows(camera, tools, energyKeV) : undefined;
  const ofPatient = await patient.areaDensity(materialRule(scene), camera);
  const inPatient = withTools(
    ofPatient,
    castByTools,
    camera,
    await patient.densityFields(materialRule(scene)),
  );
  const { image: areaDensity, materials } = withShadows(inPatient, shadows(energyKeV));
  const field = fieldIn(camera);
  const { focalSpotMm } = scene.beam;
  const mas =
    scene.beam.mas === "automatic"
      ? automaticMas({
          areaDensity,
          materials,
          camera,
          spectrum,
          detectorKermaMicroGy: scene.beam.detectorKermaMicroGy,
          field: field?.label,
        })
      : scene.beam.mas;
  const detector = detectorModelOfDevice(device.id);
  const panel = expose({
    areaDensity,
    materials,
    camera,
    spectrum,
    mas,
    detector,
    collimation: field?.transmitted,
    focalSpot:
      focalSpotMm !== undefined
        ? {
            sideMm: focalSpotMm,
            sourceToObjectMm:
              scene.beam.sourceToObjectMm ?? pose?.sourceToIsocentreMm ?? device.sourceToIsocentreMm,
          }
        : undefined,
    quadrature: exposureQuadrature({
      spectrum,
      detector,
      materials,
      patientMaterials: ofPatient.materials.length,
    }),
    noise: scene.noise ? { key: sampleKey(scene.seed, scene.sample, "exposure") } : undefined,
    scatter: { kind: "none" },
  });
  const attenuation = attenuationAtMeanEnergy(areaDensity, materials, spectrum);
  return {
    intensity: aboveOffset(panel),
    attenuation,
    logImage: undefined,
    panel,
    areaDensity,
    exposure: { mas, meanEnergyKeV: energyKeV, saturatedPx: panel.saturatedPx },
    tools: castByTools,
    quantities: {
      "area-density": densityImage(areaDensity),
      "line-integral": {
        shape: [camera.heightPx, camera.widthPx],
        values: attenuation,
        channels: ["mean energy"],
      },
    },
  };
}

export function materialRule(scene: Scene): MaterialRule {
  const { rule, byLabel } = scene.materials;
  return rule === "labels" ? { kind: "labels", materials: byLabel ?? {} } : { kind: rule };
}

const densityImage = ({ materials, heightPx, widthPx, gPerCm2 }: AreaDensityImage): Simulation["image"] => ({
  shape: [materials.length, heightPx, widthPx],
  values: gPerCm2,
  channels: materials,
});

function aboveOffset({ digital, offsetDigital }: Exposure): Float32Array {
  const intensity = new Float32Array(digital.length);
  for (let n = 0; n < digital.length; n++) intensity[n] = digital[n] - offsetDigital;
  return intensity;
}

/** Σ (μ/ρ)(Ē) · a over the materials, Ē the mean energy of the spectrum. */
function attenuationAtMeanEnergy(
  { gPerCm2, widthPx, heightPx }: AreaDensityImage,
  materials: readonly Material[],
  spectrum: Spectrum,
): Float32Array {
  const energy = [meanEnergyKeV(spectrum)];
  const pixels = widthPx * heightPx;
  const attenuation = new Float32Array(pixels);
  for (const [m, material] of materials.entries()) {
    const [cm2PerG] = massAttenuationTable(material, energy);
    for (let n = 0; n < pixels; n++) attenuation[n] += cm2PerG * gPerCm2[m * pixels + n];
  }
  return attenuation;
}
