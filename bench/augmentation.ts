import { augment } from "../src/augmentation/augment.ts";
import { augmentationKey } from "../src/augmentation/draws.ts";
import type { LabelledImage } from "../src/augmentation/labelled-image.ts";
import {
  AUGMENTATION_PROFILES,
  type AugmentationProfile,
  augmentationProfile,
  transformAlone,
  transformNames,
} from "../src/augmentation/profile.ts";

/**
 * Processor time of augmentation on one thread: whole profiles at 96 and 192 pixels a side, and each transform of `xray` alone at 96.
 *
 *   node bench/augmentation.ts
 */
const WARM_UP = 200;
const PICTURES = 1000;

for (const side of [96, 192]) {
  console.log(`\n${side} × ${side} pixels, classes and 14 landmarks: ms of processor time a picture`);
  const picture = smoothPicture(side);
  for (const name of AUGMENTATION_PROFILES)
    console.log(`  ${name.padEnd(24)} ${millisecondsEach(augmentationProfile(name), picture, PICTURES)}`);
}

console.log("\nxray, one transform alone at 96 × 96 (scaling to its range and back included)");
const xray = augmentationProfile("xray");
for (const name of transformNames(xray))
  console.log(`  ${name.padEnd(24)} ${millisecondsEach(transformAlone(xray, name), smoothPicture(96), 200)}`);

function millisecondsEach(profile: AugmentationProfile, picture: LabelledImage, pictures: number): string {
  const run = (from: number, count: number): void => {
    for (let sample = from; sample < from + count; sample++)
      augment(picture, profile, { key: augmentationKey({ seed: 1, epoch: 0, sample }) });
  };
  run(0, WARM_UP);
  const before = process.cpuUsage();
  run(WARM_UP, pictures);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1000 / pictures).toFixed(3);
}

/** Some waves with a disc of class 1. */
function smoothPicture(side: number): LabelledImage {
  const pixels = new Float32Array(side * side);
  const classes = new Uint8Array(side * side);
  for (let v = 0; v < side; v++)
    for (let u = 0; u < side; u++) {
      pixels[v * side + u] = 2 + Math.sin((9 * u) / side) * Math.cos((7 * v) / side);
      classes[v * side + u] = Math.hypot(u - side / 2, v - side / 2) < side / 4 ? 1 : 0;
    }
  const landmarks = Array.from({ length: 14 }, (_, n) => ({ x: (side * n) / 14, y: (side * n) / 14 }));
  return { widthPx: side, heightPx: side, pixels, classes, landmarks };
}
