import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("threads of a projector that nobody closed do not keep a process alive", async () => {
  const module = new URL("../../src/node/node-projector.ts", import.meta.url).href;
  const program = `const { nodeProjector } = await import(${JSON.stringify(module)}); nodeProjector({ threads: 2 });`;
  // Rejects when the program is still there after 20 s: starting Node takes a tenth of a second, ten times that under load.
  const { stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    timeout: 20_000,
  });
  expect(stderr).toBe("");
});
