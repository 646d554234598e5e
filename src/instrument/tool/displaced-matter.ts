import type { Camera } from "../../geometry/camera.ts";
import { rayAt, rayFrame, tileAxis } from "../../projector/ray-frame.ts";
import { type Field, paddedShape } from "../../volume/field.ts";
import type { Displacement } from "./tool-shadow.ts";

/**
 * What of a field lies where tools are: ∫ value dl in value·mm over the spans of each pixel; channel c, pixel n at c · pixels + n.
 *
 * By the projector's own rule along the ray of the pixel's centre (docs/projector.md): the sample on plane k stands for the ray from k − ½ to k + ½,
 * and the part of it in a span is taken. So a tool that fills a voxel takes out exactly what the projector has put in, and never more.
 */
export function displacedMatter(field: Field, camera: Camera, displacement: Displacement): Float64Array {
  const frame = rayFrame(camera, field.grid);
  const { shape } = field.grid;
  const channels = field.channels.length;
  const stride = field.kind === "u8x4" ? 4 : 1;
  const [paddedI, paddedJ] = paddedShape(field.grid);
  const strides = [1, paddedI, paddedI * paddedJ];
  const source = frame.sourceVoxel;
  const { pixels, first, spans, weight } = displacement;
  const taken = new Float64Array(channels * pixels.length);
  // Sum of the planes before each one, from the first that is needed; planes × channels.
  const before = new Float64Array((Math.max(...shape) + 1) * channels);
  for (let n = 0; n < pixels.length; n++) {
    const begin = 2 * first[n];
    const end = 2 * first[n + 1];
    if (begin === end) continue;
    const u = pixels[n] % camera.widthPx;
    const v = Math.floor(pixels[n] / camera.widthPx);
    const axis = tileAxis(frame, u, v);
    const direction = rayAt(frame.voxelRayFromPixel, u, v);
    if (direction[axis] === 0) continue;
    const mmPerDepth = Math.hypot(...rayAt(frame.lpsRayFromPixel, u, v));
    const stepMm = mmPerDepth / Math.abs(direction[axis]);
    let nearest = Number.POSITIVE_INFINITY;
    let farthest = 0;
    for (let at = begin; at < end; at += 2) {
      nearest = Math.min(nearest, spans[at]);
      farthest = Math.max(farthest, spans[at + 1]);
    }
    const planeAt = (depthMm: number): number => source[axis] + depthMm * direction[axis];
    const ends = [planeAt(nearest), planeAt(farthest)];
    const low = Math.max(Math.floor(Math.min(...ends) + 0.5), 0);
    const high = Math.min(Math.floor(Math.max(...ends) + 0.5), shape[axis] - 1);
    if (low > high) continue;
    const b = axis === 0 ? 1 : 0;
    const c = axis === 2 ? 1 : 2;
    before.fill(0, 0, channels);
    for (let k = low; k <= high; k++) {
      const row = (k - low) * channels;
      for (let channel = 0; channel < channels; channel++)
        before[row + channels + channel] = before[row + channel];
      const depthMm = (k - source[axis]) / direction[axis];
      const pb = source[b] + depthMm * direction[b];
      const pc = source[c] + depthMm * direction[c];
      if (!(depthMm > 0 && pb > -1 && pb < shape[b] && pc > -1 && pc < shape[c])) continue;
      const ib = Math.floor(pb);
      const ic = Math.floor(pc);
      const fb = pb - ib;
      const fc = pc - ic;
      const voxel = stride * ((k + 1) * strides[axis] + (ib + 1) * strides[b] + (ic + 1) * strides[c]);
      const nextB = stride * strides[b];
      const nextC = stride * strides[c];
      for (let channel = 0; channel < channels; channel++) {
        const at = voxel + channel;
        const near = field.voxels[at] * (1 - fb) + field.voxels[at + nextB] * fb;
        const far = field.voxels[at + nextC] * (1 - fb) + field.voxels[at + nextB + nextC] * fb;
        before[row + channels + channel] += field.scale[channel] * (near * (1 - fc) + far * fc);
      }
    }
    // ∫ up to a place along the axis, in planes.
    const upTo = (place: number, channel: number): number => {
      const inside = Math.min(Math.max(place, low - 0.5), high + 0.5);
      const k = Math.min(Math.floor(inside + 0.5), high);
      const at = (k - low) * channels + channel;
      return before[at] + (before[at + channels] - before[at]) * (inside - (k - 0.5));
    };
    for (let at = begin; at < end; at += 2) {
      const from = planeAt(spans[at]);
      const to = planeAt(spans[at + 1]);
      for (let channel = 0; channel < channels; channel++)
        taken[channel * pixels.length + n] +=
          weight[n] * stepMm * Math.abs(upTo(to, channel) - upTo(from, channel));
    }
  }
  return taken;
}
