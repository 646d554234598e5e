import { CommanderError } from "commander";
import { createProgram } from "./program.ts";
import { reportFailure } from "./failure.ts";

/** Exit codes: 0 done, 1 failed, 2 wrong usage or input. */
try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = reportFailure(error, process.argv.includes("--json"));
}
