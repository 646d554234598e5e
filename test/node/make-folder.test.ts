import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolder } from "../../src/node/make-folder.ts";

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "synthex-folder-"));
});
afterAll(() => rm(place, { recursive: true, force: true }));

const codeOf = (action: Promise<void>): Promise<string | undefined> =>
  action.then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );

test("folders are made with those above them, also by several at once, and stay when they are there", async () => {
  const path = join(place, "a", "b", "c");
  await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(path, "d"))]);
  await makeFolder(path);
  expect((await stat(join(path, "d"))).isDirectory()).toBe(true);
});

test("a file in the way is told", async () => {
  await writeFile(join(place, "file"), "");
  expect(await codeOf(makeFolder(join(place, "file")))).toBe("EEXIST");
  expect(await codeOf(makeFolder(join(place, "file", "below")))).toBe("ENOTDIR");
});

test.skipIf(process.platform !== "linux")("where the system makes no folders it ends", async () => {
  expect(await codeOf(makeFolder("/proc/synthex/a"))).toBe("ENOENT");
});
