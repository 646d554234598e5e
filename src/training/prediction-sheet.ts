import { blankCanvas, paste } from "../image/canvas.ts";
import { windowed } from "../image/display-window.ts";
import { type Deflate, encodePng } from "../image/encode-png.ts";
import { overlay } from "../image/overlay.ts";
import type { Batch, Task } from "./batch.ts";
import { maskOfBatch } from "./batch-mask.ts";
import { planesOf } from "./network-of.ts";

const TILE_PX = 192;
const GAP_PX = 3;

/** The first examples of a batch in two rows: above with the truth, below with what the network says. */
export function predictionSheet(
  batch: Batch,
  probabilities: Float32Array,
  task: Task,
  examples: number,
  deflate: Deflate,
): Promise<Uint8Array> {
  const count = Math.min(examples, batch.size);
  const canvas = blankCanvas(count * (TILE_PX + GAP_PX), 2 * (TILE_PX + GAP_PX), [20, 23, 26]);
  const area = task.widthPx * task.heightPx;
  for (let example = 0; example < count; example++) {
    const values = batch.pixels.subarray(example * area, (example + 1) * area);
    const picture = windowed({ values, widthPx: task.widthPx, heightPx: task.heightPx });
    const rows = [
      (structure: number) => maskOfBatch(batch, task, example, structure),
      (structure: number) => predictedMask(probabilities, task, example, structure),
    ];
    for (const [row, maskOf] of rows.entries())
      paste(
        canvas,
        overlay(picture, {
          widthPx: TILE_PX,
          legend: false,
          structures: task.structures.map((name, structure) => ({ name, mask: maskOf(structure) })),
        }),
        example * (TILE_PX + GAP_PX),
        row * (TILE_PX + GAP_PX),
      );
  }
  return encodePng(canvas, { deflate });
}

function predictedMask(probabilities: Float32Array, task: Task, example: number, n: number): Uint8Array {
  const area = task.widthPx * task.heightPx;
  const planes = planesOf(task);
  const at = (plane: number, pixel: number): number =>
    probabilities[(example * planes + plane) * area + pixel];
  const mask = new Uint8Array(area);
  for (let pixel = 0; pixel < area; pixel++) {
    if (task.targets === "masks") {
      mask[pixel] = at(n, pixel) >= 0.5 ? 1 : 0;
      continue;
    }
    let best = 0;
    for (let plane = 1; plane < planes; plane++) if (at(plane, pixel) > at(best, pixel)) best = plane;
    mask[pixel] = best === n + 1 ? 1 : 0;
  }
  return mask;
}
