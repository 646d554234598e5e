import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { servePage } from "../../examples/predict-in-browser/serve.ts";
import { decodePng } from "../../src/image/decode-png.ts";
import { encodePng } from "../../src/image/encode-png.ts";
import { onnxRuntime } from "../../src/node/onnx-runtime.ts";
import { openModel } from "../../src/node/prediction/open-model.ts";
import { predict } from "../../src/prediction/predict.ts";
import { picturePixels } from "../../src/training/examples/picture-pixels.ts";
import { chromiumPath, openChromium } from "../../tools/browser-chromium.ts";
import type { BrowserSite } from "../../tools/browser-site.ts";
import { tinyModel } from "../prediction/tiny-model.ts";

const [WIDTH, HEIGHT] = [72, 56];

/** A bright block on a slope. */
const png = (): Promise<Uint8Array> =>
  encodePng({
    widthPx: WIDTH,
    heightPx: HEIGHT,
    channels: 1,
    pixels: Uint8Array.from({ length: WIDTH * HEIGHT }, (_, n) => {
      const [u, v] = [n % WIDTH, Math.floor(n / WIDTH)];
      return u > 20 && u < 45 && v > 12 && v < 40 ? 220 : u + v;
    }),
  });

describe.skipIf(!chromiumPath)("the page that predicts, in headless Chromium", () => {
  let folder: string;
  let model: string;
  let site: BrowserSite;
  let browser: Browser;
  let page: Page;
  const broken: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "synthex-page-"));
    model = join(folder, "model.onnx");
    writeFileSync(model, tinyModel());
    site = await servePage();
    browser = await openChromium(chromiumPath as string);
    page = await browser.newPage();
    page.on("pageerror", (error) => broken.push(error.message));
    page.on("response", (response) => {
      // It asks for a model that the server may have.
      if (response.status() === 404 && !/model\.onnx|favicon/.test(response.url()))
        broken.push(response.url());
    });
    await page.goto(site.origin);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the page says, once it says that. */
  const statusOnce = async (text: RegExp): Promise<string | null> => {
    await page.waitForFunction(
      (source) => new RegExp(source).test(document.getElementById("status")?.textContent ?? ""),
      text.source,
      { timeout: 30_000 },
    );
    return await page.textContent("#status");
  };
  const table = (): Promise<string[][]> =>
    page.evaluate(() =>
      [...document.querySelectorAll("#found tr")].map((row) =>
        [...row.children].map((cell) => cell.textContent ?? ""),
      ),
    );

  test("takes a model and a dropped picture, and says what Node says", { timeout: 60_000 }, async () => {
    const bytes = await png();
    await page.setInputFiles("#model", model);
    await statusOnce(/model tiny: drop a picture/);
    await page.evaluate(
      (values) => {
        const files = new DataTransfer();
        files.items.add(new File([Uint8Array.from(values)], "picture.png", { type: "image/png" }));
        document
          .getElementById("drop")
          ?.dispatchEvent(new DragEvent("drop", { dataTransfer: files, cancelable: true }));
      },
      [...bytes],
    );
    await statusOnce(/confidence/);

    const inNode = await openModel(model, await onnxRuntime({ provider: "cpu", threads: 1 }));
    const expected = await predict([inNode], {
      widthPx: WIDTH,
      heightPx: HEIGHT,
      pixels: picturePixels(await decodePng(bytes)),
    });
    await inNode.session.release();
    const rows = await table();
    expect(rows.map(([name]) => name)).toEqual(["hip_left", "hip_right", "FH-l", "FH-r"]);
    for (const [index, [, area]] of rows.slice(0, 2).entries()) {
      const wanted = (expected.classes ?? new Uint8Array()).filter((value) => value === index + 1).length;
      // Both are float32, summed in another order: a pixel on the edge may change sides.
      expect(Math.abs(Number.parseInt(area, 10) - wanted)).toBeLessThanOrEqual(3);
    }
    for (const [index, [, place]] of rows.slice(2).entries()) {
      const [x, y] = place.split(/[, ]+/).map(Number);
      const found = expected.landmarks[index];
      // The page writes tenths of a pixel.
      expect(Math.abs(x - (found?.x ?? Number.NaN))).toBeLessThan(0.06);
      expect(Math.abs(y - (found?.y ?? Number.NaN))).toBeLessThan(0.06);
    }
    expect(await page.textContent("#status")).toContain(`confidence ${expected.confidence.toFixed(2)}`);
  });

  test("draws the picture with outlines", async () => {
    const colours = await page.evaluate(() => {
      const canvas = document.getElementById("canvas") as HTMLCanvasElement;
      const { data } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(
        0,
        0,
        canvas.width,
        canvas.height,
      );
      let [grey, coloured] = [0, 0];
      for (let n = 0; n < data.length; n += 4)
        if (Math.max(data[n], data[n + 1], data[n + 2]) - Math.min(data[n], data[n + 1], data[n + 2]) > 12)
          coloured++;
        else grey++;
      return { width: canvas.width, height: canvas.height, hidden: canvas.hidden, coloured, grey };
    });
    expect(colours).toMatchObject({ width: 900, height: 700, hidden: false });
    expect(colours.coloured).toBeGreaterThan(500);
  });

  test("tells what is wrong with a file that is no picture, and goes on", { timeout: 60_000 }, async () => {
    const wrong = join(folder, "wrong.jpg");
    writeFileSync(wrong, "no picture");
    await page.setInputFiles("#picture", wrong);
    expect(await statusOnce(/damaged/)).toContain("wrong.jpg is damaged");
    writeFileSync(join(folder, "right.png"), await png());
    await page.setInputFiles("#picture", join(folder, "right.png"));
    await statusOnce(/confidence/);
  });

  test("a model that the server has is loaded by itself", { timeout: 60_000 }, async () => {
    const own = await servePage({ model });
    try {
      await page.goto(own.origin);
      expect(await statusOnce(/drop a picture/)).toBe("model tiny: drop a picture");
    } finally {
      await own.close();
    }
  });

  test("nothing that the page asks for is missing", () => {
    expect(broken).toEqual([]);
  });
});
