import { InputError } from "../error/input-error.ts";
import type { Camera } from "../geometry/camera.ts";
import type { StructureLabel } from "./labels.ts";
import type { Precedence } from "./structure.ts";
import type { Surface } from "./structure-trace.ts";

/**
 * One class a pixel: 0 background, else the index of the structure + 1. Entries are painted from the last to the
 * first, so that the first wins; within a `nearest` entry the structure whose surface is closest to the source wins,
 * and of two equally close ones the one named first.
 */
export function classImage(options: {
  camera: Pick<Camera, "widthPx" | "heightPx">;
  structures: readonly StructureLabel[];
  precedence: Precedence;
  surfaces: ReadonlyMap<string, Surface>;
}): Uint16Array {
  const { camera, structures, surfaces } = options;
  const classes = new Uint16Array(camera.widthPx * camera.heightPx);
  const indexOf = new Map(structures.map(({ name }, index) => [name, index]));
  for (const entry of options.precedence.toReversed()) {
    const names = typeof entry === "string" ? [entry] : entry.nearest;
    const nearestMm =
      names.length > 1 ? new Float32Array(classes.length).fill(Number.POSITIVE_INFINITY) : undefined;
    for (const name of names) {
      const index = indexOf.get(name) as number;
      const { mask, box } = structures[index];
      const surface = surfaces.get(name);
      if (!surface || !box) continue;
      const { region, firstHitMm } = surface;
      for (let v = box.y; v < box.y + box.h; v++) {
        const end = v * camera.widthPx + box.x + box.w;
        let inRegion = (v - region.row) * region.widthPx + box.x - region.column;
        for (let n = end - box.w; n < end; n++, inRegion++) {
          if (mask[n] === 0) continue;
          if (nearestMm) {
            if (firstHitMm[inRegion] >= nearestMm[n]) continue;
            nearestMm[n] = firstHitMm[inRegion];
          }
          classes[n] = index + 1;
        }
      }
    }
  }
  return classes;
}

export function checkPrecedence(precedence: Precedence, names: readonly string[]): void {
  const listed = precedence.flatMap((entry) => (typeof entry === "string" ? [entry] : entry.nearest));
  const unknown = listed.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new InputError("precedence-unknown", `the precedence names "${unknown}", which is not in the set`, {
      remedy: `structures here: ${names.join(", ")}`,
    });
  const twice = listed.find((name, index) => listed.indexOf(name) !== index);
  if (twice !== undefined) throw new InputError("precedence-twice", `the precedence names "${twice}" twice`);
}
