import { InputError } from "../error/input-error.ts";
import { type Camera, cameraFromMatrix } from "../geometry/camera.ts";
import { type CArmAngles, cArmCamera } from "../geometry/c-arm.ts";
import { type Device, deviceById, resizedDevice } from "../geometry/device.ts";
import { centreLps, type Grid } from "../geometry/grid.ts";
import type { Vector3 } from "../geometry/vector.ts";
import { viewByName } from "../geometry/view.ts";
import type { LabelMap } from "../volume/label-map.ts";
import { labelCentroidLps } from "../volume/label-centroid.ts";
import type { Scene } from "./scene.ts";

export interface PlacedCamera {
  readonly camera: Camera;
  readonly device: Device;
  /** Absent for a camera that was given as a matrix. */
  readonly pose?: {
    readonly angles: CArmAngles;
    readonly isocentreLps: Vector3;
    readonly sourceToIsocentreMm: number;
  };
}

/** The camera of a scene: from its matrix if it has one, else from device, view and isocentre. */
export function placeCamera(scene: Scene, grid: Grid, labelMap: LabelMap | undefined): PlacedCamera {
  const preset = deviceById(scene.device);
  const full: Device = {
    ...preset,
    sourceToDetectorMm: scene.sourceToDetectorMm ?? preset.sourceToDetectorMm,
  };
  const device = scene.sizePx === undefined ? full : resizedDevice(full, scene.sizePx);
  if (scene.pixelFromLps !== undefined) return cameraOfMatrix(scene, device, scene.pixelFromLps);
  const base = viewByName(
    scene.view ?? (scene.laoDeg === undefined && scene.craDeg === undefined ? "AP" : "PA"),
  );
  const angles: CArmAngles = {
    laoDeg: base.laoDeg + (scene.laoDeg ?? 0),
    craDeg: base.craDeg + (scene.craDeg ?? 0),
    rollDeg: base.rollDeg + (scene.rollDeg ?? 0),
  };
  const isocentreLps = isocentre(scene, grid, labelMap);
  const sourceToIsocentreMm = scene.sourceToIsocentreMm ?? device.sourceToIsocentreMm;
  const { pixelFromLps } = cArmCamera({
    device,
    angles,
    isocentreLps,
    sourceToIsocentreMm,
    ...(scene.viewedFrom === undefined ? {} : { viewedFrom: scene.viewedFrom }),
  });
  // Always through the matrix, so that a scene record, which keeps the matrix, gives the same bits.
  const camera = cameraFromMatrix({ ...device, pixelFromLps });
  return { camera, device, pose: { angles, isocentreLps, sourceToIsocentreMm } };
}

function cameraOfMatrix(scene: Scene, device: Device, rows: readonly (readonly number[])[]): PlacedCamera {
  const also = (["view", "laoDeg", "craDeg", "rollDeg", "viewedFrom", "sourceToIsocentreMm"] as const).filter(
    (field) => scene[field] !== undefined,
  );
  if (also.length > 0)
    throw new InputError("scene-two-cameras", `the scene gives pixelFromLps and also ${also.join(", ")}`, {
      remedy: "keep the matrix or the view, not both",
    });
  const camera = cameraFromMatrix({
    pixelFromLps: rows.flat(),
    widthPx: scene.widthPx ?? device.widthPx,
    heightPx: scene.heightPx ?? device.heightPx,
    sourceToDetectorMm: device.sourceToDetectorMm,
  });
  if (!scene.pose) return { camera, device };
  const { laoDeg, craDeg, rollDeg, isocentreLps, sourceToIsocentreMm } = scene.pose;
  return { camera, device, pose: { angles: { laoDeg, craDeg, rollDeg }, isocentreLps, sourceToIsocentreMm } };
}

function isocentre(scene: Scene, grid: Grid, labelMap: LabelMap | undefined): Vector3 {
  if (typeof scene.isocentre !== "string") return scene.isocentre;
  if (!scene.isocentre.startsWith("label:")) return centreLps(grid);
  const name = scene.isocentre.slice("label:".length);
  if (!labelMap)
    throw new InputError(
      "isocentre-label",
      `the isocentre is ${scene.isocentre}, but there is no label map`,
      {
        remedy: "give --labels FILE, or an isocentre in LPS mm",
      },
    );
  const entry = [...labelMap.names].find(
    ([label, candidate]) => candidate === name || String(label) === name,
  );
  const centroid = entry && labelCentroidLps(labelMap, entry[0]);
  if (!centroid)
    throw new InputError("isocentre-label", `no voxel is labelled "${name}"`, {
      remedy: `labels here: ${[...labelMap.names.values()].slice(0, 12).join(", ")}${labelMap.names.size > 12 ? ", …" : ""}`,
    });
  return centroid;
}
