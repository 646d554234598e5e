/**
 * Kills a data set that is being made with SIGKILL at random moments, and holds what comes out in the end to what an undisturbed
 * run makes: `npm run kill-test -- [--kills 50] [--seed 1]`. Exit code 1 when a byte differs.
 */
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { make, smallPlace, treeOf } from "../test/dataset/small-data-set.ts";
import { killRandomly } from "./kill-randomly.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "50" }, seed: { type: "string", default: "1" } },
});
const place = smallPlace();
try {
  // So long that most runs die in the work, so short that some die in the merge and some come to their end.
  const recipe = place.recipe({
    count: 96,
    imagesPerPatient: 4,
    outputs: ["folder-masks", "coco", "hdf5", "webdataset"],
  });
  await make(recipe, place.at("whole"), { workers: 2 });
  const whole = treeOf(place.at("whole"));
  const directory = place.at("killed");
  const different = new Set<string>();
  let compared = 0;
  const compare = (): void => {
    const killed = treeOf(directory);
    for (const path of new Set([...Object.keys(whole), ...Object.keys(killed)]))
      if (whole[path] !== killed[path]) different.add(path);
    compared++;
  };
  const started = performance.now();
  const { kills, ended } = await killRandomly({
    words: ["generate", recipe, "--out", directory, "--workers", "2"],
    kills: Number(values.kills),
    seed: Number(values.seed),
    longestMs: 3000,
    restart: () => {
      compare();
      rmSync(directory, { recursive: true, force: true });
    },
    onKill: (afterMs) => process.stdout.write(`${afterMs.toFixed(0)} `),
  });
  compare();
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(
    `\n${kills} kills in ${seconds} s, ${ended + 1} data sets that came to their end, ${compared} compared, ${Object.keys(whole).length} files each: ` +
      (different.size === 0 ? "all the same" : `these differ: ${[...different].slice(0, 5).join(", ")}`),
  );
  if (different.size > 0) process.exitCode = 1;
} finally {
  place.remove();
}
