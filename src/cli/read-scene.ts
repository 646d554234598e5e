import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InputError } from "../error/input-error.ts";
import { readYaml } from "../scene/document.ts";
import { withFiles } from "../scene/instrument-schema.ts";
import { parseScene, type Scene } from "../scene/scene.ts";

/** A scene from YAML or JSON (which is YAML); its paths are relative to the file. */
export async function readScene(path: string): Promise<Scene> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(
      "scene-unreadable",
      `cannot read the scene ${path}: ${cause.code ?? cause.message}`,
      { cause },
    );
  });
  const { content, placeOf } = readYaml(text, { name: path, kind: "scene" });
  const scene = parseScene(content, placeOf);
  const beside = <T extends { path: string }>(file: T): T => ({
    ...file,
    path: resolve(dirname(path), file.path),
  });
  return {
    ...scene,
    ct: beside(scene.ct),
    ...(scene.labels ? { labels: beside(scene.labels) } : {}),
    ...(scene.labelNames ? { labelNames: beside(scene.labelNames) } : {}),
    ...(scene.landmarks ? { landmarks: beside(scene.landmarks) } : {}),
    ...(scene.instruments
      ? { instruments: scene.instruments.map((instrument) => withFiles(instrument, beside)) }
      : {}),
  };
}
