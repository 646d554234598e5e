/**
 * Compiles the page and hands it out on this machine.
 *
 *   node examples/predict-in-browser/serve.ts [--model FILE or name of one that comes along] [--port N]
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { modelFile } from "../../src/node/prediction/open-model.ts";
import { type BrowserSite, browserSite } from "../../tools/browser-site.ts";

const HERE = "examples/predict-in-browser";

/** @param model file, or name of one that comes along; without one the page asks for it */
export async function servePage(options: { model?: string; port?: number } = {}): Promise<BrowserSite> {
  const model = options.model === undefined ? undefined : (await modelFile(options.model)).path;
  return await browserSite([`${HERE}/page.ts`], {
    page: await readFile(join(import.meta.dirname, "index.html"), "utf8"),
    files: model === undefined ? {} : { "/model.onnx": model },
    ...(options.port === undefined ? {} : { port: options.port }),
  });
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { model: { type: "string" }, port: { type: "string" } } });
  const site = await servePage({
    ...(values.model === undefined ? {} : { model: values.model }),
    port: Number(values.port ?? 8080),
  });
  console.log(`${site.origin} (end with Ctrl-C)`);
}
