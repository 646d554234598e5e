import { type Camera, lpsRayFromPixel } from "../../geometry/camera.ts";
import { massAttenuationCm2PerG } from "../../material/attenuation.ts";
import type { Finding } from "../../volume/finding.ts";
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
    readonly parts: readonly { readonly material: ToolPart["material"]; readonly shadow: SweptShadow }[];
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
  const solids = tools.flatMap((tool) =>
    tool.parts.map((part) => ({ tool, part, ...solidSpans(camera, part, energyKeV) })),
  );
  const raysPerPixel = solids[0]?.spans.raysPerPixel ?? 1;
  const d = lpsRayFromPixel(camera);
  const outputs = solids.map(() => ({ pixels: [] as number[], paths: [] as number[] }));
  const touched = tools.map((): number[] => []);
  const covered = { pixels: [] as number[], first: [0], spans: [] as number[], weight: [] as number[] };
  const cursor = new Uint32Array(solids.length);
  const pixelAt = (n: number): number => {
    const { rays } = solids[n].spans;
    return cursor[n] < rays.length ? Math.floor(rays[cursor[n]] / raysPerPixel) : Number.POSITIVE_INFINITY;
  };
  const depthSum = new Float64Array(solids.length);
  const attenuation = new Float64Array(raysPerPixel);
  for (;;) {
    let pixel = Number.POSITIVE_INFINITY;
    for (let n = 0; n < solids.length; n++) pixel = Math.min(pixel, pixelAt(n));
    if (pixel === Number.POSITIVE_INFINITY) break;
    const u = pixel % camera.widthPx;
    const v = Math.floor(pixel / camera.widthPx);
    const mmPerDepth = Math.hypot(
      d[0] * u + d[1] * v + d[2],
      d[3] * u + d[4] * v + d[5],
      d[6] * u + d[7] * v + d[8],
    );
    depthSum.fill(0);
    attenuation.fill(0);
    const claimed: number[][] = Array.from({ length: raysPerPixel }, () => []);
    for (let n = 0; n < solids.length; n++) {
      if (pixelAt(n) !== pixel) continue;
      const { spans, perMm, tool } = solids[n];
      const toolNumber = tools.indexOf(tool);
      if (touched[toolNumber].at(-1) !== pixel) touched[toolNumber].push(pixel);
      for (; pixelAt(n) === pixel; cursor[n]++) {
        const ray = spans.rays[cursor[n]] % raysPerPixel;
        for (let span = spans.first[cursor[n]]; span < spans.first[cursor[n] + 1]; span++) {
          const free = claim(claimed[ray], spans.spans[2 * span], spans.spans[2 * span + 1]);
          depthSum[n] += free;
          attenuation[ray] += perMm * mmPerDepth * free;
        }
      }
    }
    const part = seenPart(attenuation);
    for (let n = 0; n < solids.length; n++) {
      if (depthSum[n] === 0) continue;
      outputs[n].pixels.push(pixel);
      outputs[n].paths.push((part * mmPerDepth * depthSum[n]) / raysPerPixel);
    }
    for (const spans of claimed) for (const depth of spans) covered.spans.push(depth);
    covered.pixels.push(pixel);
    covered.first.push(covered.spans.length / 2);
    covered.weight.push(part / raysPerPixel);
  }
  return {
    tools: tools.map((tool, toolNumber) => ({
      tool,
      pixels: Uint32Array.from(touched[toolNumber]),
      parts: solids.flatMap(({ part, tool: owner }, n) =>
        owner === tool
          ? [
              {
                material: part.material,
                shadow: {
                  pixels: Uint32Array.from(outputs[n].pixels),
                  pathMm: Float32Array.from(outputs[n].paths),
                },
              },
            ]
          : [],
      ),
    })),
    displacement: {
      pixels: Uint32Array.from(covered.pixels),
      first: Uint32Array.from(covered.first),
      spans: Float64Array.from(covered.spans),
      weight: Float64Array.from(covered.weight),
    },
    findings: solids.flatMap(({ tool, part, spans }) => castFindings(tool, part, spans)),
  };
}

function solidSpans(
  camera: Camera,
  { material, mesh }: ToolPart,
  energyKeV: number | undefined,
): { spans: RaySpans; perMm: number } {
  const cm2PerG = energyKeV === undefined ? 0 : massAttenuationCm2PerG(material, energyKeV);
  return { spans: meshSpans(camera, mesh), perMm: cm2PerG * material.densityGPerCm3 * CM_PER_MM };
}

/** Takes what is free of [from, to] on a ray; returns its length. `taken` holds pairs, in any order, apart from each other. */
function claim(taken: number[], from: number, to: number): number {
  let free = [from, to];
  for (let n = 0; n < taken.length && free.length > 0; n += 2) {
    const left: number[] = [];
    for (let k = 0; k < free.length; k += 2) {
      const [a, b] = [free[k], free[k + 1]];
      if (Math.min(b, taken[n]) > a) left.push(a, Math.min(b, taken[n]));
      if (b > Math.max(a, taken[n + 1])) left.push(Math.max(a, taken[n + 1]), b);
    }
    free = left;
  }
  let length = 0;
  for (let k = 0; k < free.length; k += 2) length += free[k + 1] - free[k];
  taken.push(...free);
  return length;
}

/** (−ln mean e^(−A)) / mean A; 1 where nothing is attenuated. Exponents are counted from the least, so none underflows. */
function seenPart(attenuation: Float64Array): number {
  let [sum, least] = [0, Number.POSITIVE_INFINITY];
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
