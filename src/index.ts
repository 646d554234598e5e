/**
 * SyntheX as a library: bytes and typed arrays in and out, no Node, the same in a browser. Files, threads and the GPU of a
 * Node process are in `synthex/node`. One block per stage of ARCHITECTURE.md.
 */
export { InputError } from "./error/input-error.ts";

export { type Camera, cameraFromMatrix, lpsRayFromPixel, placedCamera, project } from "./geometry/camera.ts";
export { type CArmAngles, cArmCamera } from "./geometry/c-arm.ts";
export { type Device, deviceById, devices, resizedDevice } from "./geometry/device.ts";
export { type Grid, grid, sameGrid, spacingMm } from "./geometry/grid.ts";
export { type LpsFromVoxel, type Transform, transform } from "./geometry/transform.ts";
export { standardViews, viewByName } from "./geometry/view.ts";

export { sampleKey } from "./random/sample-key.ts";
export { type RandomStream, randomStream } from "./random/random-stream.ts";

export { readDicomSeries } from "./volume/dicom/read-dicom-series.ts";
export type { Finding } from "./volume/finding.ts";
export { type Inspection, inspect } from "./volume/inspection/inspect.ts";
export type { LabelMap } from "./volume/label-map.ts";
export type { Landmark } from "./volume/landmark.ts";
export { readLabelNames } from "./volume/read-label-names.ts";
export { readLandmarks } from "./volume/read-landmarks.ts";
export { type ReadOptions, readLabelMap, readVolume } from "./volume/read-volume.ts";
export { totalSegmentatorLabels } from "./volume/totalsegmentator-labels.ts";
export { type Volume, volume } from "./volume/volume.ts";
export { writeMetaImage } from "./volume/write-meta-image.ts";
export { writeNifti } from "./volume/write-nifti.ts";

export type { Anatomy } from "./anatomy/anatomy.ts";
export {
  evaluateLandmarkRules,
  type RuledLandmarks,
} from "./anatomy/landmark-rules/evaluate-landmark-rules.ts";
export { hipLandmarkRules } from "./anatomy/landmark-rules/hip-landmark-rules.ts";
export { type LandmarkRule, landmarkRuleSchema } from "./anatomy/landmark-rules/landmark-rule.ts";
export {
  type PreparationStep,
  preparationStepSchema,
} from "./anatomy/preparation/preparation-step.ts";
export { prepareAnatomy } from "./anatomy/preparation/prepare-anatomy.ts";
export { type PatientVariation, patientVariationSchema } from "./anatomy/variation/patient-variation.ts";
export { varyPatient } from "./anatomy/variation/vary-patient.ts";

export { assignMaterials, type MaterialRule } from "./material/assign-materials.ts";
export { massAttenuationCm2PerG } from "./material/attenuation.ts";
export { linearAttenuationField } from "./material/linear-attenuation-field.ts";
export type { Material } from "./material/material.ts";
export type { MaterialVolume } from "./material/material-volume.ts";
export { materialByName, materialNames } from "./material/named-materials.ts";
export { materialFromFormula, materialFromMassFractions } from "./material/user-material.ts";

export { airKermaMicroGyPerMas } from "./beam/air-kerma.ts";
export { halfValueLayersMm } from "./beam/half-value-layer.ts";
export { meanEnergyKeV } from "./beam/mean-energy.ts";
export { readSpectrumTable } from "./beam/read-spectrum-table.ts";
export type { Spectrum } from "./beam/spectrum.ts";
export { spectrumFromTable } from "./beam/spectrum-from-table.ts";
export { type TungstenTube, tungstenSpectrum } from "./beam/tungsten-spectrum.ts";

export type { AreaDensityImage } from "./projector/area-density.ts";
export type { LineIntegrals, LoadedField, Projector, StructureTrace } from "./projector/projector.ts";
export { referenceProjector } from "./projector/reference.ts";
export { wasmProjector } from "./projector/wasm/wasm-projector.ts";
export { webgpuProjector } from "./projector/webgpu/webgpu-projector.ts";

export { type Labels, labelsToJson } from "./label/labels.ts";
export { loadStructures, projectLabels } from "./label/load-structures.ts";
export type { Structure, StructureSet } from "./label/structure.ts";
export { selectStructures } from "./label/structure-set.ts";

export type { DetectorModel } from "./detector/detector-model.ts";
export { detectorModelById, detectorModels } from "./detector/detector-presets.ts";
export { expose } from "./detector/expose.ts";
export type { Exposure, ExposureOptions } from "./detector/exposure.ts";
export { logTransform } from "./detector/log-transform.ts";
export { paperPreprocessing } from "./detector/paper-preprocessing.ts";
export type { Scatter, ScatterModel } from "./detector/scatter.ts";

export { readMesh } from "./instrument/mesh/read-mesh.ts";
export { toolPresets } from "./instrument/tool/preset-tools.ts";

export { openPatient, type Patient } from "./scene/patient.ts";
export { parseScene, type Scene, type SceneInput, sceneSchema } from "./scene/scene.ts";
export type { SceneFiles } from "./scene/placed-instruments.ts";
export { sceneRecord } from "./scene/scene-record.ts";
export { type Simulation, simulate } from "./scene/simulate.ts";

export { drawPatient } from "./dataset/draw-patient.ts";
export { indexAreaDensities, readAreaDensity } from "./dataset/formats/area-density-record.ts";
export { readControlledStudy } from "./dataset/formats/controlled-study.ts";
export { openHdf5 } from "./dataset/formats/hdf5-file.ts";
export { type ManifestLine, parseManifestLine } from "./dataset/manifest.ts";
export { type PatientFacts, patientFacts } from "./dataset/patient-facts.ts";
export { type Recipe, readRecipe, recipeJsonSchema } from "./dataset/recipe.ts";
export { renderSample, type Sample } from "./dataset/render-sample.ts";
export { drawView } from "./dataset/sample-view.ts";

export { contactSheet } from "./image/contact-sheet.ts";
export { decodePng } from "./image/decode-png.ts";
export { percentileWindow, windowed } from "./image/display-window.ts";
export { encodePng } from "./image/encode-png.ts";
export { decodeNpy, encodeNpy } from "./image/npy.ts";
export { overlay } from "./image/overlay.ts";

export { augment } from "./augmentation/augment.ts";
export type { LabelledImage } from "./augmentation/labelled-image.ts";
export { AUGMENTATION_PROFILES, augmentationProfile } from "./augmentation/profile.ts";

export { transUNet } from "./network/architectures/transunet.ts";
export { unet } from "./network/architectures/unet.ts";
export { compileInference } from "./network/inference.ts";
export { readModel } from "./network/onnx/read-model.ts";
export { type OrtModule, ortRuntime } from "./network/ort-runtime.ts";
export { startEvaluation, startTraining } from "./network/running-training.ts";
export { compileEvaluation, compileTrainingStep } from "./network/training-step.ts";

export { compareRuns } from "./evaluation/compare-runs.ts";
export { findLandmarks } from "./evaluation/find-landmarks.ts";
export { type LandmarkRule as ActivationRule, PUBLISHED_RULE } from "./evaluation/landmark-rule.ts";
export { modelCard } from "./evaluation/model-card.ts";
export { scoreCase } from "./evaluation/score-case.ts";
export { summarise } from "./evaluation/summarise.ts";

export { type Batch, batchOf, type Task } from "./training/batch.ts";
export { picturePixels } from "./training/examples/picture-pixels.ts";
export { checkPlan, type Plan, planJsonSchema, readPlan } from "./training/plan.ts";
export { train } from "./training/train.ts";

export { degradedPicture } from "./prediction/degraded-picture.ts";
export { METADATA_KEY, type ModelMetadata, readModelMetadata } from "./prediction/model-metadata.ts";
export { type Model, type Picture, type PicturePrediction, predict } from "./prediction/predict.ts";
