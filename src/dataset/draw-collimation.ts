import { radFromDeg } from "../geometry/vector.ts";
import type { RandomStream } from "../random/random-stream.ts";
import type { SceneInput } from "../scene/scene.ts";
import type { CollimationDistribution } from "./collimation-distribution.ts";
import { drawIndex, drawScalar } from "./distribution.ts";

type Collimation = NonNullable<SceneInput["collimation"]>;
type Place = [number, number];

/** A field narrower than this shows nothing. */
const NARROWEST = 0.05;

/** Draws the collimation of a sample; undefined where it has none. */
export function drawCollimation(
  recipe: CollimationDistribution | undefined,
  stream: RandomStream,
): Collimation | undefined {
  if (!recipe || stream.uniform() >= recipe.probability) return undefined;
  const kind =
    recipe.shapes[
      drawIndex(
        recipe.shapes.map(({ weight }) => weight),
        stream,
      )
    ];
  return {
    shape: drawShape(kind, stream),
    unit: "fraction",
    sourceToBladesMm: rounded(drawScalar(recipe.sourceToBladesMm, stream), 0.1),
    leakage: rounded(Math.min(Math.max(drawScalar(recipe.leakage, stream), 0), 0.2), 1e-5),
    outside: recipe.outside[stream.integerBelow(recipe.outside.length)],
  };
}

function drawShape(
  kind: CollimationDistribution["shapes"][number],
  stream: RandomStream,
): Collimation["shape"] {
  const size = (distribution: Parameters<typeof drawScalar>[0]): number =>
    Math.max(fraction(drawScalar(distribution, stream)), NARROWEST);
  if (kind.kind === "blades") return { kind: "polygon", corners: drawBlades(kind, stream) };
  const place = (): Place => [
    fraction(drawScalar(kind.right, stream)),
    fraction(drawScalar(kind.down, stream)),
  ];
  if (kind.kind === "circle") return { kind: "circle", diameter: size(kind.diameter), centre: place() };
  return {
    kind: "rectangle",
    width: size(kind.width),
    height: size(kind.height),
    angleDeg: rounded(drawScalar(kind.angleDeg, stream), 0.01),
    centre: place(),
  };
}

/** What blades around the centre leave open: a large square, cut by one blade after the other. */
function drawBlades(
  kind: Extract<CollimationDistribution["shapes"][number], { kind: "blades" }>,
  stream: RandomStream,
): Place[] {
  let outline: Place[] = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ];
  for (let blade = 0; blade < kind.blades; blade++) {
    const reach = Math.max(drawScalar(kind.reach, stream), NARROWEST);
    const angle = radFromDeg((360 * blade) / kind.blades + drawScalar(kind.tiltDeg, stream));
    const normal: Place = [Math.cos(angle), Math.sin(angle)];
    outline = cut(outline, ([x, y]) => reach - normal[0] * x - normal[1] * y);
  }
  return outline.map(([x, y]): Place => [fraction(x), fraction(y)]);
}

/** The part of a convex outline where `inside` is positive (Sutherland and Hodgman). */
function cut(outline: readonly Place[], inside: (place: Place) => number): Place[] {
  return outline.flatMap((corner, n): Place[] => {
    const next = outline[(n + 1) % outline.length];
    const [here, there] = [inside(corner), inside(next)];
    const kept: Place[] = here > 0 ? [corner] : [];
    if (here > 0 === there > 0) return kept;
    const t = here / (here - there);
    return [...kept, [corner[0] + t * (next[0] - corner[0]), corner[1] + t * (next[1] - corner[1])]];
  });
}

const rounded = (value: number, step: number): number =>
  Number((Math.round(value / step) * step).toPrecision(12));
const fraction = (value: number): number => rounded(value, 1e-4);
