import { mkdir, open, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { InputError } from "../../error/input-error.ts";

/**
 * Keeps two processes from doing the same work in one folder by mistake; shards have locks of their own. A lock that a killed
 * process of this machine left behind is taken over.
 *
 * @returns what gives the lock back
 * @throws InputError `directory-locked`
 */
export async function lockDirectory(directory: string, name: string): Promise<() => Promise<void>> {
  const folder = join(directory, "locks");
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.lock`);
  const content = JSON.stringify({ pid: process.pid, host: hostname() });
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = await open(path, "wx");
      await file.writeFile(content);
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = await ownerOf(path);
    if (owner && (owner.host !== hostname() || isAlive(owner.pid)))
      throw new InputError(
        "directory-locked",
        `process ${owner.pid} on ${owner.host} is writing into ${directory}`,
        { remedy: `wait for it, or, if it has died, remove ${path}` },
      );
    await rm(path, { force: true });
  }
  throw new InputError("directory-locked", `cannot lock ${directory}: another process keeps taking ${path}`);
}

async function ownerOf(path: string): Promise<{ pid: number; host: string } | undefined> {
  try {
    const { pid, host } = JSON.parse(await readFile(path, "utf8")) as { pid: number; host: string };
    return { pid, host };
  } catch {
    // Gone meanwhile, or cut off by a crash while it was written.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
