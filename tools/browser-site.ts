/** What browser tests stand on: TypeScript compiled file by file into a folder, and a server that hands it out. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "..");

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

export interface BrowserSite {
  /** http://127.0.0.1:PORT; `/` is an empty page, other paths are compiled files by their place in the repository. */
  readonly origin: string;
  /** Compiled files, relative to the repository: the entries and what they import, nothing else. */
  readonly files: readonly string[];
  close(): Promise<void>;
}

/**
 * Compiles entry files and everything that they import, without a bundler, and serves the result on this machine only,
 * isolated from other origins so that pages get SharedArrayBuffer.
 */
export async function browserSite(
  entries: readonly string[],
  options: {
    /** HTML of `/`; default an empty page. */
    page?: string;
    /** More files to hand out, by their address. */
    files?: Readonly<Record<string, string>>;
    /** Default any that is free. */
    port?: number;
  } = {},
): Promise<BrowserSite> {
  const folder = await mkdtemp(join(tmpdir(), "synthex-browser-"));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const files = await compile(entries, folder);
    const importMap = { imports: await packageImports(files.map((file) => join(folder, file))) };
    const map = `<script type="importmap">${JSON.stringify(importMap)}</script>`;
    const page = (options.page ?? "<!doctype html><title>test page</title></head>").replace(
      "</head>",
      () => `${map}</head>`,
    );
    const { origin, close } = await serve(async (path) => {
      if (path === "/") return { type: ".html", body: page };
      const file = options.files?.[path] ?? join(path.startsWith("/node_modules/") ? root : folder, path);
      return { type: extname(path), body: await readFile(file) };
    }, options.port);
    return {
      origin,
      files,
      async close() {
        await close();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function compile(entries: readonly string[], outDir: string): Promise<string[]> {
  const options = ["--ignoreConfig", "--noCheck", "--module", "esnext", "--moduleResolution", "bundler"];
  options.push(
    "--target",
    "es2024",
    "--types",
    "",
    "--rewriteRelativeImportExtensions",
    "--listEmittedFiles",
  );
  const compiler = resolve(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [compiler, ...options, "--rootDir", root, "--outDir", outDir, ...entries],
    { cwd: root },
  );
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("TSFILE:"))
    .map((line) => relative(outDir, line.slice("TSFILE:".length).trim()));
}

/** Where the browser finds the packages that these modules, and in turn those packages, import by name. */
async function packageImports(modules: readonly string[]): Promise<Record<string, string>> {
  const imports: Record<string, string> = {};
  const seen = new Set(modules);
  // A set may grow while it is walked.
  for (const module of seen) {
    const source = await readFile(module, "utf8").catch(() => "");
    for (const [, specifier] of source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"'\n]+)["']/g)) {
      if (specifier.startsWith(".")) {
        if (module.includes("/node_modules/")) seen.add(resolve(module, "..", specifier));
        continue;
      }
      // What `node:` names, or no package at all, is left for the browser to refuse.
      if (specifier in imports || !/^@?[a-z][\w./@-]*$/.test(specifier)) continue;
      try {
        const file = await browserFile(specifier);
        imports[specifier] = `/${relative(root, file)}`;
        seen.add(file);
      } catch {}
    }
  }
  return imports;
}

/** The file of a package that browsers are given: as its package.json says, where that differs from what Node is given. */
async function browserFile(specifier: string): Promise<string> {
  const nodeFile = fileURLToPath(import.meta.resolve(specifier));
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  const folder = join(root, "node_modules", name);
  const { exports } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    exports?: unknown;
  };
  const entry = (exports as Record<string, unknown> | undefined)?.[`.${specifier.slice(name.length)}`];
  const target = browserTarget(entry);
  return target === undefined ? nodeFile : join(folder, target);
}

/** The first target of a conditional export that a browser may take. */
function browserTarget(entry: unknown): string | undefined {
  if (typeof entry === "string") return entry;
  if (typeof entry !== "object" || entry === null) return undefined;
  for (const [condition, value] of Object.entries(entry)) {
    if (!["browser", "import", "default"].includes(condition)) continue;
    const target = browserTarget(value);
    if (target !== undefined) return target;
  }
  return undefined;
}

async function serve(
  find: (path: string) => Promise<{ type: string; body: string | Uint8Array }>,
  port = 0,
): Promise<{ origin: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://local").pathname));
    find(path).then(
      ({ type, body }) => {
        response.writeHead(200, {
          "content-type": mediaTypes[type] ?? "application/octet-stream",
          "cross-origin-opener-policy": "same-origin",
          "cross-origin-embedder-policy": "require-corp",
        });
        response.end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done, failed) => {
    server.on("error", failed);
    server.listen(port, "127.0.0.1", done);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
