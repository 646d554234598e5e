import { InputError } from "../error/input-error.ts";

/** Says what went wrong, to people on stderr and with `--json` to machines on stdout; returns the exit code. */
export function reportFailure(error: unknown, json: boolean): 1 | 2 {
  if (error instanceof InputError) {
    if (json)
      printJson({
        error: {
          code: error.code,
          message: error.message,
          ...(error.remedy ? { remedy: error.remedy } : {}),
        },
      });
    process.stderr.write(`synthex: ${error.message}${error.remedy ? `; ${error.remedy}` : ""}\n`);
    return 2;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (json) printJson({ error: { code: "failed", message } });
  process.stderr.write(`synthex: ${message}\n`);
  if (process.env.SYNTHEX_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  else process.stderr.write("set SYNTHEX_DEBUG=1 to see where\n");
  return 1;
}

/** The one JSON object of a command on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
