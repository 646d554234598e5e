import { parseScene, type Scene } from "./scene.ts";
import type { Simulation } from "./simulate.ts";

/**
 * The scene as it was carried out: explicit camera, chosen tube charge, hashes of the files. Given back to `simulate` it makes the
 * same bytes; `pose` tells people where the camera came from.
 */
export function sceneRecord(scene: Scene, { placed, exposure }: Simulation): Scene {
  const { camera, device, pose } = placed;
  const p = Array.from(camera.pixelFromLps);
  const row = (index: number) => p.slice(4 * index, 4 * index + 4) as [number, number, number, number];
  const kept = without(
    scene,
    "sizePx",
    "view",
    "laoDeg",
    "craDeg",
    "rollDeg",
    "cameraFromLps",
    "viewedFrom",
    "isocentre",
    "sourceToIsocentreMm",
  );
  const named = scene.view ?? scene.pose?.view;
  // Through the schema, which orders the fields: a record of a record is the same text.
  return parseScene({
    ...kept,
    // The matrix holds what these said.
    isocentre: "centre",
    sourceToDetectorMm: device.sourceToDetectorMm,
    widthPx: camera.widthPx,
    heightPx: camera.heightPx,
    pixelFromLps: [row(0), row(1), row(2)],
    ...(pose
      ? {
          pose: {
            ...(named === undefined ? {} : { view: named }),
            ...pose.angles,
            isocentreLps: [...pose.isocentreLps] as [number, number, number],
            sourceToIsocentreMm: pose.sourceToIsocentreMm,
            ...(pose.viewedFrom === undefined ? {} : { viewedFrom: pose.viewedFrom }),
          },
        }
      : {}),
    beam: { ...scene.beam, mas: exposure?.mas ?? scene.beam.mas },
  });
}

/**
 * A recorded scene with its camera taken apart again, so that single settings of the view can be changed.
 * Another device brings its own distances.
 */
export function withMovableCamera(scene: Scene, deviceId?: string): Scene {
  if (deviceId !== undefined && deviceId !== scene.device)
    return without(withMovableCamera(scene), "sourceToDetectorMm", "sourceToIsocentreMm");
  if (!scene.pose) return scene;
  const { widthPx, heightPx, pose } = scene;
  return {
    ...without(scene, "pixelFromLps", "widthPx", "heightPx", "pose"),
    sizePx: Math.max(widthPx ?? 0, heightPx ?? 0),
    laoDeg: pose.laoDeg,
    craDeg: pose.craDeg,
    rollDeg: pose.rollDeg,
    isocentre: pose.isocentreLps,
    sourceToIsocentreMm: pose.sourceToIsocentreMm,
    ...(pose.viewedFrom === undefined ? {} : { viewedFrom: pose.viewedFrom }),
  };
}

function without<T extends object, K extends keyof T>(object: T, ...names: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name as K))) as Omit<
    T,
    K
  >;
}
