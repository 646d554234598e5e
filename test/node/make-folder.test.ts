import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { makeFolder } from "../../src/node/make-folder.ts";
import { makeOutputFolder } from "../../src/node/make-output-folder.ts";

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

test.each([
  [
    "a file in the way",
    () => join(place, "file", "out"),
    /a file is in the way \(ENOTDIR\); give another folder/,
  ],
  ["a name that is too long", () => join(place, "x".repeat(300)), /takes no such name \(ENAMETOOLONG\)/],
  ["a name with a zero", () => join(place, "a\0b"), /cannot make the folder/],
])("an output folder with %s is refused in a sentence", async (_, path, message) => {
  await expect(makeOutputFolder(path())).rejects.toThrow(InputError);
  await expect(makeOutputFolder(path()).catch((error) => Promise.reject(sentence(error)))).rejects.toThrow(
    message,
  );
});

const sentence = ({ message, remedy }: InputError): Error => new Error(`${message}; ${remedy ?? ""}`);
