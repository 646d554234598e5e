import type { Camera } from "../geometry/camera.ts";
import { add, cross, norm, normalize, scale, subtract, type Vector3 } from "../geometry/vector.ts";
import { imageSides } from "../label/image-sides.ts";
import { type RandomStream, randomStream } from "../random/random-stream.ts";
import { sampleKey } from "../random/sample-key.ts";
import type { SceneInput } from "../scene/scene.ts";
import { drawScalar, type ScalarDistribution } from "./distribution.ts";
import type { DistractorDistribution } from "./distractor-distribution.ts";
import type { PatientFacts } from "./patient-facts.ts";
import { type SkinSide, type SkinSurface, skinSurface } from "./skin-surface.ts";

type Distractor = NonNullable<SceneInput["distractors"]>[number];
type Collimation = SceneInput["collimation"];
type Kind<K extends DistractorDistribution["kind"]> = Extract<DistractorDistribution, { kind: K }>;
type Line = [number, number, number][];
type Pixel = readonly [number, number];

/** What a distractor is drawn from. */
interface Bench {
  readonly camera: Camera;
  readonly collimation: Collimation;
  readonly skin: SkinSurface;
  readonly stream: RandomStream;
}

const ATTEMPTS = 8;
const MOST = 20;
/** Air between skin and what lies on it. */
const GAP_MM = 0.5;

/**
 * The distractors of a sample; each kind of the recipe from a stream of its own. They are placed in the picture and then laid on the
 * patient along the rays, so that they are in view and on the skin whatever the view. A view that misses the patient gets only
 * those that lie on the panel.
 */
export function drawDistractors(options: {
  recipe: readonly DistractorDistribution[];
  seed: number;
  id: number;
  camera: Camera;
  collimation: Collimation;
  patient: PatientFacts;
}): Distractor[] {
  const { recipe, seed, id, camera, collimation } = options;
  let skin: SkinSurface | undefined;
  return recipe.flatMap((kind, index) => {
    const stream = randomStream(sampleKey(seed, id, `distractor ${index}`));
    if (stream.uniform() >= kind.probability) return [];
    skin ??= skinSurface(camera, options.patient);
    const bench: Bench = { camera, collimation, skin, stream };
    switch (kind.kind) {
      case "ecg-leads":
        return ecgLeads(kind, bench);
      case "tubes":
        return tubes(kind, bench);
      case "skin-markers":
        return skinMarkers(kind, bench);
      case "side-marker":
        return [sideMarker(kind, bench)];
      case "text":
        return [letters(kind, bench)];
    }
  });
}

/** Electrodes around the middle of the picture, on the front of the patient; the leads leave together on one side. */
function ecgLeads(kind: Kind<"ecg-leads">, bench: Bench): Distractor[] {
  const { stream } = bench;
  const count = drawCount(kind.electrodes, stream);
  const coreRadiusMm = length(drawScalar(kind.coreRadiusMm, stream));
  const cableRadiusMm = Math.max(length(drawScalar(kind.cableRadiusMm, stream)), coreRadiusMm + 0.1);
  const towards = 2 * Math.PI * stream.uniform();
  const firstAngle = 2 * Math.PI * stream.uniform();
  return Array.from({ length: count }, (_, n) => n).flatMap((n) => {
    const foot = findOnSkin(bench, () => {
      const angle = firstAngle + (2 * Math.PI * (n + stream.uniformIn(-0.25, 0.25))) / count;
      return around(bench.camera, angle, stream.uniformIn(0.2, 0.42));
    });
    const leaves = around(bench.camera, towards + stream.uniformIn(-0.25, 0.25), 0.85);
    const path = curve(bench, foot?.pixel ?? leaves, leaves, 0.1);
    if (!foot) return [];
    const line = onSkin(bench, path, foot.side, cableRadiusMm);
    const normal = bench.skin.normal(...foot.pixel, foot.side);
    const onNormal = (mm: number): [number, number, number] => rounded(add(foot.point, scale(normal, mm)));
    line[0] = onNormal(3);
    const disc = (material: string, radiusMm: number, from: number, to: number) => ({
      material,
      radiusMm,
      lines: [[onNormal(from), onNormal(to)]],
      ends: "flat" as const,
    });
    return [
      {
        name: "ecg-lead",
        parts: [
          disc("water", 9, 0.2, 1.4),
          disc("316l", 5, 1.5, 1.75),
          disc("brass", 2, 1.8, 4),
          disc("pvc", 6, 4, 6.5),
          { material: "copper", radiusMm: coreRadiusMm, lines: [line], smooth: true },
          // The sheath as a solid: what it would lack where the core runs, half a millimetre of plastic, is no matter beside copper.
          { material: "pvc", radiusMm: cableRadiusMm, lines: [line], smooth: true },
        ],
      },
    ];
  });
}

/** Tubes from one side of the picture to another. */
function tubes(kind: Kind<"tubes">, bench: Bench): Distractor[] {
  const { stream, camera } = bench;
  return Array.from({ length: drawCount(kind.count, stream) }).map(() => {
    const radiusMm = length(drawScalar(kind.outerDiameterMm, stream) / 2);
    const wallMm = Math.min(Math.max(2 * radiusMm * drawScalar(kind.wall, stream), 0.1), 0.9 * radiusMm);
    const material = kind.materials[stream.integerBelow(kind.materials.length)];
    const hasStripe = stream.uniform() < kind.stripe;
    const from = 2 * Math.PI * stream.uniform();
    const ends = [from, from + stream.uniformIn(0.75, 1.25) * Math.PI];
    const [start, end] = ends.map((angle) => around(camera, angle, 0.85));
    const path = curve(bench, start, end, 0.2);
    const turn = 2 * Math.PI * stream.uniform();
    const side = frontSide(bench, [(camera.widthPx - 1) / 2, (camera.heightPx - 1) / 2]) ?? "entry";
    const line = onSkin(bench, path, side, radiusMm);
    const stripeRadiusMm = length(0.4 * wallMm);
    const stripe = {
      // Barium sulphate in the wall, as it is filled in: the plastic around it is counted with the wall.
      material: "barium sulfate@1.2",
      radiusMm: stripeRadiusMm,
      lines: [beside(line, camera.sourceLps, radiusMm - wallMm / 2, turn)],
      smooth: true,
    };
    return {
      name: "tube",
      parts: [
        { material, radiusMm, boreRadiusMm: length(radiusMm - wallMm), lines: [line], smooth: true },
        ...(hasStripe ? [stripe] : []),
      ],
    };
  });
}

function skinMarkers(kind: Kind<"skin-markers">, bench: Bench): Distractor[] {
  const { stream, camera } = bench;
  return Array.from({ length: drawCount(kind.count, stream) }).flatMap(() => {
    const radiusMm = length(drawScalar(kind.diameterMm, stream) / 2);
    const material = kind.materials[stream.integerBelow(kind.materials.length)];
    const side: SkinSide = stream.uniform() < 0.5 ? "entry" : "exit";
    const foot = findOnSkin(
      bench,
      () => [stream.uniformIn(0.08, 0.92) * camera.widthPx, stream.uniformIn(0.08, 0.92) * camera.heightPx],
      side,
    );
    if (!foot) return [];
    const centre = add(foot.point, scale(bench.skin.normal(...foot.pixel, side), radiusMm + GAP_MM));
    return [{ name: "skin-marker", parts: [{ material, radiusMm, lines: [[rounded(centre)]] }] }];
  });
}

/** On the side of the patient that it names; where the picture has no right and left, either letter on either side. */
function sideMarker(kind: Kind<"side-marker">, bench: Bench): Distractor {
  const { stream, camera } = bench;
  const isLeft = stream.uniform() < 0.5;
  const sides = imageSides(camera);
  const named = isLeft ? sides.left : sides.right;
  const drawn = stream.uniform() < 0.5 ? "R" : "L";
  const text = named === "R" || named === "L" ? named : drawn;
  return onPanel("side-marker", text, kind, bench, isLeft ? -1 : 1);
}

const letters = (kind: Kind<"text">, bench: Bench): Distractor => {
  const { stream } = bench;
  const text = kind.texts[stream.integerBelow(kind.texts.length)];
  return onPanel("text", text, kind, bench, stream.uniform() < 0.5 ? -1 : 1);
};

/** Letters of lead near the left (−1) or right edge of the field. */
function onPanel(
  name: string,
  text: string,
  kind: Kind<"text"> | Kind<"side-marker">,
  { stream, camera, collimation }: Bench,
  side: -1 | 1,
): Distractor {
  const heightMm = Math.max(length(drawScalar(kind.heightMm, stream)), 1);
  const material = kind.materials[stream.integerBelow(kind.materials.length)];
  const [left, top, right, bottom] = fieldMm(camera, collimation);
  // Half the text, about, and a finger's breadth.
  const inset = 0.45 * heightMm * text.length + stream.uniformIn(3, 20);
  const x = side < 0 ? left + inset : right - inset;
  const room = Math.max((bottom - top) / 2 - heightMm, 0);
  const y = (top + bottom) / 2 + room * stream.uniformIn(-0.9, 0.9);
  return {
    name,
    frame: "panel",
    parts: [
      {
        material,
        radiusMm: length(0.065 * heightMm),
        text,
        heightMm,
        at: [hundredths(x), hundredths(y)],
        angleDeg: hundredths(drawScalar(kind.angleDeg, stream)),
      },
    ],
  };
}

/** The box of the collimated field on the panel, cut by the picture: left, top, right, bottom in mm from the centre. */
function fieldMm(camera: Camera, collimation: Collimation): [number, number, number, number] {
  const [width, height] = [camera.widthPx * camera.pixelPitchMm[0], camera.heightPx * camera.pixelPitchMm[1]];
  const shape = collimation?.shape;
  const box = ((): readonly number[] => {
    if (!shape) return [-0.5, -0.5, 0.5, 0.5];
    if (shape.kind === "polygon") {
      const [xs, ys] = [0, 1].map((axis) => shape.corners.map((corner) => corner[axis]));
      return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    }
    const [x, y] = shape.centre ?? [0, 0];
    const [w, h] =
      shape.kind === "circle" ? [0.7 * shape.diameter, 0.7 * shape.diameter] : [shape.width, shape.height];
    return [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
  })();
  const within = (value: number): number => Math.min(Math.max(value, -0.5), 0.5);
  return [width * within(box[0]), height * within(box[1]), width * within(box[2]), height * within(box[3])];
}

/** A pixel at an angle from the centre, at a fraction of the picture's size. */
function around(camera: Camera, angle: number, fraction: number): Pixel {
  return [
    (camera.widthPx - 1) / 2 + fraction * camera.widthPx * Math.cos(angle),
    (camera.heightPx - 1) / 2 + fraction * camera.heightPx * Math.sin(angle),
  ];
}

/** The side of the patient on this ray that is more in front. */
function frontSide({ skin }: Bench, [u, v]: Pixel): SkinSide | undefined {
  const [entry, exit] = [skin.depthMm(u, v, "entry"), skin.depthMm(u, v, "exit")];
  if (entry === undefined || exit === undefined) return undefined;
  return skin.point(u, v, entry)[1] <= skin.point(u, v, exit)[1] ? "entry" : "exit";
}

/** Draws pixels until the ray of one meets the patient. */
function findOnSkin(
  bench: Bench,
  draw: () => Pixel,
  wanted?: SkinSide,
): { pixel: Pixel; side: SkinSide; point: Vector3 } | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const pixel = draw();
    const side = wanted ?? frontSide(bench, pixel);
    const depth = side && bench.skin.depthMm(...pixel, side);
    if (side && depth !== undefined) return { pixel, side, point: bench.skin.point(...pixel, depth) };
  }
  return undefined;
}

/** Pixels along a slack curve: a parabola that sags to one side, a little uneven. */
function curve({ camera, stream }: Bench, from: Pixel, to: Pixel, sag: number): Pixel[] {
  const count = 8;
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const bend = sag * stream.normal();
  const uneven = 0.008 * camera.widthPx;
  return Array.from({ length: count + 1 }, (_, n) => {
    const t = n / count;
    const aside = 4 * bend * t * (1 - t);
    const wobble = n === 0 ? 0 : uneven;
    return [
      from[0] + t * dx - aside * dy + wobble * stream.normal(),
      from[1] + t * dy + aside * dx + wobble * stream.normal(),
    ] as const;
  });
}

/** Lays a path on the patient; beyond its edge the line goes on at the depth that it had. */
function onSkin({ skin, camera }: Bench, path: readonly Pixel[], side: SkinSide, radiusMm: number): Line {
  const away = (side === "entry" ? -1 : 1) * (radiusMm + GAP_MM);
  const depths = path.map(([u, v]) => skin.depthMm(u, v, side));
  const known = depths.filter((depth) => depth !== undefined);
  let last = known[0] ?? 0.6 * camera.sourceToDetectorMm;
  return path.map(([u, v], n) => {
    last = depths[n] ?? last;
    return rounded(skin.point(u, v, last + away));
  });
}

/** A line beside another: `distanceMm` away, turned about it, as seen from the source. */
function beside(line: Line, sourceLps: Vector3, distanceMm: number, turn: number): Line {
  return line.map((point, n) => {
    const along = subtract(line[Math.min(n + 1, line.length - 1)], line[Math.max(n - 1, 0)]);
    const ray = normalize(subtract(point, sourceLps));
    const sideways = cross(along, ray);
    if (!(norm(sideways) > 0)) return point;
    const across = normalize(sideways);
    const third = normalize(cross(across, along));
    return rounded(
      add(point, add(scale(across, distanceMm * Math.cos(turn)), scale(third, distanceMm * Math.sin(turn)))),
    );
  });
}

const drawCount = (distribution: ScalarDistribution, stream: RandomStream): number =>
  Math.min(Math.max(Math.round(drawScalar(distribution, stream)), 0), MOST);
/** Millimetres are recorded to hundredths. */
const hundredths = (value: number): number => Math.round(value * 100) / 100;
const length = (value: number): number => Math.max(hundredths(value), 0.02);
const rounded = ([x, y, z]: Vector3): [number, number, number] => [
  hundredths(x),
  hundredths(y),
  hundredths(z),
];
