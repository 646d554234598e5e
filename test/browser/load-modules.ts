/** Runs inside a browser: imports modules by their paths and tells which do not load, and why. */
export async function loadModules(paths: readonly string[]): Promise<string[]> {
  const failures: string[] = [];
  for (const path of paths)
    await import(path).catch((error: unknown) => failures.push(`${path}: ${String(error)}`));
  return failures;
}
