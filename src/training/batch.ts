import type { LabelledImage } from "../augmentation/labelled-image.ts";
import { InputError } from "../error/input-error.ts";

/** What a network is trained to say of a picture: names decide the order of its outputs. */
export interface Task {
  /** Classes of pixels after the background, or masks. */
  readonly structures: readonly string[];
  readonly landmarks: readonly string[];
  readonly targets: "classes" | "masks";
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Examples side by side, as a training step takes them. All arrays are row-major, the example slowest. */
export interface Batch {
  readonly size: number;
  /** B × H × W. */
  readonly pixels: Float32Array;
  /** B × H × W class values, 255 not known; or B × K × H × W masks of 0, 1, 255. */
  readonly targets: Uint8Array;
  /** B × L × 2: x, y in pixels; 0, 0 where not visible. */
  readonly points: Float32Array;
  /** B × L: 1 or 0. */
  readonly visible: Float32Array;
}

/**
 * @throws InputError `example-size`, `example-not-finite`, `example-targets`, naming the example
 */
export function batchOf(
  examples: readonly { readonly name: string; readonly image: LabelledImage }[],
  task: Task,
): Batch {
  const pixelCount = task.widthPx * task.heightPx;
  const planes = task.targets === "classes" ? 1 : task.structures.length;
  const size = examples.length;
  const batch = {
    size,
    pixels: new Float32Array(size * pixelCount),
    targets: new Uint8Array(size * planes * pixelCount),
    points: new Float32Array(size * task.landmarks.length * 2),
    visible: new Float32Array(size * task.landmarks.length),
  };
  for (const [index, { name, image }] of examples.entries()) {
    checkExample(name, image, task);
    batch.pixels.set(image.pixels, index * pixelCount);
    const targets = task.targets === "classes" ? [image.classes as Uint8Array] : (image.masks ?? []);
    for (const [plane, values] of targets.entries())
      batch.targets.set(values, (index * planes + plane) * pixelCount);
    for (const [landmark, point] of image.landmarks.entries()) {
      if (!point) continue;
      const at = index * task.landmarks.length + landmark;
      batch.points.set([point.x, point.y], 2 * at);
      batch.visible[at] = 1;
    }
  }
  return batch;
}

function checkExample(name: string, image: LabelledImage, task: Task): void {
  if (image.widthPx !== task.widthPx || image.heightPx !== task.heightPx)
    throw new InputError(
      "example-size",
      `${name} is ${image.widthPx} × ${image.heightPx} pixels, the network takes ${task.widthPx} × ${task.heightPx}`,
    );
  const broken = image.pixels.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0)
    throw new InputError(
      "example-not-finite",
      `${name} has ${image.pixels[broken]} at column ${broken % image.widthPx}, row ${Math.floor(broken / image.widthPx)}`,
      { remedy: "mend or remove this image; a network cannot learn from it" },
    );
  const found = task.targets === "classes" ? (image.classes ? 1 : 0) : (image.masks?.length ?? 0);
  const wanted = task.targets === "classes" ? 1 : task.structures.length;
  if (found !== wanted || image.landmarks.length !== task.landmarks.length)
    throw new InputError(
      "example-targets",
      `${name} has ${found} ${task.targets} and ${image.landmarks.length} landmarks, the plan trains ${wanted} and ${task.landmarks.length}`,
      { remedy: "the data set must hold every structure and landmark of the plan" },
    );
}
