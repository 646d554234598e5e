import { CommanderError } from "commander";
import { createProgram } from "./program.ts";
import { printJson, reportFailure } from "./failure.ts";

const asJson = process.argv.includes("--json");

// Whoever reads the output may have seen enough (`synthex schema | head`).
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

/** Exit codes: 0 done, 1 failed, 2 wrong usage or input. */
try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError)) process.exitCode = reportFailure(error, asJson);
  else if (error.exitCode !== 0) {
    // Commander has said it on stderr already.
    if (asJson) printJson({ error: { code: "usage", message: error.message.replace(/^error: /, "") } });
    process.exitCode = 2;
  }
}
