import type { Polyline } from "../../image/stroke.ts";
import type { Draws } from "../draws.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { applyCoverage, strokeCoverage } from "./stroke-coverage.ts";

/** One to five small dense things: beads, electrodes with their snap, buttons, clips, screws and rods. */
export function withMarkers(image: LabelledImage, draws: Draws): LabelledImage {
  const pixels = image.pixels.slice();
  const { widthPx, heightPx } = image;
  const side = Math.min(widthPx, heightPx);
  const put = (lines: readonly Polyline[], radiusPx: number, add: number): void =>
    applyCoverage(pixels, widthPx, strokeCoverage(image, lines, radiusPx), { add });
  const count = 1 + draws.integerBelow(5);
  for (let n = 0; n < count; n++) {
    const [x, y] = [draws.uniformIn(0, widthPx), draws.uniformIn(0, heightPx)];
    const kind = draws.oneOf(["bead", "electrode", "rod"] as const);
    const add = draws.logUniformIn(0.15, 1);
    if (kind === "bead") put([[[x, y]]], draws.uniformIn(0.004, 0.02) * side, add);
    else if (kind === "electrode") {
      const radius = draws.uniformIn(0.02, 0.05) * side;
      put([[[x, y]]], radius, 0.2 * add);
      put([[[x, y]]], radius * 0.35, 0.7 * add);
    } else {
      const angle = draws.uniformIn(0, Math.PI);
      const reach = draws.uniformIn(0.02, 0.16) * side;
      const [dx, dy] = [reach * Math.cos(angle), reach * Math.sin(angle)];
      put(
        [
          [
            [x - dx, y - dy],
            [x + dx, y + dy],
          ],
        ],
        draws.uniformIn(0.004, 0.022) * side,
        add,
      );
    }
  }
  return { ...image, pixels };
}
