import { expect, test } from "vitest";
import { chromiumPath, openChromium } from "../../../tools/browser-chromium.ts";
import { browserSite } from "../../../tools/browser-site.ts";
import { encodeInPage } from "./encode-in-page.ts";

test.skipIf(!chromiumPath)(
  "containers are written and read in headless Chromium; HDF5 has the bytes of Node",
  async () => {
    const site = await browserSite(["test/dataset/formats/encode-in-page.ts"]);
    const browser = await openChromium(chromiumPath as string);
    try {
      const page = await browser.newPage();
      await page.goto(site.origin);
      // As text: vitest would rewrite an import inside a function.
      const made = await page.evaluate(
        'import("/test/dataset/formats/encode-in-page.js").then(({ encodeInPage }) => encodeInPage())',
      );
      expect(made).toEqual(await encodeInPage());
    } finally {
      await browser.close();
      await site.close();
    }
  },
);
