/** What SyntheX adds in a Node process: files, worker threads, and a GPU where there is one. */
export { chooseProjector } from "./choose-projector.ts";
export { generate } from "./dataset/generate.ts";
export { loadRecipe } from "./dataset/load-recipe.ts";
export { mergeDataSet } from "./dataset/merge.ts";
export { rerenderSample } from "./dataset/rerender.ts";
export { verifyDataSet } from "./dataset/verify.ts";
export { type EvaluateOptions, evaluateModel } from "./evaluation/evaluate-model.ts";
export { demoCtPath, demoLabelsPath } from "./demo-data.ts";
export { openLabelledImages } from "./labelled-images/open-labelled-images.ts";
export { pictureFiles, readPicture } from "./labelled-images/read-picture.ts";
export { onnxRuntime } from "./onnx-runtime.ts";
export { openModel } from "./prediction/open-model.ts";
export { type TrainModelOptions, trainModel } from "./training/train-model.ts";
export { nodeProjector } from "./node-projector.ts";
export { readCt, readLabels, readLandmarkFile } from "./read-anatomy.ts";
export { webgpuNodeProjector } from "./webgpu-entry.ts";
export { writeSimulation } from "./write-simulation.ts";
