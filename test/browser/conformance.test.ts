import { readdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, openChromium } from "../../tools/browser-chromium.ts";
import { type BrowserSite, browserSite } from "../../tools/browser-site.ts";
import type { BrowserReport } from "./page.ts";

// As between back ends in Node.
const BOUND = 2e-5;

const library = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !/(^|\/)(node|cli|assembly)\//.test(file))
  .map((file) => `src/${file}`);

const pages = ["page", "kernel-web-worker", "load-modules"].map((name) => `test/browser/${name}.ts`);

describe.skipIf(!chromiumPath)("in headless Chromium", () => {
  let site: BrowserSite;
  let browser: Browser;
  let page: Page;
  let report: BrowserReport;
  const unreachable: string[] = [];

  beforeAll(async () => {
    site = await browserSite([...library, ...pages]);
    browser = await openChromium(chromiumPath as string);
    page = await browser.newPage();
    page.on("requestfailed", (request) => unreachable.push(request.url()));
    page.on("response", (response) => response.status() === 404 && unreachable.push(response.url()));
    await page.goto(site.origin);
    // As text: vitest would rewrite an import inside a function.
    report = await page.evaluate('import("/test/browser/page.js").then(({ conform }) => conform())');
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  test("the WASM engine integrates like the reference", () => {
    expect(report.cases.length).toBeGreaterThan(20);
    expect(report.cases.filter(({ peak }) => !(peak > 0))).toEqual([]);
    expect(report.cases.filter(({ wasm }) => !(wasm < BOUND))).toEqual([]);
  });

  test("Web Workers share its memory and change not one bit", () => {
    expect(report.crossOriginIsolated).toBe(true);
    expect(report.cases.filter((each) => each.threadsChangeBits)).toEqual([]);
  });

  test("WebGPU integrates like the reference", ({ skip }) => {
    skip(report.adapterName === undefined, "this Chromium has no WebGPU adapter");
    expect(report.cases.filter(({ webgpu }) => !(webgpu !== undefined && webgpu < BOUND))).toEqual([]);
  });

  test("a software adapter, or none, is refused with a code", () => {
    expect(["gpu-software", "gpu-missing", "webgpu"]).toContain(report.withoutAdapter);
  });

  test("every module of the library loads: none needs Node", async () => {
    const paths = library.map((file) => `/${file.replace(/\.ts$/, ".js")}`);
    const failures = await page.evaluate(`import("/test/browser/load-modules.js").then(({ loadModules }) =>
      loadModules(${JSON.stringify(paths)}))`);
    // What a failing module was looking for says more than its own failure.
    expect({ failures, unreachable }).toEqual({ failures: [], unreachable: [] });
  });
});
