import type { Draws } from "../draws.ts";
import { type LabelledImage, UNKNOWN_CLASS } from "../labelled-image.ts";

/** The open field: what lies within all blades and the iris. */
export interface OpenField {
  /** Unit normals that point into the field, and distance: inside where normal · p ≥ distance. */
  readonly blades: readonly { readonly normal: readonly [number, number]; readonly distance: number }[];
  readonly iris?: { readonly x: number; readonly y: number; readonly radiusPx: number };
}

/** What classes, masks and landmarks are behind blades. `kept`: they say where things are, seen or not. */
export type BehindBlades = "kept" | "unknown" | "background";

export interface BladeLook {
  /** Grey value behind the blades. */
  readonly value: number;
  /** Share of the picture's own contrast that remains there. */
  readonly leak: number;
  /** Width of the edge in pixels, at least that of a pixel. */
  readonly softPx: number;
  /** A line along the edge, added to the grey values there: scatter at the blades, or edge enhancement. */
  readonly rim?: { readonly add: number; readonly widthPx: number };
}

/** The picture with collimator blades or an electronic shutter around the open field. */
export function collimated(
  image: LabelledImage,
  field: OpenField,
  look: BladeLook,
  behind: BehindBlades = "kept",
): LabelledImage {
  const { widthPx, heightPx, pixels } = image;
  const { value, leak, softPx, rim } = look;
  const depths = fieldDepths(field, widthPx, heightPx);
  const result = new Float32Array(pixels.length);
  const perSoft = 1 / Math.max(softPx, 1);
  for (let n = 0; n < pixels.length; n++) {
    const depth = depths[n];
    const open = Math.min(Math.max(depth * perSoft + 0.5, 0), 1);
    const closed = value + leak * (pixels[n] - value);
    let grey = closed + open * (pixels[n] - closed);
    if (rim) grey += rim.add * Math.max(1 - Math.abs(depth) / rim.widthPx, 0);
    result[n] = grey;
  }
  if (behind === "kept") return { ...image, pixels: result };
  const label = behind === "unknown" ? UNKNOWN_CLASS : 0;
  const hidden = (from: Uint8Array): Uint8Array => from.map((old, n) => (depths[n] < 0 ? label : old));
  return {
    ...image,
    pixels: result,
    ...(image.classes ? { classes: hidden(image.classes) } : {}),
    ...(image.masks ? { masks: image.masks.map(hidden) } : {}),
    landmarks: image.landmarks.map((point) =>
      point && fieldDepth(field, point.x, point.y) >= 0 ? point : undefined,
    ),
  };
}

/** Distance into the field from its edge, negative outside (near corners: from the nearest blade's line). */
export function fieldDepth({ blades, iris }: OpenField, x: number, y: number): number {
  let depth = iris ? iris.radiusPx - Math.hypot(x - iris.x, y - iris.y) : Number.POSITIVE_INFINITY;
  for (const { normal, distance } of blades)
    depth = Math.min(depth, normal[0] * x + normal[1] * y - distance);
  return depth;
}

function fieldDepths({ blades, iris }: OpenField, widthPx: number, heightPx: number): Float32Array {
  const depths = new Float32Array(widthPx * heightPx).fill(widthPx + heightPx);
  for (let v = 0; v < heightPx; v++) {
    const row = v * widthPx;
    for (const { normal, distance } of blades) {
      const start = normal[1] * v - distance;
      for (let u = 0; u < widthPx; u++) {
        const depth = start + normal[0] * u;
        if (depth < depths[row + u]) depths[row + u] = depth;
      }
    }
    if (iris)
      for (let u = 0; u < widthPx; u++) {
        const [dx, dy] = [u - iris.x, v - iris.y];
        const depth = iris.radiusPx - Math.sqrt(dx * dx + dy * dy);
        if (depth < depths[row + u]) depths[row + u] = depth;
      }
  }
  return depths;
}

/** A random open field: a rectangle turned a little, a circle, an octagon, or one to three blades alone. */
export function randomField(size: { widthPx: number; heightPx: number }, draws: Draws): OpenField {
  const { widthPx, heightPx } = size;
  const centre: [number, number] = [
    widthPx * (0.5 + draws.uniformIn(-0.05, 0.05)) - 0.5,
    heightPx * (0.5 + draws.uniformIn(-0.05, 0.05)) - 0.5,
  ];
  const shape = draws.oneOf(["rectangle", "rectangle", "blades", "circle", "octagon"] as const);
  const turn = (draws.chance(0.5) ? draws.uniformIn(-4, 4) : 0) * (Math.PI / 180);
  /** A blade whose normal points at `angle`, its edge so far from the centre on the other side. */
  const blade = (angle: number, reachPx: number): OpenField["blades"][number] => {
    const normal = [Math.cos(angle), Math.sin(angle)] as const;
    return { normal, distance: normal[0] * centre[0] + normal[1] * centre[1] - reachPx };
  };
  const side = Math.min(widthPx, heightPx);
  if (shape === "circle")
    return { blades: [], iris: { x: centre[0], y: centre[1], radiusPx: side * draws.uniformIn(0.42, 0.6) } };
  if (shape === "octagon") {
    const reach = side * draws.uniformIn(0.4, 0.52);
    return { blades: Array.from({ length: 8 }, (_, n) => blade(turn + (n * Math.PI) / 4, reach)) };
  }
  const isThere = shape === "rectangle" ? () => true : () => draws.chance(0.45);
  return {
    blades: [0, 1, 2, 3].flatMap((n) => {
      const half = (n % 2 === 0 ? widthPx : heightPx) / 2;
      const reach = half * draws.uniformIn(0.68, 1);
      return isThere() ? [blade(turn + (n * Math.PI) / 2, reach)] : [];
    }),
  };
}
