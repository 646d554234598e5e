import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../../plans/", import.meta.url));

/** Names of the plans that come with SyntheX. */
export async function shippedPlanNames(): Promise<string[]> {
  const names = await readdir(FOLDER).catch(() => []);
  return names.filter((name) => name.endsWith(".yaml")).map((name) => name.slice(0, -5));
}

/** The file of a plan: a name of a shipped one becomes its path, anything else is a path already. */
export async function shippedPlan(nameOrPath: string): Promise<string> {
  return (await shippedPlanNames()).includes(nameOrPath) ? `${FOLDER}${nameOrPath}.yaml` : nameOrPath;
}
