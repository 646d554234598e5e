import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", "./tools/count-reporter.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two processes at most: the suite starts worker threads of its own.
    maxWorkers: 2,
    pool: "forks",
    // As in bin/synthex.js: Node's own WebAssembly, which takes types out of sources, crashes workers in V8 now and then.
    execArgv: ["--wasm-wrapper-tiering-budget=1000000000"],
  },
});
