// From sums in counts to the images of a run: planar channels, then (trace) the maxima and first distances.
import { CHANNELS, LPS_RAY, OUTPUT, parameter, ray, REGION, SCALE, VOXEL_RAY } from "./parameters";
import { axisA, shapeA, sourceA } from "./tile-axis";

/** Pixels in a row of the region, bytes in an image of it, and where its pixel (0, 0) would lie. */
let rowPixels: i32 = 0, image: usize = 0, origin: usize = 0;
/** Where the results of one pixel go, and the factors from planes to mm. */
let address: usize = 0, stepMm: f64 = 0, mmPerPlane: f64 = 0;

/** To be called once a run. */
export function useRegion(): void {
  rowPixels = <i32>parameter(REGION + 2);
  image = <usize>(rowPixels * <i32>parameter(REGION + 3)) << 2;
  origin = <usize>parameter(OUTPUT) - (<usize>(<i32>parameter(REGION + 1) * rowPixels + <i32>parameter(REGION)) << 2);
}

export function usePixel(column: i32, row: i32): void {
  address = origin + (<usize>(row * rowPixels + column) << 2);
  const u = <f64>column, v = <f64>row;
  const x = ray(LPS_RAY, 0, u, v), y = ray(LPS_RAY, 1, u, v), z = ray(LPS_RAY, 2, u, v);
  const mmPerDepth = sqrt(x * x + y * y + z * z), directionA = ray(VOXEL_RAY, axisA, u, v);
  mmPerPlane = directionA == 0 ? 0 : mmPerDepth / directionA;
  stepMm = abs(mmPerPlane);
}

/** The same value for every channel of the first kind of image, for a pixel whose ray meets nothing. */
export function storeNothing(column: i32, row: i32, value: f32): void {
  let at = origin + (<usize>(row * rowPixels + column) << 2);
  for (let channel = <i32>parameter(CHANNELS); channel > 0; channel--, at += image) store<f32>(at, value);
}

/** `sum` in counts. */
export function storeSum(channel: i32, sum: f64): void {
  store<f32>(address + <usize>channel * image, <f32>(sum * parameter(SCALE + channel) * stepMm));
}

/** The largest sample, in counts, and the first hit as the second and third kind of image. */
export function storeTrace(channel: i32, largest: f64, hit: i32): void {
  const channels = <i32>parameter(CHANNELS);
  store<f32>(address + <usize>(channels + channel) * image, <f32>(largest * parameter(SCALE + channel)));
  storeHit(2 * channels + channel, hit);
}

/** `hit` counts planes from the side of the source, −1 for none. */
export function storeHit(place: i32, hit: i32): void {
  const plane = mmPerPlane > 0 ? hit : shapeA - 1 - hit;
  const distance = hit < 0 ? Infinity : (<f64>plane - sourceA) * mmPerPlane;
  store<f32>(address + <usize>place * image, <f32>distance);
}
