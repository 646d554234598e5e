import { InputError } from "../error/input-error.ts";
import { type Camera, project } from "../geometry/camera.ts";
import { dot, norm, subtract, type Vector3 } from "../geometry/vector.ts";
import type { Labels } from "../label/labels.ts";
import type { Constraint } from "./constraint-schema.ts";
import type { PatientFacts } from "./patient-facts.ts";
import type { SampleView } from "./sample-view.ts";

/** Whether a constraint can be told from the camera alone, before anything is projected. */
export const isGeometric = (constraint: Constraint): boolean => constraint.kind !== "visible-area";

/**
 * Index of the first geometric constraint that a view breaks, or -1.
 *
 * @throws InputError `constraint-landmark` for landmarks that the patient does not have
 */
export function brokenGeometry(
  constraints: readonly Constraint[],
  view: SampleView,
  patient: PatientFacts,
): number {
  return constraints.findIndex((constraint) => {
    switch (constraint.kind) {
      case "landmarks-in-view":
        return !landmarksInView(constraint, view.camera, patient);
      case "joint-limits":
        return !(
          withinAngles(view.drawn.laoDeg, constraint.laoDeg) &&
          withinAngles(view.drawn.craDeg, constraint.craDeg)
        );
      case "no-collision":
        return collides(view.camera, patient, constraint.marginMm);
      default:
        return false;
    }
  });
}

/** Index of the first constraint on masks that a sample's labels break, or -1. */
export function brokenLabels(constraints: readonly Constraint[], labels: Labels): number {
  return constraints.findIndex((constraint) => {
    if (constraint.kind !== "visible-area") return false;
    const { structures, minimumPx } = constraint;
    const asked = structures === "all" ? labels.structures.map(({ name }) => name) : structures;
    return !asked.every((name) => {
      const found = labels.structures.find((structure) => structure.name === name);
      if (found) return found.areaPx >= minimumPx;
      throw new InputError(
        "constraint-structure",
        `a constraint names the structure "${name}", which the recipe does not have`,
        {
          remedy: `structures here: ${labels.structures.map((structure) => structure.name).join(", ")}`,
        },
      );
    });
  });
}

/** In words, for messages and the report: "landmarks-in-view (all)". */
export function constraintInWords(constraint: Constraint): string {
  switch (constraint.kind) {
    case "landmarks-in-view": {
      const which = constraint.landmarks === "all" ? "all landmarks" : constraint.landmarks.join(", ");
      return `landmarks-in-view (${constraint.minimum === undefined ? which : `${constraint.minimum} of ${which}`})`;
    }
    case "visible-area":
      return `visible-area (${constraint.structures === "all" ? "all structures" : constraint.structures.join(", ")}, ${constraint.minimumPx} px)`;
    case "joint-limits":
      return `joint-limits (LAO ${constraint.laoDeg.join(" to ")}°, CRA ${constraint.craDeg.join(" to ")}°)`;
    case "no-collision":
      return `no-collision (${constraint.marginMm} mm)`;
    case "inside-bone":
      return `inside-bone (${whichOf(constraint.instruments)}: ${constraint.of}, ${Math.round(100 * constraint.minimumShare)} % in ${constraint.labels.join(", ")})`;
    case "tool-visible":
      return `tool-visible (${whichOf(constraint.instruments)})`;
    case "no-tool-collision":
      return `no-tool-collision (${whichOf(constraint.instruments)}, ${constraint.marginMm} mm)`;
  }
}

const whichOf = (instruments: "all" | readonly string[]): string =>
  instruments === "all" ? "all instruments" : instruments.join(", ");

function landmarksInView(
  constraint: Extract<Constraint, { kind: "landmarks-in-view" }>,
  camera: Camera,
  patient: PatientFacts,
): boolean {
  const { landmarks, marginPx } = constraint;
  const names = landmarks === "all" ? patient.landmarks.map(({ name }) => name) : landmarks;
  const seen = names.filter((name) => {
    const landmark = patient.landmarks.find((candidate) => candidate.name === name);
    if (!landmark)
      throw new InputError(
        "constraint-landmark",
        `a constraint names the landmark "${name}", which the patient does not have`,
        {
          remedy: `its landmarks: ${patient.landmarks.map((candidate) => candidate.name).join(", ") || "none"}`,
        },
      );
    const { u, v, depthMm } = project(camera, landmark.lpsMm);
    return (
      depthMm > 0 &&
      u >= marginPx - 0.5 &&
      v >= marginPx - 0.5 &&
      u < camera.widthPx - 0.5 - marginPx &&
      v < camera.heightPx - 0.5 - marginPx
    );
  });
  return seen.length >= (constraint.minimum ?? names.length);
}

/** Angles have no seam: -170 lies between 120 and 240. */
const withinAngles = (deg: number, [low, high]: readonly [number, number]): boolean =>
  (((deg - low) % 360) + 360) % 360 <= high - low;

/** The source lies in the body or near the skin, or skin comes within the margin of the panel (as wide as the image). */
function collides(camera: Camera, patient: PatientFacts, marginMm: number): boolean {
  const depthAxis: Vector3 = [camera.pixelFromLps[8], camera.pixelFromLps[9], camera.pixelFromLps[10]];
  const { sourceLps, sourceToDetectorMm } = camera;
  if (patient.isInBody(sourceLps)) return true;
  return patient.skinLps.some((point) => {
    const fromSource = subtract(point, sourceLps);
    if (norm(fromSource) < marginMm) return true;
    const depthMm = dot(fromSource, depthAxis);
    if (depthMm < sourceToDetectorMm - marginMm) return false;
    // Where the point stands before the panel, not where its shadow falls.
    const { u, v } = project(camera, point);
    const [across, along] = [
      (u - (camera.widthPx - 1) / 2) * camera.pixelPitchMm[0] * (depthMm / sourceToDetectorMm),
      (v - (camera.heightPx - 1) / 2) * camera.pixelPitchMm[1] * (depthMm / sourceToDetectorMm),
    ];
    const [halfWidth, halfHeight] = [
      (camera.widthPx * camera.pixelPitchMm[0]) / 2 + marginMm,
      (camera.heightPx * camera.pixelPitchMm[1]) / 2 + marginMm,
    ];
    return Math.abs(across) <= halfWidth && Math.abs(along) <= halfHeight;
  });
}
