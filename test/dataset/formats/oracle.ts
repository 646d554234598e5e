import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const here = process.env["SYNTHEX_ORACLE_PYTHON"] ?? resolve(".oracle/bin/python");

/** Python with the reference readers, or undefined: then the tests that need them skip, visibly. */
const python = existsSync(here) ? here : undefined;

/** Whether these modules can be imported there; `tools/make-oracle.sh` installs them. */
export function hasOracle(...modules: readonly string[]): boolean {
  if (!python) return false;
  try {
    execFileSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a script of Python in a folder that holds `files`; gives back what it prints as JSON.
 * `read` of the folder's files is up to the script.
 */
export function askOracle(script: string, files: Readonly<Record<string, Uint8Array | string>>): unknown {
  const folder = mkdtempSync(join(tmpdir(), "synthex-oracle-"));
  try {
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    const printed = execFileSync(python as string, ["-c", script], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return JSON.parse(printed.slice(printed.lastIndexOf("\n", printed.length - 2) + 1));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
