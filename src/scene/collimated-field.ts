import { type Collimator, penumbraMm, transmittedPart } from "../detector/collimator.ts";
import type { Camera } from "../geometry/camera.ts";
import { radFromDeg } from "../geometry/vector.ts";
import type { FieldLabel } from "../label/labels.ts";
import type { Collimation } from "./collimation-schema.ts";
import { extent } from "./distractor-shadows.ts";
import type { Scene } from "./scene.ts";

/** The collimated field of a scene in a picture. */
export interface CollimatedField {
  /** Part of the beam that reaches each pixel. */
  readonly transmitted: Float32Array;
  readonly label: FieldLabel;
}

/** @param pictureCamera of the picture that the field is wanted for, cropped from that of the exposure */
export function collimatedField(
  scene: Pick<Scene, "collimation"> & { readonly beam: Pick<Scene["beam"], "focalSpotMm"> },
  camera: Camera,
  pictureCamera: Camera = camera,
): CollimatedField | undefined {
  const { collimation, beam } = scene;
  if (!collimation) return undefined;
  const collimator: Collimator = {
    opening: openingOf(collimation, camera),
    penumbraMm: Math.max(
      penumbraMm(beam.focalSpotMm ?? 0, camera.sourceToDetectorMm, collimation.sourceToBladesMm),
      0,
    ),
    leakage: collimation.leakage,
  };
  const transmitted = transmittedPart(collimator, camera, pictureCamera);
  return {
    transmitted,
    label: fieldLabel(transmitted, pictureCamera.widthPx, LEAST_PART[collimation.outside]),
  };
}

/** In mm on the panel, from the centre of the picture. */
function openingOf({ shape, unit }: Collimation, camera: Camera): Collimator["opening"] {
  const [widthMm, heightMm] = [
    camera.widthPx * camera.pixelPitchMm[0],
    camera.heightPx * camera.pixelPitchMm[1],
  ];
  const [unitX, unitY] = unit === "mm" ? [1, 1] : [widthMm, heightMm];
  const mm = ([x, y]: readonly [number, number]): [number, number] => [x * unitX, y * unitY];
  if (shape.kind === "circle")
    return {
      kind: "iris",
      centreMm: mm(shape.centre),
      radiusMm: (shape.diameter * Math.min(unitX, unitY)) / 2,
    };
  if (shape.kind === "polygon") return { kind: "blades", cornersMm: shape.corners.map(mm) };
  const [centreX, centreY] = mm(shape.centre);
  const [halfX, halfY] = mm([shape.width / 2, shape.height / 2]);
  const angle = radFromDeg(shape.angleDeg);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const corners = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([signX, signY]): [number, number] => [
    centreX + cosine * signX * halfX - sine * signY * halfY,
    centreY + sine * signX * halfX + cosine * signY * halfY,
  ]);
  return { kind: "blades", cornersMm: corners };
}

/** A pixel is in the field from this part of the beam on. Electronic shutters hide the half shadow too. */
const LEAST_PART = { exposed: 0.5, black: 0.95, white: 0.95 } as const;

function fieldLabel(transmitted: Float32Array, widthPx: number, least: number): FieldLabel {
  const mask = new Uint8Array(transmitted.length);
  for (let n = 0; n < mask.length; n++) mask[n] = transmitted[n] >= least ? 1 : 0;
  return { mask, ...extent(mask, widthPx) };
}
