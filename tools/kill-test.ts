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
  // Enough blocks that most kills fall into the work, not into the start of the process.
  const recipe = place.recipe({
    count: 400,
    imagesPerPatient: 4,
    outputs: ["folder", "folder-masks", "coco", "hdf5", "webdataset"].filter(
      (output) => output !== "folder",
    ) as ["coco"],
  });
  await make(recipe, place.at("whole"), { workers: 2 });
  const whole = treeOf(place.at("whole"));
  const directory = place.at("killed");
  const started = performance.now();
  const { kills, ended } = await killRandomly({
    words: ["generate", recipe, "--out", directory, "--workers", "2"],
    kills: Number(values.kills),
    seed: Number(values.seed),
    longestMs: 3000,
    restart: () => rmSync(directory, { recursive: true, force: true }),
    onKill: (afterMs) => process.stdout.write(`${afterMs.toFixed(0)} `),
  });
  const killed = treeOf(directory);
  const paths = new Set([...Object.keys(whole), ...Object.keys(killed)]);
  const different = [...paths].filter((path) => whole[path] !== killed[path]);
  console.log(
    `\n${kills} kills, ${ended} runs that ended before theirs, ${Math.round((performance.now() - started) / 1000)} s: ` +
      (different.length === 0
        ? `${paths.size} files, all the same`
        : `${different.length} files differ: ${different.slice(0, 5).join(", ")}`),
  );
  if (different.length > 0) process.exitCode = 1;
} finally {
  place.remove();
}
