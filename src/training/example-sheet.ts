import type { Canvas } from "../image/canvas.ts";
import { contactSheet, type ContactSheetTile } from "../image/contact-sheet.ts";
import { percentileWindow, windowed } from "../image/display-window.ts";
import { overlay } from "../image/overlay.ts";
import type { Batch, Task } from "./batch.ts";
import { maskOfBatch } from "./batch-mask.ts";

const TILE_PX = 192;

/** Examples as a network is shown them, with their labels: some of each batch, each batch under its title. */
export function exampleSheet(
  batches: readonly { readonly title: string; readonly batch: Batch }[],
  task: Task,
  options: { readonly each: number; readonly title: string; readonly caption: string },
): Canvas {
  const { each, title, caption } = options;
  const tiles = batches.flatMap(({ title: above, batch }) =>
    Array.from({ length: Math.min(each, batch.size) }, (_, example): ContactSheetTile => {
      return { title: above, picture: tileOf(batch, task, example) };
    }),
  );
  return contactSheet(tiles, {
    tilePx: TILE_PX,
    columns: Math.min(each, batches[0]?.batch.size ?? 1),
    title,
    caption,
  });
}

function tileOf(batch: Batch, task: Task, example: number): Canvas {
  const { widthPx, heightPx, landmarks } = task;
  const area = widthPx * heightPx;
  const values = batch.pixels.subarray(example * area, (example + 1) * area);
  const picture = windowed({
    values,
    widthPx,
    heightPx,
    window: percentileWindow(values, { black: 0.2, white: 99.8 }),
  });
  return overlay(picture, {
    widthPx: TILE_PX,
    legend: false,
    landmarkNames: false,
    structures: task.structures.map((name, structure) => ({
      name,
      mask: maskOfBatch(batch, task, example, structure),
    })),
    landmarks: landmarks.flatMap((name, landmark) => {
      const at = example * landmarks.length + landmark;
      return batch.visible[at] === 0
        ? []
        : [{ name, pixel: [batch.points[2 * at], batch.points[2 * at + 1]] as const }];
    }),
  });
}
