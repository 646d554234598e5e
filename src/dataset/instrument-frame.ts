import { InputError } from "../error/input-error.ts";
import { type Camera, lpsRayFromPixel } from "../geometry/camera.ts";
import { rotationAbout } from "../geometry/rotation.ts";
import {
  add,
  cross,
  dot,
  norm,
  normalize,
  radFromDeg,
  scale,
  subtract,
  type Vector3,
} from "../geometry/vector.ts";
import { frameAlong, type ToolFrame } from "../instrument/tool/tool-pose.ts";
import type { RandomStream } from "../random/random-stream.ts";
import { namedDirections } from "../scene/instrument-schema.ts";
import { drawDirection, drawScalar } from "./distribution.ts";
import type {
  PlaceDistribution,
  ToolDirection,
  ToolPlacement,
  InstrumentDistribution,
} from "./instrument-distribution.ts";
import type { PatientFacts } from "./patient-facts.ts";
import type { SampleView } from "./sample-view.ts";

/** Where a keypoint of a tool stands, and how the tool lies there. */
export interface ToolPlace {
  readonly atLps: Vector3;
  readonly frame: ToolFrame;
  readonly keypoint: string;
}

export interface Surroundings {
  readonly stream: RandomStream;
  readonly facts: PatientFacts;
  readonly view: SampleView;
  /** Instruments before this one that are present, by name. */
  readonly before: ReadonlyMap<string, PlacedBefore>;
}

/** What placing one tool by another needs to know of that. */
export interface PlacedBefore {
  readonly keypoints: readonly { readonly name: string; readonly lpsMm: Vector3 }[];
  readonly frame: ToolFrame;
}

/**
 * Draws where a tool is.
 *
 * @throws InputError `instrument-place` where the patient lacks what the placement names; `instrument-keypoint`
 */
export function drawPlace(
  placement: Exclude<ToolPlacement, { kind: "path" }>,
  around: Surroundings,
): ToolPlace {
  const { stream, facts, view } = around;
  const { keypoint } = placement;
  const along = (atLps: Vector3, direction: Vector3): ToolPlace => ({
    atLps,
    frame: frameAlong(direction, drawScalar(placement.rollDeg, stream)),
    keypoint,
  });
  switch (placement.kind) {
    case "point": {
      const atLps = placeOf(placement.at, facts, view);
      return along(atLps, directionOf(placement.direction, atLps, around));
    }
    case "corridor": {
      const [from, to] = [placeOf(placement.from, facts, view), placeOf(placement.to, facts, view)];
      const way = subtract(to, from);
      if (!(norm(way) > 1e-3))
        throw new InputError("instrument-place", "a corridor begins where it ends: it has no direction");
      return along(add(from, scale(way, drawScalar(placement.reach, stream))), normalize(way));
    }
    case "structure":
      return inStructure(placement, around, along);
    case "beam":
      return { ...inBeam(placement, view, stream), keypoint };
    case "tool":
      return besideTool(placement, around);
  }
}

/** Draws the places that a wire follows, from its base to its tip. */
export function drawPath(
  { through, spreadMm }: Extract<ToolPlacement, { kind: "path" }>,
  { stream, facts, view }: Surroundings,
): Vector3[] {
  return through.map((place) => {
    const sdMm = drawScalar(spreadMm, stream);
    const aside = (): number => sdMm * stream.normal();
    return add(placeOf(place, facts, view), [aside(), aside(), aside()]);
  });
}

/** A place after its jitter: shifted along its own axes, tilted to any side about the point where it is, turned about itself. */
export function jittered(
  place: ToolPlace,
  jitter: InstrumentDistribution["jitter"],
  stream: RandomStream,
): ToolPlace {
  if (!jitter) return place;
  const [x, y, z] = place.frame;
  const shift = [jitter.xMm, jitter.yMm, jitter.zMm].map((mm) => drawScalar(mm, stream));
  const azimuth = 2 * Math.PI * stream.uniform();
  const axis = add(scale(x, Math.cos(azimuth)), scale(y, Math.sin(azimuth)));
  const tilted = turned(place.frame, axis, drawScalar(jitter.tiltDeg, stream));
  return {
    ...place,
    atLps: add(place.atLps, add(add(scale(x, shift[0]), scale(y, shift[1])), scale(z, shift[2]))),
    frame: rolled(tilted, drawScalar(jitter.rollDeg, stream)),
  };
}

function inStructure(
  placement: Extract<ToolPlacement, { kind: "structure" }>,
  around: Surroundings,
  along: (atLps: Vector3, direction: Vector3) => ToolPlace,
): ToolPlace {
  const { facts, stream } = around;
  const { labels, where, direction = where === "surface" ? "inwards" : "sphere" } = placement;
  const missing = (): InputError =>
    new InputError(
      "instrument-place",
      `an instrument is to be in ${labels.join(", ")}, of which the patient has no voxel`,
    );
  if (where === "inside") {
    const atLps = facts.labels?.drawInside(labels, stream);
    if (!atLps) throw missing();
    if (direction === "inwards" || direction === "outwards" || direction === "along")
      throw new InputError("instrument-place", `${direction} is a direction on a surface, not inside`, {
        remedy: "give where: surface",
      });
    return along(atLps, directionOf(direction, atLps, around));
  }
  const found = facts.labels?.drawOnSurface(labels, stream);
  if (!found) throw missing();
  const { pointLps, outwards } = found;
  const atLps = add(pointLps, scale(outwards, -drawScalar(placement.depthMm, stream)));
  if (direction === "inwards") return along(atLps, scale(outwards, -1));
  if (direction === "outwards") return along(atLps, outwards);
  if (direction !== "along") return along(atLps, directionOf(direction, atLps, around));
  // Flat on the surface: the tool's y axis, a plate's thickness, points out of it.
  const [side] = frameAlong(outwards, 360 * stream.uniform());
  const frame: ToolFrame = [side, outwards, cross(side, outwards)];
  return { atLps, frame: rolled(frame, drawScalar(placement.rollDeg, stream)), keypoint: placement.keypoint };
}

function inBeam(
  placement: Extract<ToolPlacement, { kind: "beam" }>,
  { camera, drawn }: SampleView,
  stream: RandomStream,
): { atLps: Vector3; frame: ToolFrame } {
  const { right, down, away } = pictureAxes(camera);
  const distanceMm =
    placement.distanceMm === undefined ? drawn.sourceToIsocentreMm : drawScalar(placement.distanceMm, stream);
  const across = [placement.rightMm, placement.downMm].map((mm) => drawScalar(mm, stream));
  const [turnDeg, laoDeg, craDeg, rollDeg] = [
    placement.turnDeg,
    placement.laoDeg,
    placement.craDeg,
    placement.rollDeg,
  ].map((angle) => drawScalar(angle, stream));
  const central = scale(middleRay(camera), distanceMm);
  const up = scale(down, -1);
  const [c, s] = [Math.cos(radFromDeg(turnDeg)), Math.sin(radFromDeg(turnDeg))];
  const z = add(scale(up, c), scale(right, s));
  const x = subtract(scale(right, c), scale(up, s));
  let frame: ToolFrame = [x, cross(z, x), z];
  // Turns that carry right, or up, away from the source, whether the picture is mirrored or not.
  frame = turned(frame, cross(right, away), laoDeg);
  frame = turned(frame, cross(up, away), craDeg);
  return {
    atLps: add(camera.sourceLps, add(central, add(scale(right, across[0]), scale(down, across[1])))),
    frame: rolled(frame, rollDeg),
  };
}

function besideTool(placement: Extract<ToolPlacement, { kind: "tool" }>, around: Surroundings): ToolPlace {
  const { stream, before } = around;
  const other = before.get(placement.of);
  if (!other) throw new RangeError(`instrument ${placement.of} is not there`);
  const at = other.keypoints.find(({ name }) => name === placement.at)?.lpsMm;
  if (!at)
    throw new InputError(
      "instrument-keypoint",
      `instrument "${placement.of}" has no keypoint "${placement.at}"`,
      { remedy: `its keypoints: ${other.keypoints.map(({ name }) => name).join(", ")}` },
    );
  const { x, y, z } = placement.offsetMm;
  const offset = [x, y, z].map((mm) => drawScalar(mm, stream));
  const [ox, oy, oz] = other.frame;
  const carried = ([a, b, c]: readonly number[]): Vector3 =>
    add(add(scale(ox, a), scale(oy, b)), scale(oz, c));
  const rollDeg = (): number => drawScalar(placement.rollDeg, stream);
  const atLps = add(at, carried(offset));
  const { keypoint, direction } = placement;
  if (direction === "same") return { atLps, frame: rolled(other.frame, rollDeg()), keypoint };
  if (direction === "opposite")
    return { atLps, frame: rolled([ox, scale(oy, -1), scale(oz, -1)], rollDeg()), keypoint };
  return { atLps, frame: frameAlong(carried(drawDirection(direction, stream)), rollDeg()), keypoint };
}

function directionOf(
  direction: ToolDirection,
  from: Vector3,
  { stream, facts, view }: Surroundings,
): Vector3 {
  if (typeof direction === "string" && direction !== "sphere") return namedDirections[direction];
  if (typeof direction === "object" && "towards" in direction) {
    const way = subtract(placeOf(direction.towards, facts, view), from);
    if (norm(way) > 1e-3) return normalize(way);
    throw new InputError("instrument-place", "an instrument points towards the place where it is");
  }
  return drawDirection(direction, stream);
}

function placeOf(place: PlaceDistribution, facts: PatientFacts, view: SampleView): Vector3 {
  if (place === "isocentre") return view.drawn.isocentreLps;
  if (place === "centre") return facts.centreLps;
  if (Array.isArray(place)) return place as [number, number, number];
  if ("label" in place) {
    const centroid = facts.labelCentroidLps(place.label);
    if (centroid) return centroid;
    throw new InputError(
      "instrument-place",
      `an instrument is placed by the label "${place.label}", of which the patient has no voxel`,
    );
  }
  const names = "landmark" in place ? [place.landmark] : (place as { landmarks: string[] }).landmarks;
  const points = names.map((name) => {
    const landmark = facts.landmarks.find((candidate) => candidate.name === name);
    if (landmark) return landmark.lpsMm;
    throw new InputError(
      "instrument-place",
      `an instrument is placed by the landmark "${name}", which the patient does not have`,
      { remedy: `its landmarks: ${facts.landmarks.map((candidate) => candidate.name).join(", ") || "none"}` },
    );
  });
  return scale(points.reduce(add), 1 / points.length);
}

/** Directions in LPS: along rows and columns of the picture as it is seen, and away from the source. */
function pictureAxes({ pixelFromLps: p }: Camera): { right: Vector3; down: Vector3; away: Vector3 } {
  const away = normalize([p[8], p[9], p[10]]);
  const across = (row: number): Vector3 => {
    const all: Vector3 = [p[4 * row], p[4 * row + 1], p[4 * row + 2]];
    return normalize(subtract(all, scale(away, dot(all, away))));
  };
  return { right: across(0), down: across(1), away };
}

/** From the source through the middle of the picture, to depth 1. */
function middleRay(camera: Camera): Vector3 {
  const d = lpsRayFromPixel(camera);
  const [u, v] = [(camera.widthPx - 1) / 2, (camera.heightPx - 1) / 2];
  return [d[0] * u + d[1] * v + d[2], d[3] * u + d[4] * v + d[5], d[6] * u + d[7] * v + d[8]];
}

function turned(frame: ToolFrame, axis: Vector3, angleDeg: number): ToolFrame {
  if (angleDeg === 0) return frame;
  const r = rotationAbout(axis, angleDeg);
  const of = (v: Vector3): Vector3 => [
    dot([r[0], r[1], r[2]], v),
    dot([r[3], r[4], r[5]], v),
    dot([r[6], r[7], r[8]], v),
  ];
  return [of(frame[0]), of(frame[1]), of(frame[2])];
}

/** Turned about where it points, right-handed. */
function rolled([x, y, z]: ToolFrame, rollDeg: number): ToolFrame {
  const [c, s] = [Math.cos(radFromDeg(rollDeg)), Math.sin(radFromDeg(rollDeg))];
  return [add(scale(x, c), scale(y, s)), add(scale(x, -s), scale(y, c)), z];
}
