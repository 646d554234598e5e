/** Holds the imports of `src/` against the table in ARCHITECTURE.md; prints every offence and exits with 1. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const allowed = new Map<string, string[]>();
for (const line of readFileSync(resolve(root, "ARCHITECTURE.md"), "utf8").split("\n")) {
  const row = /^\| ([a-z]+) +\| *([a-z, ]*)\|$/.exec(line);
  if (row)
    allowed.set(
      row[1],
      row[2]
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean),
    );
}

const hosts = new Set(["node", "cli"]);
const offences: string[] = [];
const files = readdirSync(resolve(root, "src"), { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.includes("assembly"),
);
const importsOf = new Map<string, string[]>();

for (const file of files) {
  const room = file.includes("/") ? file.split("/")[0] : "";
  const source = readFileSync(resolve(root, "src", file), "utf8");
  const targets: string[] = [];
  for (const match of source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    const specifier = match[1];
    if (specifier.startsWith("node:") && room !== "" && !hosts.has(room))
      offences.push(`src/${file}: "${specifier}" belongs into node/ or cli/`);
    if (!specifier.startsWith(".")) continue;
    const target = relative(resolve(root, "src"), resolve(root, "src", dirname(file), specifier));
    targets.push(target);
    const supplier = target.includes("/") ? target.split("/")[0] : "";
    if (target.startsWith("..") || supplier === room || room === "") continue;
    if (!allowed.get(room)?.includes(supplier))
      offences.push(`src/${file}: ${room}/ may not import ${supplier}/ (${specifier})`);
  }
  if (room !== "" && !allowed.has(room))
    offences.push(`src/${room}/ has no row in the table of ARCHITECTURE.md`);
  importsOf.set(file, targets);
}

// Cycles between folders: the table itself must be a directed acyclic graph.
const finished = new Set<string>();
function visit(node: string, trail: readonly string[], next: (name: string) => readonly string[]): void {
  if (trail.includes(node)) {
    offences.push(`cycle: ${[...trail.slice(trail.indexOf(node)), node].join(" -> ")}`);
    return;
  }
  if (finished.has(node)) return;
  for (const target of next(node)) visit(target, [...trail, node], next);
  finished.add(node);
}
for (const room of allowed.keys()) visit(room, [], (name) => allowed.get(name) ?? []);
for (const file of files) visit(file, [], (name) => importsOf.get(name) ?? []);

for (const offence of new Set(offences)) console.error(offence);
console.log(`${files.length} files, ${allowed.size} folders, ${new Set(offences).size} offences`);
process.exitCode = offences.length > 0 ? 1 : 0;
