/**
 * What a training example costs, of a data set with the outputs folder and area-density:
 *
 *   node bench/training-data.ts DATA [--size 96] [--examples 400]
 *
 * CPU and wall time an example: the record read and averaged, exposed anew, its labels read, the whole; and the picture as written.
 * After a first pass over the same samples, which are spread over the data set. It measures and never judges.
 */
import { parseArgs } from "node:util";
import { openLabelledImages } from "../src/node/labelled-images/open-labelled-images.ts";
import { exposeAnew, exposureKey } from "../src/training/examples/expose-anew.ts";
import { exposedExample } from "../src/training/examples/exposed-example.ts";
import { exposureVariationSchema } from "../src/training/examples/exposure-variation.ts";

const {
  values: options,
  positionals: [folder],
} = parseArgs({
  options: { size: { type: "string", default: "96" }, examples: { type: "string", default: "400" } },
  allowPositionals: true,
});
const [sizePx, examples] = [Number(options.size), Number(options.examples)];
if (!folder || !(sizePx >= 8) || !(examples >= 1)) {
  console.error("usage: node bench/training-data.ts DATA [--size 96] [--examples 400]");
  process.exit(2);
}

const start = performance.now();
const set = await openLabelledImages(folder);
console.log(`${set.count} samples opened in ${(performance.now() - start).toFixed(0)} ms`);
const { readAreaDensity } = set;
if (!readAreaDensity) {
  console.error(`${folder} has no area densities`);
  process.exit(2);
}
const variation = exposureVariationSchema.parse({});
const sampleOf = (n: number): number => (n * 7919) % set.count;
const keyOf = (sample: number) => exposureKey({ seed: 1, epoch: 0, sample });
const held = await readAreaDensity(0, sizePx);

const cases: Record<string, (sample: number) => unknown> = {
  "read densities and labels": (sample) => readAreaDensity(sample, sizePx),
  "expose anew": (sample) => exposeAnew(held.record, { key: keyOf(sample), sizePx, variation }),
  "whole example": async (sample) =>
    exposedExample(await readAreaDensity(sample, sizePx), { key: keyOf(sample), sizePx, variation }),
  "picture as written": (sample) => set.read(sample),
};
for (const [name, work] of Object.entries(cases)) {
  // The first pass finds out where records lie in their files, once a block.
  for (let n = 0; n < examples; n++) await work(sampleOf(n));
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  for (let n = 0; n < examples; n++) await work(sampleOf(n));
  const { user, system } = process.cpuUsage(cpu);
  const milliseconds = (performance.now() - wall) / examples;
  console.log(
    `${name.padEnd(26)} ${milliseconds.toFixed(2)} ms, CPU ${((user + system) / 1000 / examples).toFixed(2)} ms`,
  );
}
await set.close();
