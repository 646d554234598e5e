/** What the page does: takes a model and a picture, draws what the model says of it. */
import type { Model, Picture } from "../../src/prediction/predict.ts";
import { openBrowserModel, pictureOfBytes, type ShownPrediction, shownPrediction } from "./browser-model.ts";

const element = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const drop = element("drop");
const status = element("status");
let model: Model | undefined;
let picture: Picture | undefined;
/** One file after another. */
let queue: Promise<void> = Promise.resolve();

for (const id of ["model", "picture"])
  element<HTMLInputElement>(id).addEventListener("change", (event) =>
    takeAll((event.target as HTMLInputElement).files),
  );
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  takeAll(event.dataTransfer?.files ?? null);
});
queue = fetch("/model.onnx").then(
  async (response) => {
    if (response.ok) await take(new Uint8Array(await response.arrayBuffer()), "model.onnx").catch(complain);
  },
  () => undefined,
);

function takeAll(files: FileList | null): void {
  for (const file of files ?? [])
    queue = queue.then(async () => take(new Uint8Array(await file.arrayBuffer()), file.name)).catch(complain);
}

async function take(bytes: Uint8Array, name: string): Promise<void> {
  status.textContent = `reading ${name} …`;
  if (name.endsWith(".onnx")) {
    const opened = await openBrowserModel(bytes, name);
    await model?.session.release();
    model = opened;
  } else picture = await pictureOfBytes(bytes, name);
  if (!model) status.textContent = "no model yet";
  else if (!picture) status.textContent = `model ${model.metadata.name}: drop a picture`;
  else show(model, await timed(() => shownPrediction(model as Model, picture as Picture)));
}

async function timed<Result>(run: () => Promise<Result>): Promise<Result & { ms: number }> {
  const begun = performance.now();
  return { ...(await run()), ms: performance.now() - begun };
}

function show(
  { metadata }: Model,
  { drawn, prediction, structures, landmarks, ms }: ShownPrediction & { ms: number },
): void {
  const canvas = element<HTMLCanvasElement>("canvas");
  const { widthPx, heightPx, pixels } = drawn;
  const image = new ImageData(widthPx, heightPx);
  for (let n = 0; n < widthPx * heightPx; n++) {
    image.data.set(pixels.subarray(3 * n, 3 * n + 3), 4 * n);
    image.data[4 * n + 3] = 255;
  }
  canvas.width = widthPx;
  canvas.height = heightPx;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  canvas.hidden = false;
  (drop.querySelector("span") as HTMLElement).hidden = true;
  status.textContent = `${metadata.name}: confidence ${prediction.confidence.toFixed(2)}, ${ms.toFixed(0)} ms${prediction.wasInverted ? ", bone is dark in this picture" : ""}`;
  const rows = [
    ...structures.map(({ name, areaPx }) => [name, `${areaPx} pixels`]),
    ...landmarks.map(({ name, x, y, correlation, counts }) => [
      name,
      `${x.toFixed(1)}, ${y.toFixed(1)} (correlation ${correlation.toFixed(2)}${counts ? "" : ", does not count"})`,
    ]),
  ];
  element("found").replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement("tr");
      row.append(...cells.map((text) => Object.assign(document.createElement("td"), { textContent: text })));
      return row;
    }),
  );
}

function complain(error: unknown): void {
  const { message, remedy } = error as { message: string; remedy?: string };
  status.textContent = remedy ? `${message}; ${remedy}` : message;
}
