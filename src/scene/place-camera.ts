import { namesHere } from "../error/closest-names.ts";
import { InputError } from "../error/input-error.ts";
import { type Camera, cameraFromMatrix, pixelFromLpsOfLargerPixels } from "../geometry/camera.ts";
import { type CArmAngles, cArmCamera, type ViewedFrom } from "../geometry/c-arm.ts";
import { cArmAnglesFromRotation } from "../geometry/c-arm-rotation.ts";
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
    readonly viewedFrom?: ViewedFrom;
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
  if (scene.pixelFromLps !== undefined) return cameraOfMatrix(scene, full, scene.pixelFromLps);
  refuseTogether(scene, "widthPx or heightPx without pixelFromLps", ["widthPx", "heightPx"], {
    remedy: "use sizePx, which keeps the field of view",
  });
  const angles = anglesOf(scene);
  const viewedFrom = scene.viewedFrom ?? (scene.cameraFromLps ? "source" : undefined);
  const isocentreLps = isocentre(scene, grid, labelMap);
  const sourceToIsocentreMm = scene.sourceToIsocentreMm ?? device.sourceToIsocentreMm;
  const { pixelFromLps } = cArmCamera({
    device,
    angles,
    isocentreLps,
    sourceToIsocentreMm,
    ...(viewedFrom === undefined ? {} : { viewedFrom }),
  });
  // Always through the matrix, so that a scene record, which keeps the matrix, gives the same bits.
  const camera = cameraFromMatrix({ ...device, pixelFromLps });
  return {
    camera,
    device,
    pose: { angles, isocentreLps, sourceToIsocentreMm, ...(viewedFrom === undefined ? {} : { viewedFrom }) },
  };
}

/** Angles of a rotation, or of a view and what is added to it. */
function anglesOf(scene: Scene): CArmAngles {
  if (scene.cameraFromLps !== undefined) {
    refuseTogether(scene, "cameraFromLps and also", ["view", "laoDeg", "craDeg", "rollDeg"], {
      remedy: "keep the rotation or the view, not both",
    });
    return cArmAnglesFromRotation(scene.cameraFromLps);
  }
  const base = viewByName(
    scene.view ?? (scene.laoDeg === undefined && scene.craDeg === undefined ? "AP" : "PA"),
  );
  return {
    laoDeg: base.laoDeg + (scene.laoDeg ?? 0),
    craDeg: base.craDeg + (scene.craDeg ?? 0),
    rollDeg: base.rollDeg + (scene.rollDeg ?? 0),
  };
}

function refuseTogether(
  scene: Scene,
  what: string,
  fields: readonly (keyof Scene)[],
  options: { remedy: string },
): void {
  const given = fields.filter((field) => scene[field] !== undefined);
  if (given.length > 0)
    throw new InputError("scene-two-cameras", `the scene gives ${what}: ${given.join(", ")}`, options);
}

function cameraOfMatrix(scene: Scene, device: Device, rows: readonly (readonly number[])[]): PlacedCamera {
  refuseTogether(
    scene,
    "pixelFromLps and also",
    ["view", "laoDeg", "craDeg", "rollDeg", "viewedFrom", "cameraFromLps", "sourceToIsocentreMm"],
    { remedy: "keep the matrix or the view, not both" },
  );
  const widthPx = scene.widthPx ?? device.widthPx;
  const heightPx = scene.heightPx ?? device.heightPx;
  const factor = scene.sizePx === undefined ? 1 : Math.max(widthPx, heightPx) / scene.sizePx;
  const given = rows.flat();
  const camera = cameraFromMatrix({
    pixelFromLps: factor === 1 ? given : pixelFromLpsOfLargerPixels(given, factor),
    widthPx: Math.round(widthPx / factor),
    heightPx: Math.round(heightPx / factor),
    sourceToDetectorMm: device.sourceToDetectorMm,
  });
  if (!scene.pose) return { camera, device };
  const { laoDeg, craDeg, rollDeg, isocentreLps, sourceToIsocentreMm, viewedFrom } = scene.pose;
  const pose = { angles: { laoDeg, craDeg, rollDeg }, isocentreLps, sourceToIsocentreMm };
  return { camera, device, pose: viewedFrom === undefined ? pose : { ...pose, viewedFrom } };
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
  const label = [...labelMap.names].find(([, candidate]) => candidate === name)?.[0] ?? labelNumber(name);
  const centroid = !label ? undefined : labelCentroidLps(labelMap, label);
  if (!centroid)
    throw new InputError("isocentre-label", `no voxel is labelled "${name}"`, {
      remedy: `labels here: ${namesHere(name, labelsHere(labelMap))}`,
    });
  return centroid;
}

/** 21 for "21" and for "label_21", which is what a label without a name is called. */
function labelNumber(name: string): number | undefined {
  const digits = /^(?:label_)?(\d{1,5})$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function labelsHere({ labels, names }: LabelMap): string[] {
  const present = new Set<number>(labels);
  return [...present]
    .filter((label) => label !== 0)
    .toSorted((a, b) => a - b)
    .map((label) => names.get(label) ?? `label_${label}`);
}
