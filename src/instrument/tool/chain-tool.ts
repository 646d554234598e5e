import { InputError } from "../../error/input-error.ts";
import { rotationAbout } from "../../geometry/rotation.ts";
import { normalize, scale, subtract, type Vector3 } from "../../geometry/vector.ts";
import { moved, movedMesh, type Tool } from "./tool.ts";
import { frameAlong, poseOfFrame } from "./tool-pose.ts";

/** One rigid body of a chain, and how it hangs on another. */
export interface ChainLink {
  readonly name: string;
  readonly tool: Tool;
  /** The link that it hangs on; default the one before it. The first one hangs on nothing. */
  readonly parent?: string | undefined;
  /** Where the joint is: a keypoint of the parent, or a point in its frame. */
  readonly at: string | Vector3;
  /** The keypoint of this link that is there. */
  readonly pivot: string;
  /** Where it points at rest, in the parent's frame; default where the parent points. */
  readonly direction?: Vector3 | undefined;
  readonly rollDeg: number;
  /** Rigid without one. Its axis is in the parent's frame. */
  readonly joint?:
    | {
        readonly kind: "revolute" | "prismatic";
        readonly axis: Vector3;
        /** Degrees, or mm. */
        readonly limits: readonly [number, number];
      }
    | undefined;
}

/**
 * A tool of rigid links with joints, in the frame of its first link:
 *
 *   rootFromLink = rootFromParent · J(q) · parentFromLink,   J(q) = turn by q about the axis through the joint, or shift by q along it
 *
 * It points where its last link does; `base` is that of the first link, `tip` that of the last. Parts and keypoints have the names of their links
 * before them. Links that share a place at a joint count once.
 *
 * @param values of the joints, by their links' names; default 0, or the limit next to it
 * @throws InputError `instrument-chain` for links that hang on nothing before them; `instrument-joint` for a value out of limits
 */
export function chainTool(links: readonly ChainLink[], values: Readonly<Record<string, number>>): Tool {
  const unknown = Object.keys(values).find((name) => !links.some((link) => link.name === name && link.joint));
  if (unknown !== undefined)
    throw new InputError("instrument-joint", `the chain has no joint "${unknown}"`, {
      remedy: `its joints: ${links.flatMap(({ name, joint }) => (joint ? [name] : [])).join(", ") || "none"}`,
    });
  const placed = new Map<string, { link: ChainLink; rootFromLink: Float64Array; way: readonly string[] }>();
  for (const [n, link] of links.entries()) {
    if (placed.has(link.name))
      throw new InputError("instrument-chain", `two links of a chain are called "${link.name}"`);
    const parent = n === 0 ? undefined : placed.get(link.parent ?? links[n - 1].name);
    if (n > 0 && !parent)
      throw new InputError(
        "instrument-chain",
        `link "${link.name}" hangs on "${link.parent}", which is no link before it`,
        { remedy: `links before it: ${[...placed.keys()].join(", ")}` },
      );
    placed.set(link.name, {
      link,
      rootFromLink: parent
        ? product(parent.rootFromLink, parentFromLink(link, parent.link.tool, jointValue(link, values)))
        : IDENTITY,
      way: [...(parent?.way ?? []), link.name],
    });
  }
  const all = [...placed.values()];
  const [first, last] = [all[0], all[all.length - 1]];
  const keypoints = all.flatMap(({ link, rootFromLink }) =>
    link.tool.keypoints.map(({ name, atMm }) => ({
      name: `${link.name} ${name}`,
      atMm: moved(rootFromLink, atMm),
    })),
  );
  const end = (name: "tip" | "base", { link, rootFromLink }: typeof first) => ({
    name,
    atMm: moved(rootFromLink, link.tool.keypoints.find((point) => point.name === name)?.atMm ?? [0, 0, 0]),
  });
  const turned = ({ rootFromLink: m }: typeof first, v: Vector3): Vector3 =>
    normalize(subtract(moved(m, v), moved(m, [0, 0, 0])));
  return {
    axis: turned(last, last.link.tool.axis),
    baseFrame: frameAlong(first.link.tool.axis, 0),
    keypoints: [end("tip", last), end("base", first), ...keypoints],
    centreLine: last.way.flatMap((name) => {
      const { link, rootFromLink } = placed.get(name) ?? last;
      return link.tool.centreLine.map((point) => moved(rootFromLink, point));
    }),
    parts: all.flatMap(({ link, rootFromLink }) =>
      link.tool.parts.map((part) => ({
        ...part,
        name: link.tool.parts.length === 1 ? link.name : `${link.name} ${part.name}`,
        mesh: movedMesh(part.mesh, rootFromLink),
      })),
    ),
    voids: all.flatMap(({ link, rootFromLink }) =>
      (link.tool.voids ?? []).map((mesh) => movedMesh(mesh, rootFromLink)),
    ),
  };
}

function jointValue({ name, joint }: ChainLink, values: Readonly<Record<string, number>>): number {
  if (!joint) return 0;
  const [low, high] = joint.limits;
  const value = values[name] ?? Math.min(Math.max(0, low), high);
  if (value >= low && value <= high) return value;
  const unit = joint.kind === "revolute" ? "°" : " mm";
  throw new InputError(
    "instrument-joint",
    `joint "${name}" goes from ${low} to ${high}${unit}, got ${value}`,
  );
}

function parentFromLink(link: ChainLink, parent: Tool, value: number): Float64Array {
  const at = typeof link.at === "string" ? keypointOf(parent, link.at) : link.at;
  const frame = frameAlong(normalize(link.direction ?? parent.axis), link.rollDeg);
  const rest = poseOfFrame(link.tool, { frame, atLps: at, keypoint: link.pivot });
  if (!link.joint) return rest;
  const axis = normalize(link.joint.axis);
  if (link.joint.kind === "prismatic")
    return product(matrixOf([1, 0, 0, 0, 1, 0, 0, 0, 1], scale(axis, value)), rest);
  const turn = rotationAbout(axis, value);
  const carried = moved(matrixOf(turn, [0, 0, 0]), at);
  return product(matrixOf(turn, subtract(at, carried)), rest);
}

function keypointOf(tool: Tool, name: string): Vector3 {
  const found = tool.keypoints.find((point) => point.name === name)?.atMm;
  if (found) return found;
  throw new InputError("instrument-keypoint", `the instrument has no keypoint "${name}"`, {
    remedy: `its keypoints: ${tool.keypoints.map((point) => point.name).join(", ")}`,
  });
}

const IDENTITY = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);

const matrixOf = (r: readonly number[], t: Vector3): Float64Array =>
  Float64Array.of(r[0], r[1], r[2], t[0], r[3], r[4], r[5], t[1], r[6], r[7], r[8], t[2], 0, 0, 0, 1);

const product = (a: Float64Array, b: Float64Array): Float64Array =>
  Float64Array.from({ length: 16 }, (_, n) => {
    const [row, column] = [4 * Math.floor(n / 4), n % 4];
    return [0, 1, 2, 3].reduce((sum, k) => sum + a[row + k] * b[4 * k + column], 0);
  });
