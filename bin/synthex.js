#!/usr/bin/env node
// Runs the command line: compiled code when installed, the sources themselves in a checkout.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

const sources = new URL("../src/cli/main.ts", import.meta.url);
const tooOld = Number.parseInt(process.versions.node, 10) < 24;

if (existsSync(sources) && tooOld) {
  // The checkout brings its own Node as a development dependency; hand over to it.
  let node;
  try {
    node = createRequire(import.meta.url).resolve("node/bin/node");
  } catch {
    console.error(
      `synthex needs Node 24 or newer, this is ${process.version}: run "npm ci" first, or update Node.`,
    );
    process.exit(2);
  }
  const result = spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  process.exit(result.status ?? 1);
}
// V8 crashes now and then when a wrapper from WebAssembly to JavaScript is compiled anew while worker threads come and go
// (nodejs/node issue 64500: "jit_page_->allocations_.erase(addr) == 1"). Node's own type stripping does that in every worker that
// runs sources; without the second compilation such workers start as fast (0.59 s for three) and do not crash.
setFlagsFromString("--wasm-wrapper-tiering-budget=1000000000");
await import(existsSync(sources) ? sources.href : new URL("../dist/cli/main.js", import.meta.url).href);
