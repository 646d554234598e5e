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
  },
});
