import { type Camera, type PixelRegion, wholeImage } from "../geometry/camera.ts";
import { type Field, paddedShape } from "../volume/field.ts";
import { checkRegion } from "./check-region.ts";
import type {
  FirstHits,
  LineIntegrals,
  LoadedField,
  Projector,
  StructureTrace,
  TraceOptions,
} from "./projector.ts";
import { type RayFrame, rayAt, rayFrame, tileAxis } from "./ray-frame.ts";

/** The definition of right: docs/projector.md in float64, one ray after the other, nothing skipped. */
export function referenceProjector(): Projector {
  return {
    name: "reference",
    allocate: (byteLength) => new Uint8Array(byteLength),
    load: async (field) => loadedField(field),
    close: async () => {},
  };
}

function loadedField(field: Field): LoadedField {
  return {
    field,
    async integrate(camera, region = wholeImage(camera)): Promise<LineIntegrals> {
      const { widthPx, heightPx, channels, integral } = marchAll(
        field,
        camera,
        region,
        Number.POSITIVE_INFINITY,
      );
      return { widthPx, heightPx, channels, values: integral };
    },
    async trace(camera, options: TraceOptions): Promise<StructureTrace> {
      return marchAll(field, camera, options.region ?? wholeImage(camera), options.threshold);
    },
    async firstHits(camera, options: TraceOptions): Promise<FirstHits> {
      const { widthPx, heightPx, channels, firstHitMm } = await this.trace(camera, options);
      return { widthPx, heightPx, channels, firstHitMm };
    },
    release: async () => {},
  };
}

function marchAll(field: Field, camera: Camera, region: PixelRegion, threshold: number): StructureTrace {
  checkRegion(camera, region);
  const frame = rayFrame(camera, field.grid);
  const { widthPx, heightPx } = region;
  const channels = field.channels.length;
  const image = () => new Float32Array(channels * widthPx * heightPx);
  const trace = { widthPx, heightPx, channels, integral: image(), maximum: image(), firstHitMm: image() };
  trace.firstHitMm.fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < heightPx; row++)
    for (let column = 0; column < widthPx; column++) {
      const samples = marchRay(field, frame, region.column + column, region.row + row, threshold);
      for (let channel = 0; channel < channels; channel++) {
        const index = (channel * heightPx + row) * widthPx + column;
        trace.integral[index] = samples.sum[channel] * samples.stepMm;
        trace.maximum[index] = samples.maximum[channel];
        trace.firstHitMm[index] = samples.firstHitMm[channel];
      }
    }
  return trace;
}

function marchRay(field: Field, frame: RayFrame, u: number, v: number, threshold: number) {
  const channels = field.channels.length;
  const stride = field.kind === "u8x4" ? 4 : 1;
  const { shape } = field.grid;
  const [paddedI, paddedJ] = paddedShape(field.grid);
  const strides = [1, paddedI, paddedI * paddedJ];
  const sum = new Float64Array(channels);
  const maximum = new Float64Array(channels);
  const firstHitMm = new Float64Array(channels).fill(Number.POSITIVE_INFINITY);

  const axis = tileAxis(frame, u, v);
  const [b, c] = [axis === 0 ? 1 : 0, axis === 2 ? 1 : 2];
  const direction = rayAt(frame.voxelRayFromPixel, u, v);
  const mmPerDepth = Math.hypot(...rayAt(frame.lpsRayFromPixel, u, v));
  const source = frame.sourceVoxel;
  const stepMm = mmPerDepth / Math.abs(direction[axis]);
  if (direction[axis] === 0) return { sum, maximum, firstHitMm, stepMm: 0 };

  for (let plane = 0; plane < shape[axis]; plane++) {
    // From the source outwards.
    const k = direction[axis] > 0 ? plane : shape[axis] - 1 - plane;
    const depthMm = (k - source[axis]) / direction[axis];
    if (!(depthMm > 0)) continue;
    const pb = source[b] + depthMm * direction[b];
    const pc = source[c] + depthMm * direction[c];
    if (!(pb > -1 && pb < shape[b] && pc > -1 && pc < shape[c])) continue;
    const [ib, ic] = [Math.floor(pb), Math.floor(pc)];
    const [fb, fc] = [pb - ib, pc - ic];
    const first = (k + 1) * strides[axis] + (ib + 1) * strides[b] + (ic + 1) * strides[c];
    for (let channel = 0; channel < channels; channel++) {
      const tap = (offset: number) => field.voxels[stride * (first + offset) + channel];
      const low = tap(0) * (1 - fb) + tap(strides[b]) * fb;
      const high = tap(strides[c]) * (1 - fb) + tap(strides[b] + strides[c]) * fb;
      const value = field.scale[channel] * (low * (1 - fc) + high * fc);
      sum[channel] += value;
      if (value > maximum[channel]) maximum[channel] = value;
      if (value >= threshold && firstHitMm[channel] === Number.POSITIVE_INFINITY)
        firstHitMm[channel] = depthMm * mmPerDepth;
    }
  }
  return { sum, maximum, firstHitMm, stepMm };
}
