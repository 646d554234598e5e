/** Prints how well masks of balls meet their analytic ellipses: the table in docs/labels.md. `node bench/label-accuracy.ts` */
import type { Vector3 } from "../src/geometry/vector.ts";
import { projectLabels } from "../src/label/load-structures.ts";
import { structuresFromLabelMap } from "../src/label/structure-set.ts";
import { referenceProjector } from "../src/projector/reference.ts";
import { camera, dice, phantom, rayDistancesMm } from "../test/label/phantom.ts";

const projector = referenceProjector();
// Eight places within a voxel, from a Weyl sequence, seen from eight sides.
const places = Array.from({ length: 8 }, (_, n) => ({
  centre: [0.7549, 0.5698, 0.4302].map((step) => 3 * (((n + 1) * step) % 1) - 1.5) as unknown as Vector3,
  laoDeg: n * 45,
  craDeg: (n % 3) * 15 - 15,
}));

console.log("radius mm | Dice mean, worst | radius found / true | volume found / true");
for (const radius of [12, 20, 30, 45]) {
  const results: { overlap: number; size: number; volume: number }[] = [];
  for (const { centre, laoDeg, craDeg } of places) {
    const labelMap = phantom({
      spacingMm: [3, 3, 3],
      shape: [41, 41, 41],
      labelAt: (lps) => (Math.hypot(...lps.map((x, axis) => x - centre[axis])) <= radius ? 1 : 0),
    });
    const view = camera(512, laoDeg, craDeg);
    const set = structuresFromLabelMap(labelMap);
    const labels = await projectLabels({ projector, labelMap, set, camera: view, withThickness: true });
    const distances = rayDistancesMm(view, centre);
    const ellipse = distances.map((distance) => (distance < radius ? 1 : 0));
    const chords = distances.map((distance) => 2 * Math.sqrt(Math.max(radius ** 2 - distance ** 2, 0)));
    const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
    const [{ mask, areaPx, thicknessMm = [] }] = labels.structures;
    results.push({
      overlap: dice(mask, ellipse),
      size: Math.sqrt(areaPx / sum(ellipse)),
      volume: sum(thicknessMm) / sum(chords),
    });
  }
  const mean = (key: keyof (typeof results)[0]): string =>
    (results.reduce((total, result) => total + result[key], 0) / results.length).toFixed(3);
  const worst = Math.min(...results.map(({ overlap }) => overlap)).toFixed(3);
  console.log(`${radius} | ${mean("overlap")}, ${worst} | ${mean("size")} | ${mean("volume")}`);
}
