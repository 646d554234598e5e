import { InputError } from "../error/input-error.ts";
import { cArmCamera } from "../geometry/c-arm.ts";
import { type Camera, cameraFromMatrix } from "../geometry/camera.ts";
import { deviceById, resizedDevice } from "../geometry/device.ts";
import { rotationAbout } from "../geometry/rotation.ts";
import { add, degFromRad, dot, type Vector3 } from "../geometry/vector.ts";
import { viewByName } from "../geometry/view.ts";
import type { RandomStream } from "../random/random-stream.ts";
import { drawDirection, drawScalar } from "./distribution.ts";
import type { PatientFacts } from "./patient-facts.ts";
import type { Recipe } from "./recipe.ts";

/** Where one sample's camera stands, and the numbers that were drawn for it. */
export interface SampleView {
  readonly camera: Camera;
  readonly drawn: {
    readonly view: string;
    /** Where the panel stands about the patient, after all turns of the patient (docs/conventions.md). */
    readonly laoDeg: number;
    readonly craDeg: number;
    readonly isocentreLps: Vector3;
    readonly offsetMm: Vector3;
    readonly sourceToIsocentreMm: number;
    readonly angleDeg?: number;
    readonly axis?: Vector3;
    readonly rollDeg?: number;
  };
}

/**
 * Draws the camera of a sample. The patient is turned about the isocentre c by R and shifted by t, then seen by the C-arm:
 *
 *   pixelFromLps = P · M,   M x = c + R (x − c) + t
 *
 * @throws InputError `recipe-isocentre` where the patient lacks what the recipe aims at, and what `cArmCamera` refuses
 */
export function drawView(recipe: Recipe, stream: RandomStream, patient: PatientFacts): SampleView {
  const device = resizedDevice(
    {
      ...deviceById(recipe.device),
      ...(recipe.sourceToDetectorMm === undefined ? {} : { sourceToDetectorMm: recipe.sourceToDetectorMm }),
    },
    recipe.sizePx,
  );
  const { view } = recipe;
  const names = typeof view.view === "string" ? [view.view] : view.view;
  const name = names[names.length > 1 ? stream.integerBelow(names.length) : 0];
  const base = viewByName(name);
  const turn = drawTurn(view, stream);
  const angles = {
    laoDeg: wrappedDeg(base.laoDeg + turn.laoDeg),
    craDeg: base.craDeg + turn.craDeg,
    rollDeg: base.rollDeg + turn.rollDeg,
  };
  const offsetMm: Vector3 = [
    drawScalar(recipe.offsetMm.left, stream),
    drawScalar(recipe.offsetMm.posterior, stream),
    drawScalar(recipe.offsetMm.superior, stream),
  ];
  const sourceToIsocentreMm =
    recipe.sourceToIsocentreMm === undefined
      ? device.sourceToIsocentreMm
      : drawScalar(recipe.sourceToIsocentreMm, stream);
  const isocentreLps = isocentre(recipe, patient);
  const still = cArmCamera({ device, angles, isocentreLps, sourceToIsocentreMm });
  const pixelFromLps = seeingMoved(still.pixelFromLps, turn.rotation, isocentreLps, offsetMm);
  const camera = cameraFromMatrix({ ...device, pixelFromLps });
  return {
    camera,
    drawn: {
      view: name,
      ...panelAngles(camera),
      isocentreLps,
      offsetMm,
      sourceToIsocentreMm,
      ...(turn.axis ? { axis: turn.axis, angleDeg: turn.angleDeg } : {}),
      ...(turn.rollDeg === 0 ? {} : { rollDeg: turn.rollDeg }),
    },
  };
}

interface Turn {
  readonly laoDeg: number;
  readonly craDeg: number;
  readonly rollDeg: number;
  /** Row-major, of the patient. */
  readonly rotation: readonly number[];
  readonly axis?: Vector3;
  readonly angleDeg?: number;
}

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const STILL = { laoDeg: 0, craDeg: 0, rollDeg: 0, rotation: IDENTITY };

function drawTurn(view: Recipe["view"], stream: RandomStream): Turn {
  if (view.kind === "c-arm")
    return {
      laoDeg: drawScalar(view.laoDeg, stream),
      craDeg: drawScalar(view.craDeg, stream),
      rollDeg: drawScalar(view.rollDeg, stream),
      rotation: IDENTITY,
    };
  if (view.kind === "rotated-patient") {
    const axis = drawDirection(view.axis, stream);
    const angleDeg = drawScalar(view.angleDeg, stream);
    return { ...STILL, rotation: rotationAbout(axis, angleDeg), axis, angleDeg };
  }
  const about = [view.aboutLeftDeg, view.aboutPosteriorDeg, view.aboutSuperiorDeg].map((distribution, axis) =>
    rotationAbout(
      [0, 1, 2].map((n) => (n === axis ? 1 : 0)) as unknown as Vector3,
      drawScalar(distribution, stream),
    ),
  );
  return { ...STILL, rotation: multiplied(about[2], multiplied(about[1], about[0])) };
}

/** P · M for M x = c + R (x − c) + t. */
function seeingMoved(
  pixelFromLps: Float64Array,
  rotation: readonly number[],
  centre: Vector3,
  offset: Vector3,
): Float64Array {
  const row = (n: number): Vector3 => [rotation[3 * n], rotation[3 * n + 1], rotation[3 * n + 2]];
  const shift = [0, 1, 2].map((n) => centre[n] + offset[n] - dot(row(n), centre));
  const moved = new Float64Array(12);
  for (let r = 0; r < 3; r++) {
    const p = pixelFromLps.subarray(4 * r, 4 * r + 4);
    for (let column = 0; column < 3; column++)
      moved[4 * r + column] =
        p[0] * rotation[column] + p[1] * rotation[3 + column] + p[2] * rotation[6 + column];
    moved[4 * r + 3] = p[0] * shift[0] + p[1] * shift[1] + p[2] * shift[2] + p[3];
  }
  return moved;
}

function multiplied(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: 9 }, (_, n) => {
    const [row, column] = [Math.floor(n / 3), n % 3];
    return a[3 * row] * b[column] + a[3 * row + 1] * b[3 + column] + a[3 * row + 2] * b[6 + column];
  });
}

/** LAO and CRA of a camera's beam: where the panel stands about the patient. */
function panelAngles(camera: Camera): { laoDeg: number; craDeg: number } {
  const [x, y, z] = camera.pixelFromLps.subarray(8, 11);
  return {
    laoDeg: degFromRad(Math.atan2(x, -y)),
    craDeg: degFromRad(Math.asin(Math.min(1, Math.max(-1, z)))),
  };
}

const wrappedDeg = (degrees: number): number => ((((degrees + 180) % 360) + 360) % 360) - 180;

function isocentre({ isocentre: aim }: Recipe, patient: PatientFacts): Vector3 {
  if (aim === "centre") return patient.centreLps;
  if (Array.isArray(aim)) return aim as [number, number, number];
  if ("label" in aim) {
    const centroid = patient.labelCentroidLps(aim.label);
    if (centroid) return centroid;
    throw new InputError(
      "recipe-isocentre",
      `the recipe aims at the label "${aim.label}", of which the patient has no voxel`,
    );
  }
  const points = (aim as { landmarks: string[] }).landmarks.map((name) => {
    const landmark = patient.landmarks.find((candidate) => candidate.name === name);
    if (landmark) return landmark.lpsMm;
    throw new InputError(
      "recipe-isocentre",
      `the recipe aims at the landmark "${name}", which the patient does not have`,
      {
        remedy: `its landmarks: ${patient.landmarks.map((candidate) => candidate.name).join(", ") || "none"}`,
      },
    );
  });
  const sum = points.reduce((total, point) => add(total, point), [0, 0, 0]);
  return [sum[0] / points.length, sum[1] / points.length, sum[2] / points.length];
}
