import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lockDirectory } from "../../src/node/dataset/directory-lock.ts";
import { loadRecipe } from "../../src/node/dataset/load-recipe.ts";
import { mergeDataSet } from "../../src/node/dataset/merge.ts";
import { renderBlock } from "../../src/node/dataset/render-block.ts";
import { repairDataSet } from "../../src/node/dataset/repair.ts";
import { rerenderSample } from "../../src/node/dataset/rerender.ts";
import { subjectLibrary } from "../../src/node/dataset/subject-library.ts";
import { verifyDataSet } from "../../src/node/dataset/verify.ts";
import { patientShelf } from "../../src/node/dataset/patient-shelf.ts";
import { nodeProjector } from "../../src/node/node-projector.ts";
import { synthex } from "../cli/run-synthex.ts";
import { make, smallPlace, type SmallPlace, treeOf } from "./small-data-set.ts";

let place: SmallPlace;
let recipe: string;
/** What one worker makes in one go: every other way must come to the same. */
let whole: Record<string, string>;

beforeAll(async () => {
  place = smallPlace();
  recipe = place.recipe();
  await make(recipe, place.at("whole"));
  whole = treeOf(place.at("whole"));
});
afterAll(() => place.remove());

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "nothing was thrown",
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

describe("a data set is a function of its recipe", () => {
  test("both subjects and every sample are there, and nothing is left lying about", () => {
    const names = Object.keys(whole);
    expect(names.filter((name) => name.startsWith("images/"))).toHaveLength(12);
    expect(names.filter((name) => /^(locks|partial)|\.partial/.test(name))).toEqual([]);
    const subjects = readFileSync(place.at("whole", "manifest.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { subject: string }).subject);
    expect(new Set(subjects)).toEqual(new Set(["one", "two"]));
  });

  test("three workers make the bytes of one", async () => {
    await make(recipe, place.at("workers"), { workers: 3 });
    expect(treeOf(place.at("workers"))).toEqual(whole);
  });

  test("three shards, last to first, and a merge make the bytes of one run", async () => {
    for (const index of [3, 2, 1]) await make(recipe, place.at("shards"), { shard: { index, count: 3 } });
    await mergeDataSet(place.at("shards"));
    expect(treeOf(place.at("shards"))).toEqual(whole);
  });

  test("a merge before all shards are there says how many blocks are missing, and changes nothing", async () => {
    await make(recipe, place.at("early"), { shard: { index: 1, count: 3 } });
    await expect(mergeDataSet(place.at("early"))).rejects.toThrow(/4 of 6 blocks are not there yet/);
    expect(Object.keys(treeOf(place.at("early")))).not.toContain("manifest.jsonl");
  });

  test("samples rendered from the last to the first, each alone, have the recorded files", async () => {
    const loaded = await loadRecipe(recipe);
    const subjects = subjectLibrary(loaded.recipe, loaded.folder);
    const projector = nodeProjector({ threads: 1 });
    try {
      for (let id = 11; id >= 0; id--) {
        const block = Math.floor(id / 2);
        const record = await renderBlock({
          recipe: loaded.recipe,
          recipeHash: "",
          block,
          subjects,
          patients: patientShelf(projector),
          sink: async () => undefined,
          only: id,
        });
        for (const { path, sha256 } of record.samples[0].files) expect(sha256).toBe(whole[path]);
      }
    } finally {
      await projector.close();
    }
  });

  test("sample i does not depend on how many there are; growing and shrinking come to the same bytes", async () => {
    await make(recipe, place.at("count"), { count: 5 });
    const five = treeOf(place.at("count"));
    for (const [path, hash] of Object.entries(five))
      if (/^(images|classes)\//.test(path)) expect(hash).toBe(whole[path]);
    await make(recipe, place.at("count"));
    expect(treeOf(place.at("count"))).toEqual(whole);
    await make(recipe, place.at("count"), { count: 5 });
    const again = treeOf(place.at("count"));
    for (const [path, hash] of Object.entries(five)) expect([path, again[path]]).toEqual([path, hash]);
    expect((await verifyDataSet(place.at("count"), { hashes: true })).findings).toEqual([]);
  });

  test("a run that finds everything there writes nothing", async () => {
    const before = statSync(place.at("whole", "images", "00000003.png")).mtimeMs;
    await make(recipe, place.at("whole"));
    expect(statSync(place.at("whole", "images", "00000003.png")).mtimeMs).toBe(before);
    expect(treeOf(place.at("whole"))).toEqual(whole);
  });

  test("another recipe or seed is refused in the same folder", async () => {
    const run = await synthex("generate", recipe, "--out", place.at("whole"), "--seed", "8");
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("holds a data set of another recipe or seed");
    expect(treeOf(place.at("whole"))).toEqual(whole);
  });
});

describe("samples that stand in files of a block, not in files of their own", () => {
  test("are rendered again and found there byte for byte, or not once a bit is turned", async () => {
    const directory = place.at("packed");
    const outputs = ["webdataset", "area-density", "hdf5"] as const;
    await make(place.recipe({ count: 2, outputs: [...outputs] }), directory);
    const whole = await rerenderSample({ directory, id: 1 });
    expect(whole.parts.map(({ path }) => path)).toEqual([
      "shards/00000000.tar",
      "area-densities/00000000.sxd",
      "parts/hdf5/00000000.tar",
    ]);
    expect(whole.parts.every(({ held }) => held)).toBe(true);
    expect(whole.identical).toBe(true);
    const path = place.at("packed", "area-densities", "00000000.sxd");
    const bytes = readFileSync(path);
    bytes[bytes.length - 20] ^= 1;
    writeFileSync(path, bytes);
    const damaged = await rerenderSample({ directory, id: 1 });
    expect(damaged.parts.map(({ held }) => held)).toEqual([true, false, true]);
    expect(damaged.identical).toBe(false);
  });
});

describe("damage is found and mended to the same bytes", () => {
  /** Damages a copy, and returns what `verify` and `verify --hashes` find; then mends it. */
  async function damage(
    name: string,
    change: (directory: string) => void,
  ): Promise<{ quick: string[]; hashes: string[] }> {
    const directory = place.at(name);
    cpSync(place.at("whole"), directory, { recursive: true });
    change(directory);
    const codes = async (hashes: boolean) =>
      (await verifyDataSet(directory, { hashes })).findings.map(({ code }) => code);
    const found = { quick: await codes(false), hashes: await codes(true) };
    await repairDataSet(
      directory,
      await loadRecipe(recipe),
      await verifyDataSet(directory, { hashes: true }),
    );
    expect(treeOf(directory)).toEqual(whole);
    return found;
  }
  const flipByte = (path: string, at: number): void => {
    const bytes = readFileSync(path);
    bytes[at] ^= 1;
    writeFileSync(path, bytes);
  };

  test("an image that was cut off", async () => {
    const found = await damage("cut", (directory) => truncateSync(`${directory}/images/00000004.png`, 100));
    expect(found).toEqual({ quick: ["file-size"], hashes: ["file-size"] });
  });

  test("an image with one bit turned: only its hash tells", async () => {
    const found = await damage("bit", (directory) => flipByte(`${directory}/images/00000004.png`, 90));
    expect(found).toEqual({ quick: [], hashes: ["file-changed"] });
  });

  test("an image that is gone", async () => {
    const found = await damage("gone", (directory) => rmSync(`${directory}/classes/00000009.png`));
    expect(found.quick).toEqual(["file-missing"]);
  });

  test("a block record with one digit changed", async () => {
    const found = await damage("digit", (directory) => {
      const path = `${directory}/blocks/00000002.json`;
      const text = readFileSync(path, "utf8");
      writeFileSync(
        path,
        text.replace(/"laoDeg":(-?)(\d)/, (_, sign, digit) => `"laoDeg":${sign}${(Number(digit) + 1) % 10}`),
      );
    });
    expect(found.quick).toEqual(["block-missing"]);
  });

  test("a block record of zeros, as a machine that lost its power leaves it", async () => {
    const found = await damage("zeros", (directory) =>
      writeFileSync(`${directory}/blocks/00000005.json`, Buffer.alloc(500)),
    );
    expect(found.quick).toEqual(["block-missing"]);
  });

  test("the part of a block that the merge needs", async () => {
    const found = await damage("part", (directory) => flipByte(`${directory}/parts/coco/00000001.jsonl`, 30));
    expect(found.hashes).toContain("file-changed");
  });

  test("a manifest with a line changed, whatever its length", async () => {
    const found = await damage("manifest", (directory) => flipByte(`${directory}/manifest.jsonl`, 200));
    expect(found.quick).toEqual(["file-changed"]);
  });

  test("annotations with one bit turned", async () => {
    const found = await damage("annotations", (directory) =>
      flipByte(`${directory}/annotations/instances.json`, 50),
    );
    expect(found).toEqual({ quick: [], hashes: ["file-changed"] });
  });

  test("verify exits with 1 and says how to mend it; --repair does, and exits with 0", async () => {
    cpSync(place.at("whole"), place.at("exit"), { recursive: true });
    rmSync(place.at("exit", "images", "00000001.png"));
    const run = await synthex("verify", place.at("exit"));
    expect([run.code, run.stdout]).toEqual([
      1,
      expect.stringMatching(/00000001\.png is not there[\s\S]*--repair/),
    ]);
    const repair = await synthex("verify", place.at("exit"), "--repair");
    expect([repair.code, repair.stdout]).toEqual([0, expect.stringContaining("2 samples were made again")]);
    expect(treeOf(place.at("exit"))).toEqual(whole);
  });
});

describe("one process a piece of work", () => {
  test("a second process on the same folder is told who is there", async () => {
    const unlock = await lockDirectory(place.at("whole"), "shard-1-of-1");
    try {
      const run = await synthex("generate", recipe, "--out", place.at("whole"));
      expect(run.code).toBe(2);
      expect(run.stderr).toContain(`process ${process.pid} on`);
      expect(run.stderr).toContain("is writing into");
    } finally {
      await unlock();
    }
  });

  test("two processes started at once: one works, the other says so, and the bytes are right", async () => {
    const runs = await Promise.all(
      [0, 1].map(() => synthex("generate", recipe, "--out", place.at("both"), "--workers", "1")),
    );
    // One may find the other ready already, but never do they write at the same time.
    for (const { code, stderr } of runs) if (code !== 0) expect(stderr).toContain("is writing into");
    expect(runs.some(({ code }) => code === 0)).toBe(true);
    expect(treeOf(place.at("both"))).toEqual(whole);
  });

  test("of many that reach for a lock at once one gets it", async () => {
    mkdirSync(place.at("many"));
    const locks = await Promise.allSettled(
      Array.from({ length: 20 }, () => lockDirectory(place.at("many"), "a")),
    );
    const taken = locks.flatMap((lock) => (lock.status === "fulfilled" ? [lock.value] : []));
    expect(taken).toHaveLength(1);
    await taken[0]();
    await (await lockDirectory(place.at("many"), "a"))();
    expect(readdirSync(place.at("many"))).toEqual([]);
  });

  test("the lock of a process on a machine out of sight: taken over when it no longer beats, refused while it does", async () => {
    const quick = { beatMs: 50, staleMs: 500 };
    const unlock = await lockDirectory(place.at("far"), "a", quick);
    const path = place.at("far", "locks", "a.lock");
    const elsewhere = readFileSync(path, "utf8")
      .replace(/"token":"."/, '"token":"x"')
      .replace(/"space":"[^"]*"/, '"space":"pid:[0]"');
    await unlock();
    mkdirSync(place.at("far", "locks"));
    writeFileSync(path, elsewhere);
    let beats = 0;
    const beating = setInterval(
      () =>
        writeFileSync(
          path,
          elsewhere.replace(/"beats":"\d+"/, `"beats":"${String(++beats).padStart(12, "0")}"`),
        ),
      20,
    );
    expect(await codeOf(lockDirectory(place.at("far"), "a", quick))).toBe("directory-locked");
    clearInterval(beating);
    await (await lockDirectory(place.at("far"), "a", quick))();
  });
});

describe("recipes that accept too little", () => {
  const beyond = { kind: "joint-limits" as const, laoDeg: [0, 0.001] as [number, number] };

  test("none at all: stops at the first sample and names the constraint", async () => {
    const path = place.recipe({ constraints: [{ kind: "no-collision" }, beyond] });
    const run = await synthex("generate", path, "--out", place.at("none"), "--workers", "1");
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/joint-limits \(LAO 0 to 0\.001°.*refused \d+ of them; widen this constraint/);
  });

  test("half a percent: stops as soon as that is sure", async () => {
    // Angles of ±0.25° out of ±50° about the vertical axis: 0.5 %.
    const path = place.recipe({
      count: 2000,
      imagesPerPatient: 100,
      sizePx: 16,
      view: { kind: "c-arm", laoDeg: { uniform: [-50, 50] }, view: "PA" },
      constraints: [{ kind: "joint-limits", laoDeg: [-0.25, 0.25] }],
      outputs: ["folder"],
    });
    expect(await codeOf(make(path, place.at("half")))).toBe("recipe-rejects");
  });
});
