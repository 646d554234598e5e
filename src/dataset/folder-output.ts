import { type Deflate, encodePng } from "../image/encode-png.ts";
import type { BlockOutput } from "./block-output.ts";
import { sampleName } from "./formats/encoded-file.ts";

/** `images/ID.png` (16 bits) and `classes/ID.png` (the flattened class image). */
export function folderOutput({ deflate }: { deflate: Deflate }): BlockOutput {
  return {
    async add({ id, simulation: { picture, labels } }) {
      const { widthPx, heightPx } = picture.camera;
      const png = (pixels: Uint16Array) => encodePng({ widthPx, heightPx, channels: 1, pixels }, { deflate });
      const name = sampleName(id);
      const image = { path: `images/${name}.png`, bytes: await png(picture.pixels) };
      if (!labels) return [image];
      return [image, { path: `classes/${name}.png`, bytes: await png(labels.classes) }];
    },
    end: async () => [],
  };
}
