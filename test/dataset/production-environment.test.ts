/** What a data set goes through while it is made: kills, full disks, folders that cannot be written. */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyDataSet } from "../../src/node/dataset/verify.ts";
import { killRandomly } from "../../tools/kill-randomly.ts";
import { synthex } from "../cli/run-synthex.ts";
import { make, smallPlace, type SmallPlace, treeOf } from "./small-data-set.ts";

const binary = fileURLToPath(new URL("../../bin/synthex.js", import.meta.url));
let place: SmallPlace;
let recipe: string;
let whole: Record<string, string>;

beforeAll(async () => {
  place = smallPlace();
  recipe = place.recipe();
  await make(recipe, place.at("whole"));
  whole = treeOf(place.at("whole"));
});
afterAll(() => place.remove());

/** Whether this process may mount file systems; a sandbox often forbids it. */
const canMount = ((): boolean => {
  const probe = smallMountPoint();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", probe], { stdio: "ignore" });
    execFileSync("umount", [probe], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
})();

function smallMountPoint(): string {
  return execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
}

describe("kill -9", () => {
  test("at random moments: every run goes on where the last one died, to the same bytes", async () => {
    const directory = place.at("killed");
    const { kills, finished } = await killRandomly({
      words: ["generate", recipe, "--out", directory, "--workers", "2"],
      kills: 5,
      seed: 11,
      longestMs: 2500,
      restart: () => rmSync(directory, { recursive: true, force: true }),
    });
    expect(kills).toBe(5);
    expect(finished).toBe(true);
    expect(treeOf(directory)).toEqual(whole);
  });
});

describe("folders that cannot be written", () => {
  test("a path below a file", async () => {
    writeFileSync(place.at("file"), "");
    const run = await synthex("generate", recipe, "--out", place.at("file", "data"));
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/cannot write into .*: a file is in the way \(ENOTDIR\); give another folder/);
  });

  test.skipIf(!canMount)("a read-only disk: refused by name; verify and rerender still work", async () => {
    const directory = place.at("read-only");
    mkdirSync(directory);
    execFileSync("mount", ["--bind", place.at("whole"), directory]);
    try {
      execFileSync("mount", ["-o", "remount,ro,bind", directory]);
      const run = await synthex("generate", recipe, "--out", directory);
      expect(run.code).toBe(2);
      expect(run.stderr).toMatch(/cannot write into .*: EROFS/);
      expect((await verifyDataSet(directory, { hashes: true })).findings).toEqual([]);
      const again = await synthex("rerender", directory, "--id", "3", "--recipe-folder", place.folder);
      expect([again.code, again.stderr]).toEqual([0, ""]);
    } finally {
      execFileSync("umount", [directory]);
    }
  });
});

describe("a full disk", () => {
  test.skipIf(!canMount)(
    "says so, keeps what is complete, and goes on to the same bytes when there is room",
    async () => {
      const directory = place.at("full");
      mkdirSync(directory);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", directory]);
      try {
        // Leaves room for a few blocks only: every file takes whole pages of 4 kB.
        execFileSync("dd", ["if=/dev/zero", `of=${directory}/ballast`, "bs=1k", "count=1940"], {
          stdio: "ignore",
        });
        const out = `${directory}/data`;
        const run = await synthex("generate", recipe, "--out", out, "--workers", "1");
        expect(run.code).toBe(2);
        expect(run.stderr).toMatch(/the disk of .* is full; make room and run the same command again/);
        for (const [path, hash] of Object.entries(treeOf(out)))
          if (/^(images|blocks)\//.test(path)) expect([path, hash]).toEqual([path, whole[path]]);
        rmSync(`${directory}/ballast`);
        expect((await synthex("generate", recipe, "--out", out, "--workers", "1")).code).toBe(0);
        expect(treeOf(out)).toEqual(whole);
      } finally {
        execFileSync("umount", [directory]);
      }
    },
  );

  test("a limit of file sizes: said, and what is too long is not there in part", async () => {
    const directory = place.at("limited");
    // 1 block of 1024 bytes: recipe.json fits no more, or an image does not.
    const child = spawn("bash", [
      "-c",
      `ulimit -f 4; exec "$0" "$@"`,
      process.execPath,
      binary,
      "generate",
      recipe,
      "--out",
      directory,
      "--workers",
      "1",
    ]);
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, stderr]).toEqual([2, expect.stringContaining("the system lets no more be written")]);
    for (const [path, hash] of Object.entries(treeOf(directory)))
      if (path.startsWith("images/")) expect(hash).toBe(whole[path]);
    await make(recipe, directory);
    expect(treeOf(directory)).toEqual(whole);
  });
});
