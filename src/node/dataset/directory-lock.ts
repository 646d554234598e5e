import { randomUUID } from "node:crypto";
import { type FileHandle, link, mkdir, open, readFile, readlink, rename, rm, rmdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InputError } from "../../error/input-error.ts";
import { makeFolder } from "../make-folder.ts";
import { folderFailure } from "../folder-failure.ts";

/** Who holds a lock. `beats` grows while the process lives, so that others can tell without a clock in common. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Where `pid` means something: the process namespace, which differs between containers of one name. */
  readonly space: string;
  readonly token: string;
  readonly beats: string;
}

const BEAT_MS = 5_000;
const STALE_MS = 30_000;

/** Tokens of the locks that this process holds. */
const held = new Set<string>();

/**
 * Keeps two processes from doing the same work in one folder by mistake; shards have locks of their own. A lock that a killed
 * process left behind is taken over: at once where the process can be looked for, else after it has shown no sign of life for
 * `staleMs` (a job that was put on another node, a container that was started anew).
 *
 * @returns what gives the lock back
 * @throws InputError `directory-locked`
 */
export async function lockDirectory(
  directory: string,
  name: string,
  { beatMs = BEAT_MS, staleMs = STALE_MS }: { beatMs?: number; staleMs?: number } = {},
): Promise<() => Promise<void>> {
  const folder = join(directory, "locks");
  const path = join(folder, `${name}.lock`);
  const owner = {
    pid: process.pid,
    host: hostname(),
    space: await readlink("/proc/self/ns/pid").catch(() => "-"),
    token: randomUUID(),
  };
  const own = `${path}.${owner.token}`;
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await makeFolder(directory);
      // Not recursively: on a read-only disk that would say that something is missing.
      await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      });
      const file = await open(own, "wx");
      await beat(file, owner, 0);
      // A link appears whole or not at all, on network file systems too.
      const taken = await link(own, path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === "EEXIST" || error.code === "ENOENT") return false;
          throw error;
        },
      );
      await rm(own, { force: true });
      if (taken) return keep(file, { owner, path, folder, beatMs });
      await file.close();
    } catch (error) {
      await rm(own, { force: true }).catch(() => undefined);
      throw folderFailure(error, folder);
    }
    const other = await readOwner(path);
    if (other && (await isAlive(path, other, { here: owner.space, beatMs, staleMs })))
      throw new InputError(
        "directory-locked",
        `process ${other.pid} on ${other.host} is writing into ${directory}`,
        { remedy: `wait for it, or, if it has died, remove ${path}` },
      );
    await takeAway(path, own, other);
  }
  throw new InputError("directory-locked", `cannot lock ${directory}: other processes keep taking ${path}`);
}

function keep(
  file: FileHandle,
  {
    owner,
    path,
    folder,
    beatMs,
  }: { owner: Omit<Owner, "beats">; path: string; folder: string; beatMs: number },
): () => Promise<void> {
  held.add(owner.token);
  let beats = 0;
  let beating = Promise.resolve();
  const timer = setInterval(() => {
    beats++;
    // A full disk must not end the work; the space of the lock is there already.
    beating = beating.then(() => beat(file, owner, beats)).catch(() => undefined);
  }, beatMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await beating;
    await file.close();
    held.delete(owner.token);
    if ((await readOwner(path))?.token === owner.token) await rm(path, { force: true });
    // The last one out leaves no empty folder.
    await rmdir(folder).catch(() => undefined);
  };
}

/** Always as long, so that it replaces what was there. */
async function beat(file: FileHandle, owner: Omit<Owner, "beats">, beats: number): Promise<void> {
  await file.write(JSON.stringify({ ...owner, beats: String(beats).padStart(12, "0") }), 0);
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Owner;
  } catch {
    // Gone meanwhile, or not a lock of ours.
    return undefined;
  }
}

async function isAlive(
  path: string,
  owner: Owner,
  { here, beatMs, staleMs }: { here: string; beatMs: number; staleMs: number },
): Promise<boolean> {
  if (held.has(owner.token)) return true;
  if (owner.host === hostname() && owner.space === here && here !== "-")
    return owner.pid !== process.pid && isRunning(owner.pid);
  const end = performance.now() + staleMs;
  while (performance.now() < end) {
    await sleep(Math.min(beatMs / 2, staleMs / 4));
    const now = await readOwner(path);
    if (now?.token !== owner.token) return now !== undefined;
    if (now.beats !== owner.beats) return true;
  }
  return false;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes the lock of a dead owner; one that somebody else has taken since is put back. */
async function takeAway(path: string, own: string, dead: Owner | undefined): Promise<void> {
  const aside = `${own}.old`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  const found = await readOwner(aside);
  if (found && found.token !== dead?.token) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
