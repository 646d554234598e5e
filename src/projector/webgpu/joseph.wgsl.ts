import { TILE_PX } from "../ray-frame.ts";
import { BRICK_VOXELS } from "./bricks.wgsl.ts";

/**
 * WGSL. Joseph projection of padded fields (docs/projector.md): one invocation a ray, one workgroup a tile of 16 × 16
 * pixels. Taps are read as integers and interpolated in float32; no filtering hardware is involved, its weights are too coarse.
 */
export const josephWgsl = /* wgsl */ `
const TILE = ${TILE_PX};
const BRICK = ${BRICK_VOXELS};
/** Up to this slope, half a brick layer of drift and the taps stay within one brick of the brick in the middle. */
const LARGEST_SKIPPING_SLOPE = 1.8;

/** One strip of rows of one view; packed by run-uniform.ts. */
struct Run {
  shape: vec3<i32>,
  channels: i32,
  /** Column, row, width, height. */
  strip: vec4<i32>,
  lpsPerColumn: vec3<f32>,
  skip: i32,
  lpsPerRow: vec3<f32>,
  firstTileColumn: i32,
  scale: vec4<f32>,
  /** In counts. */
  threshold: vec4<f32>,
  firstTileRow: i32,
  tilesAcross: i32,
}

/** The rays of one tile, relative to the one through its anchor; packed by tile-table.ts. */
struct Tile {
  /** In voxels per plane, and in voxels from the origin on the middle plane. */
  slope: vec2<f32>,
  position: vec2<f32>,
  /** How the slope changes: (du · perColumn + dv · perRow) / advance. */
  perColumn: vec2<f32>,
  perRow: vec2<f32>,
  /** Planes crossed per mm of depth: at the anchor, and its change per column and per row. */
  advance: vec3<f32>,
  planesFromSource: f32,
  lpsRay: vec3<f32>,
  axis: i32,
  origin: vec2<i32>,
  anchor: vec2<f32>,
  /** First plane in front of the source for rising rays, last for falling ones. */
  firstRising: i32,
  lastFalling: i32,
}

@group(0) @binding(0) var voxels: texture_3d<u32>;
@group(0) @binding(1) var<uniform> run: Run;
@group(0) @binding(2) var<storage, read> tiles: array<Tile>;
@group(0) @binding(3) var<storage, read> nearby: array<u32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

/** False: integrals only. */
override tracing: bool = false;

struct Axes {
  a: vec3<i32>,
  b: vec3<i32>,
  c: vec3<i32>,
}

fn axesOf(axis: i32) -> Axes {
  if (axis == 0) {
    return Axes(vec3(1, 0, 0), vec3(0, 1, 0), vec3(0, 0, 1));
  }
  if (axis == 1) {
    return Axes(vec3(0, 1, 0), vec3(1, 0, 0), vec3(0, 0, 1));
  }
  return Axes(vec3(0, 0, 1), vec3(1, 0, 0), vec3(0, 1, 0));
}

fn along(v: vec3<i32>, direction: vec3<i32>) -> i32 {
  return v.x * direction.x + v.y * direction.y + v.z * direction.z;
}

fn tap(at: vec3<i32>) -> vec4<f32> {
  return vec4<f32>(textureLoad(voxels, at, 0));
}

/** Distances from the middle plane, a plane to spare on either side, between which a coordinate is inside the grid. */
fn planesInside(position: f32, slope: f32, low: f32, high: f32) -> vec2<f32> {
  if (abs(slope) < 1e-6) {
    return vec2(-1e6, 1e6);
  }
  let first = (low - position) / slope;
  let last = (high - position) / slope;
  return vec2(min(first, last) - 1.0, max(first, last) + 1.0);
}

@compute @workgroup_size(TILE, TILE)
fn project(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let pixel = vec2(
    (run.firstTileColumn + i32(group.x)) * TILE + i32(local.x),
    (run.firstTileRow + i32(group.y)) * TILE + i32(local.y),
  );
  let place = pixel - run.strip.xy;
  if (any(place < vec2(0)) || any(place >= run.strip.zw)) {
    return;
  }
  let tile = tiles[i32(group.y) * run.tilesAcross + i32(group.x)];
  let axes = axesOf(tile.axis);
  let size = vec3(along(run.shape, axes.a), along(run.shape, axes.b), along(run.shape, axes.c));
  let middle = size.x / 2;
  let offset = vec2<f32>(pixel) - tile.anchor;

  // The ray.
  let advance = tile.advance.x + offset.x * tile.advance.y + offset.y * tile.advance.z;
  let lps = tile.lpsRay + offset.x * run.lpsPerColumn + offset.y * run.lpsPerRow;
  let mmPerDepth = length(lps);
  let image = run.strip.z * run.strip.w;
  let index = place.y * run.strip.z + place.x;
  var sum = vec4(0.0);
  var largest = vec4(0.0);
  var firstHitMm = vec4(-1.0);

  if (advance != 0.0) {
    let change = (offset.x * tile.perColumn + offset.y * tile.perRow) / advance;
    let slope = tile.slope + change;
    let position = tile.position + tile.planesFromSource * change;
    let low = vec2<f32>(-1 - tile.origin);
    let high = vec2<f32>(size.yz - tile.origin);

    // Planes on which it may be inside the grid, in front of the source.
    let insideB = planesInside(position.x, slope.x, low.x, high.x);
    let insideC = planesInside(position.y, slope.y, low.y, high.y);
    let rising = advance > 0.0;
    var firstPlane = middle + i32(clamp(max(insideB.x, insideC.x), -1e6, 1e6));
    var lastPlane = middle + i32(clamp(min(insideB.y, insideC.y), -1e6, 1e6));
    firstPlane = max(firstPlane, select(0, tile.firstRising, rising));
    lastPlane = min(lastPlane, select(tile.lastFalling, size.x - 1, rising));

    let bricks = (run.shape + vec3(BRICK - 1)) / BRICK;
    let brickSize = vec2(along(bricks, axes.b), along(bricks, axes.c));
    let skipping = run.skip != 0 && max(abs(slope.x), abs(slope.y)) <= LARGEST_SKIPPING_SLOPE;
    let firstBrick = firstPlane / BRICK;
    let lastBrick = lastPlane / BRICK;
    let layers = select(0, lastBrick - firstBrick + 1, firstPlane <= lastPlane);
    for (var layer = 0; layer < layers; layer++) {
      let brick = select(lastBrick - layer, firstBrick + layer, rising);
      if (skipping) {
        let centre = position + (f32(brick * BRICK - middle) + 0.5 * f32(BRICK - 1)) * slope;
        let across = clamp((vec2<i32>(floor(centre)) + tile.origin) / BRICK, vec2(0), brickSize - 1);
        let at = axes.a * brick + axes.b * across.x + axes.c * across.y;
        if (((nearby[(at.z * bricks.y + at.y) * bricks.x + at.x] >> u32(tile.axis)) & 1u) == 0u) {
          continue;
        }
      }
      let start = max(firstPlane, brick * BRICK);
      let end = min(lastPlane, brick * BRICK + BRICK - 1);
      var part = vec4(0.0);
      for (var step = 0; step <= end - start; step++) {
        let plane = select(end - step, start + step, rising);
        let distance = f32(plane - middle);
        let p = position + distance * slope;
        if (!(all(p > low) && all(p < high))) {
          continue;
        }
        let whole = floor(p);
        let f = p - whole;
        // One voxel of padding on the low side.
        let near = vec2<i32>(whole) + tile.origin + 1;
        let at = axes.a * (plane + 1) + axes.b * near.x + axes.c * near.y;
        let t00 = tap(at);
        let t01 = tap(at + axes.c);
        let u0 = t00 + f.x * (tap(at + axes.b) - t00);
        let u1 = t01 + f.x * (tap(at + axes.b + axes.c) - t01);
        let sample = u0 + f.y * (u1 - u0);
        part += sample;
        if (tracing) {
          largest = max(largest, sample);
          let hitMm = (distance + tile.planesFromSource) / advance * mmPerDepth;
          firstHitMm = select(firstHitMm, vec4(hitMm), (sample >= run.threshold) & (firstHitMm < vec4(0.0)));
        }
      }
      // In parts of eight planes, as float32 sums of a thousand samples would drift.
      sum += part;
    }
    sum *= run.scale * (mmPerDepth / abs(advance));
    largest *= run.scale;
  }

  for (var channel = 0; channel < run.channels; channel++) {
    output[channel * image + index] = sum[channel];
    if (tracing) {
      output[(run.channels + channel) * image + index] = largest[channel];
      output[(2 * run.channels + channel) * image + index] = firstHitMm[channel];
    }
  }
}
`;
