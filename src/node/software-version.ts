import { readFileSync } from "node:fs";

let version: string | undefined;

/** The version in package.json, which stands two folders above this file, as source and compiled. */
export function softwareVersion(): string {
  version ??= (
    JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
  ).version;
  return version;
}
