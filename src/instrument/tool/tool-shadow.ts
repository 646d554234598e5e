import { InputError } from "../../error/input-error.ts";
import { type Camera, lpsRayFromPixel } from "../../geometry/camera.ts";
import { massAttenuationCm2PerG } from "../../material/attenuation.ts";
import type { Finding } from "../../volume/finding.ts";
import { latticeFor, type RayLattice } from "../mesh/ray-lattice.ts";
import { meshSpans } from "../mesh/mesh-spans.ts";
import type { RaySpans } from "../mesh/ray-spans.ts";
import type { SweptShadow } from "../swept-shadow.ts";
import type { PlacedTool, ToolPart } from "./tool.ts";

/** Where the rays of a picture's pixels run in any tool. */
export interface Displacement {
  /** v · widthPx + u, ascending. */
  readonly pixels: Uint32Array;
  /** Pixel n has the spans first[n] to first[n + 1]. */
  readonly first: Uint32Array;
  /** Beginning and end as depth in mm, of all rays of the pixel. */
  readonly spans: Float64Array;
  /** What a span of the pixel counts: 1 / rays, times the part of the pixel that is covered as the panel sees it. */
  readonly weight: Float64Array;
}

export interface ToolShadows {
  readonly tools: readonly {
    readonly tool: PlacedTool;
    readonly parts: readonly {
      readonly name: string;
      readonly material: ToolPart["material"];
      readonly shadow: SweptShadow;
      /** Plain mean of the rays' paths, where `shadow.pathMm` is what transmits as much. */
      readonly meanPathMm: Float32Array;
    }[];
    /** Pixels with a ray that meets the tool, whether or not another tool is there too. */
    readonly pixels: Uint32Array;
  }[];
  readonly displacement: Displacement;
  readonly findings: readonly Finding[];
}

const CM_PER_MM = 0.1;

/**
 * The shadows of tools, in the order of their priority: where two would be in the same place, the first is.
 *
 * A pixel is the mean of several rays. Its panel sees the mean of what they transmit, so paths are given that transmit as much,
 * all by the same factor:  l′ = l̄ · (−ln mean e^(−Aᵢ)) / Ā,  Aᵢ = Σ μ l of the tools on ray i.
 * The same factor weighs the tissue that the tools displace: a tool of its surroundings' matter is invisible.
 *
 * @param energyKeV at which the transmission within a pixel is averaged; undefined for the plain mean of the paths
 */
export function toolShadows(
  camera: Camera,
  tools: readonly PlacedTool[],
  energyKeV: number | undefined,
): ToolShadows {
  const parts = tools.flatMap((tool) => tool.parts);
  const lattice = latticeFor(
    camera,
    parts.map(({ mesh }) => mesh),
  );
  // Of every tool its voids come first.
  const solids = tools.flatMap((tool, toolNumber) => [
    ...tool.voids.map((mesh): Solid => {
      const spans = meshSpans(camera, mesh, lattice);
      return { tool, toolNumber, part: undefined, spans, perMm: 0 };
    }),
    ...tool.parts.map(
      (part): Solid => ({ tool, toolNumber, part, ...solidSpans(camera, part, lattice, energyKeV) }),
    ),
  ]);
  const raysPerPixel = lattice.count;
  const d = lpsRayFromPixel(camera);
  const outputs = solids.map(() => ({
    pixels: [] as number[],
    paths: [] as number[],
    plain: [] as number[],
  }));
  const touched = tools.map((): number[] => []);
  const covered = { pixels: [] as number[], first: [0], spans: [] as number[], weight: [] as number[] };
  const cursor = new Uint32Array(solids.length);
  // The pixel at the cursor of each solid.
  const pixelOf = new Float64Array(solids.length);
  const pixelAt = (n: number): number => {
    const { rays } = solids[n].spans;
    return cursor[n] < rays.length ? Math.floor(rays[cursor[n]] / raysPerPixel) : Number.POSITIVE_INFINITY;
  };
  for (let n = 0; n < solids.length; n++) pixelOf[n] = pixelAt(n);
  const depthSum = new Float64Array(solids.length);
  const attenuation = new Float64Array(raysPerPixel);
  const claimed: number[][] = Array.from({ length: raysPerPixel }, () => []);
  // Spans of the voids of one tool.
  const hollow: number[][] = Array.from({ length: raysPerPixel }, () => []);
  let hollowTool = -1;
  for (;;) {
    let pixel = Number.POSITIVE_INFINITY;
    for (let n = 0; n < solids.length; n++) if (pixelOf[n] < pixel) pixel = pixelOf[n];
    if (pixel === Number.POSITIVE_INFINITY) break;
    const u = pixel % camera.widthPx;
    const v = (pixel - u) / camera.widthPx;
    const x = d[0] * u + d[1] * v + d[2];
    const y = d[3] * u + d[4] * v + d[5];
    const z = d[6] * u + d[7] * v + d[8];
    const mmPerDepth = Math.sqrt(x * x + y * y + z * z);
    depthSum.fill(0);
    attenuation.fill(0);
    for (const spans of claimed) spans.length = 0;
    if (hollowTool >= 0) for (const spans of hollow) spans.length = 0;
    hollowTool = -1;
    for (let n = 0; n < solids.length; n++) {
      if (pixelOf[n] !== pixel) continue;
      const { spans, perMm, toolNumber, part } = solids[n];
      if (hollowTool >= 0 && hollowTool !== toolNumber) {
        for (const own of hollow) own.length = 0;
        hollowTool = -1;
      }
      let isMet = false;
      for (; pixelOf[n] === pixel; cursor[n]++, pixelOf[n] = pixelAt(n)) {
        const ray = spans.rays[cursor[n]] - pixel * raysPerPixel;
        const end = spans.first[cursor[n] + 1];
        for (let span = spans.first[cursor[n]]; span < end; span++) {
          const [from, to] = [spans.spans[2 * span], spans.spans[2 * span + 1]];
          if (!part) {
            hollow[ray].push(from, to);
            hollowTool = toolNumber;
            continue;
          }
          let free = 0;
          if (hollow[ray].length === 0) {
            isMet = true;
            free = claim(claimed[ray], from, to);
          } else {
            const pieces = outside(hollow[ray], from, to);
            for (let k = 0; k < pieces.length; k += 2) {
              isMet = true;
              free += claim(claimed[ray], pieces[k], pieces[k + 1]);
            }
          }
          depthSum[n] += free;
          attenuation[ray] += perMm * mmPerDepth * free;
        }
      }
      const pixels = touched[toolNumber];
      if (isMet && pixels[pixels.length - 1] !== pixel) pixels.push(pixel);
    }
    const part = seenPart(attenuation);
    for (let n = 0; n < solids.length; n++) {
      if (depthSum[n] === 0 || !solids[n].part) continue;
      const plainMm = (mmPerDepth * depthSum[n]) / raysPerPixel;
      outputs[n].pixels.push(pixel);
      outputs[n].paths.push(part * plainMm);
      outputs[n].plain.push(plainMm);
    }
    for (const spans of claimed) for (let n = 0; n < spans.length; n++) covered.spans.push(spans[n]);
    covered.pixels.push(pixel);
    covered.first.push(covered.spans.length / 2);
    covered.weight.push(part / raysPerPixel);
  }
  return {
    tools: tools.map((tool, toolNumber) => ({
      tool,
      pixels: new Uint32Array(touched[toolNumber]),
      parts: solids.flatMap(({ part, tool: owner }, n) =>
        owner === tool && part
          ? [
              {
                name: part.name,
                material: part.material,
                shadow: {
                  pixels: new Uint32Array(outputs[n].pixels),
                  pathMm: new Float32Array(outputs[n].paths),
                },
                meanPathMm: new Float32Array(outputs[n].plain),
              },
            ]
          : [],
      ),
    })),
    displacement: {
      pixels: new Uint32Array(covered.pixels),
      first: new Uint32Array(covered.first),
      spans: new Float64Array(covered.spans),
      weight: new Float64Array(covered.weight),
    },
    findings: solids.flatMap(({ tool, part, spans }) => (part ? castFindings(tool, part, spans) : [])),
  };
}

/** Matter of a tool, or where it has a hole (no part). */
interface Solid {
  readonly tool: PlacedTool;
  readonly toolNumber: number;
  readonly part: ToolPart | undefined;
  readonly spans: RaySpans;
  readonly perMm: number;
}

function solidSpans(
  camera: Camera,
  { material, mesh }: ToolPart,
  lattice: RayLattice,
  energyKeV: number | undefined,
): { spans: RaySpans; perMm: number } {
  const cm2PerG = energyKeV === undefined ? 0 : massAttenuationCm2PerG(material, energyKeV);
  return { spans: meshSpans(camera, mesh, lattice), perMm: cm2PerG * material.densityGPerCm3 * CM_PER_MM };
}

/** Takes what is free of [from, to] on a ray; returns its length. `taken` holds pairs, in any order, apart from each other. */
function claim(taken: number[], from: number, to: number): number {
  let isFree = true;
  for (let n = 0; n < taken.length; n += 2) if (from < taken[n + 1] && to > taken[n]) isFree = false;
  if (isFree) {
    taken.push(from, to);
    return to - from;
  }
  const free = outside(taken, from, to);
  let length = 0;
  for (let k = 0; k < free.length; k += 2) length += free[k + 1] - free[k];
  taken.push(...free);
  return length;
}

/** The pieces of [from, to] that lie in none of the pairs. */
function outside(taken: readonly number[], from: number, to: number): number[] {
  let free = [from, to];
  for (let n = 0; n < taken.length && free.length > 0; n += 2) {
    const left: number[] = [];
    for (let k = 0; k < free.length; k += 2) {
      const a = free[k];
      const b = free[k + 1];
      if (Math.min(b, taken[n]) > a) left.push(a, Math.min(b, taken[n]));
      if (b > Math.max(a, taken[n + 1])) left.push(Math.max(a, taken[n + 1]), b);
    }
    free = left;
  }
  return free;
}

/** (−ln mean e^(−A)) / mean A; 1 where nothing is attenuated. Exponents are counted from the least, so none underflows. */
function seenPart(attenuation: Float64Array): number {
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const a of attenuation) {
    sum += a;
    least = Math.min(least, a);
  }
  if (!(sum > 0)) return 1;
  let passed = 0;
  for (const a of attenuation) passed += Math.exp(least - a);
  return ((least - Math.log(passed / attenuation.length)) * attenuation.length) / sum;
}

function castFindings(
  { name }: PlacedTool,
  part: ToolPart,
  { unbalancedRays, overlappingRays, raysPerPixel, rays }: RaySpans,
): Finding[] {
  const findings: Finding[] = [];
  const pixels = (count: number): string => (count / raysPerPixel).toFixed(1);
  if (unbalancedRays > 0 && rays.length === 0)
    throw new InputError(
      "instrument-open",
      `instrument ${name}: all its ${unbalancedRays} rays met a hole of its surface (${part.name}), so that nothing of it can be drawn`,
      { remedy: "close the surface in a mesh editor" },
    );
  if (unbalancedRays > 0)
    findings.push({
      severity: "warning",
      code: "instrument-hole",
      message: `instrument ${name}: ${unbalancedRays} rays (${pixels(unbalancedRays)} pixels of ${pixels(rays.length)}) met a hole of its surface (${part.name}) and got the path of a neighbour`,
    });
  if (overlappingRays > 0)
    findings.push({
      severity: "info",
      code: "instrument-overlap",
      message: `instrument ${name}: pieces of ${part.name} lie in each other on ${overlappingRays} rays; their matter is counted once`,
    });
  return findings;
}
