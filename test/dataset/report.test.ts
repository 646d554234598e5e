import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RecipeInput } from "../../src/dataset/recipe.ts";
import type { ReportCard } from "../../src/dataset/report/report-card.ts";
import { reportHtml } from "../../src/dataset/report/report-html.ts";
import { reportCard } from "../../src/node/dataset/report.ts";
import { chromiumPath, openChromium } from "../../tools/browser-chromium.ts";
import { synthex } from "../cli/run-synthex.ts";
import { make, smallPlace, type SmallPlace } from "./small-data-set.ts";

const WHOLE: Partial<RecipeInput> = {
  description: "A <small> data set & its report",
  landmarks: [{ name: "middle", kind: "centroid", labels: ["bone_left"] }],
  constraints: [
    { kind: "landmarks-in-view" },
    { kind: "joint-limits", laoDeg: [-180, 180], craDeg: [-15, 15] },
  ],
};

interface Line {
  subject: string;
  structures: { name: string; areaPx: number }[];
  landmarks: { name: string; status: string; pixel: [number, number] }[];
  rejections: number[];
  scene: { beam: { kv: number } };
}

let place: SmallPlace;
let card: ReportCard;
let lines: Line[];

beforeAll(async () => {
  place = smallPlace();
  await make(place.recipe(WHOLE), place.at("whole"));
  card = await reportCard({ directory: place.at("whole"), mostPictures: 100 });
  lines = readFileSync(place.at("whole", "manifest.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
});
afterAll(() => place.remove());

/** A copy of the whole data set, to damage. */
function copied(name: string): string {
  const to = place.at(name);
  cpSync(place.at("whole"), to, { recursive: true });
  return to;
}

describe("the numbers of a report card", () => {
  test("are those of the manifest, counted one by one", () => {
    const { statistics } = card;
    expect(statistics.samples).toBe(12);
    for (const name of ["one", "two"])
      expect(statistics.subjects.get(name)?.samples ?? 0).toBe(
        lines.filter(({ subject }) => subject === name).length,
      );
    for (const [index, { name, absent, share }] of statistics.structures.entries()) {
      const areas = lines.map((line) => line.structures[index]).map(({ areaPx }) => areaPx);
      expect(name).toBe(lines[0].structures[index].name);
      expect(absent).toBe(areas.filter((area) => area === 0).length);
      expect(share.most).toBeCloseTo(Math.max(...areas) / 48 ** 2, 12);
    }
    const kv = lines.map(({ scene }) => scene.beam.kv).toSorted((a, b) => a - b);
    expect(statistics.drawn.beam.get("kv")?.sorted).toEqual(kv);
    expect(statistics.rejections).toEqual(
      [0, 1].map((n) => lines.reduce((sum, { rejections }) => sum + rejections[n], 0)),
    );
    expect(statistics.rejections[1]).toBeGreaterThan(0);
  });

  test("put every visible landmark on one cell of its map", () => {
    const [{ name, visible, places }] = card.statistics.landmarks;
    expect(name).toBe("middle");
    expect(visible).toBe(12);
    expect(places.reduce((sum, count) => sum + count, 0)).toBe(12);
    // 48 pixels on 48 cells: the cell is the pixel.
    const [u, v] = lines[0].landmarks[0].pixel;
    expect(places[Math.round(v) * 48 + Math.round(u)]).toBeGreaterThan(0);
  });

  test("come from all pictures where there are few", () => {
    expect(card.greys?.pictures).toBe(12);
    expect(card.greys?.greys.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(card.duplicates?.compared).toBe(12);
    expect(card.tiles.map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_, id) => id));
    expect(card.tiles[0].structures.map(({ name }) => name)).toEqual(["bone_left", "bone_right"]);
    expect(card.findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      "warning licence-missing",
    ]);
  });
});

describe("the page", () => {
  test("needs nothing else: no script, no address but its own pictures", async () => {
    const html = await reportHtml(card);
    expect(html).not.toMatch(/<script|<link|<iframe|\bon\w+="|@import|url\(/i);
    for (const [, address] of html.matchAll(/\b(?:src|href)="([^"]{0,30})/g))
      expect(address).toMatch(/^data:image\/png;base64,/);
    expect(html).toContain("A &lt;small&gt; data set &amp; its report");
    expect(html).toContain("joint-limits (LAO -180 to 180°, CRA -15 to 15°)");
    expect(html).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(html).not.toContain(place.folder);
  });

  test("is the same page every time", async () => {
    const again = await reportCard({ directory: place.at("whole"), mostPictures: 100 });
    expect(await reportHtml(again)).toBe(await reportHtml(card));
  });

  test.skipIf(chromiumPath === undefined)(
    "opens in a browser without an error, every picture decoded, nothing fetched, nothing wider than the page",
    async () => {
      writeFileSync(place.at("page.html"), await reportHtml(card));
      const browser = await openChromium(chromiumPath ?? "");
      try {
        const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
        const complaints: string[] = [];
        page.on("console", (message) => complaints.push(message.text()));
        page.on("request", (request) => {
          if (!/^(data|file):/.test(request.url())) complaints.push(request.url());
        });
        await page.goto(pathToFileURL(place.at("page.html")).href);
        const seen = (await page.evaluate(
          `({ pictures: [...document.images].filter((image) => image.naturalWidth > 0).length, all: document.images.length,
              wide: document.documentElement.scrollWidth, drawings: document.querySelectorAll(".sheet path").length })`,
        )) as { pictures: number; all: number; wide: number; drawings: number };
        expect(complaints).toEqual([]);
        expect(seen.pictures).toBe(seen.all);
        expect(seen.all).toBeGreaterThanOrEqual(12);
        expect(seen.drawings).toBe(card.tiles.reduce((sum, tile) => sum + tile.structures.length, 0));
        expect(seen.wide).toBeLessThanOrEqual(1000);
        // The checkbox hides the outlines without a script.
        expect(await page.locator(".sheet svg").first().isVisible()).toBe(true);
        await page.locator("#overlays").uncheck();
        expect(await page.locator(".sheet svg").first().isVisible()).toBe(false);
      } finally {
        await browser.close();
      }
    },
  );
});

describe("pictures and masks are read back from", () => {
  test.each([["folder-tiff"], ["webdataset"], ["hdf5"], ["paper-files"], ["folder-masks"]] as const)(
    "%s",
    async (output) => {
      const directory = place.at(output);
      await make(place.recipe({ ...WHOLE, count: 4, outputs: [output] }), directory);
      const { greys, tiles, findings } = await reportCard({ directory, mostPictures: 100 });
      expect(greys?.pictures).toBe(4);
      expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(tiles.map(({ structures }) => structures.length)).toEqual([2, 2, 2, 2]);
    },
  );

  test("nothing where no output holds pictures, and the report says so", async () => {
    const directory = place.at("densities");
    await make(place.recipe({ count: 2, outputs: ["area-density"] }), directory);
    const empty = await reportCard({ directory, mostPictures: 100 });
    expect([empty.greys, empty.tiles.length]).toEqual([undefined, 0]);
    expect(empty.findings.map(({ code }) => code)).toContain("no-pictures");
    expect(await reportHtml(empty)).not.toMatch(/NaN|undefined/);
  });
});

describe("what is wrong", () => {
  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => "nothing",
      (error: { code?: string; message: string }) => `${error.code}: ${error.message}`,
    );

  test("with the folder is said before anything is read", async () => {
    mkdirSync(place.at("empty"));
    const of = (name: string) => codeOf(reportCard({ directory: place.at(name), mostPictures: 10 }));
    expect(await of("empty")).toMatch(/^data-set-missing: /);
    expect(await of("nowhere")).toMatch(/^data-set-missing: /);
    rmSync(place.at(copied("unmerged").slice(place.folder.length + 1), "manifest.jsonl"));
    expect(await of("unmerged")).toMatch(/^manifest-missing: /);
  });

  test("with a line of the manifest is told with its number", async () => {
    const directory = copied("cut");
    const text = readFileSync(place.at("cut", "manifest.jsonl"), "utf8");
    const at = text.indexOf("\n", text.indexOf("\n") + 1) + 40;
    writeFileSync(place.at("cut", "manifest.jsonl"), text.slice(0, at));
    expect(await codeOf(reportCard({ directory, mostPictures: 10 }))).toMatch(
      /^manifest-line: .*manifest\.jsonl, line 3 is not JSON/,
    );
  });

  test("with pictures is a finding with the file's name; the others are shown", async () => {
    copied("broken");
    const image = place.at("broken", "images", "00000003.png");
    writeFileSync(image, readFileSync(image).subarray(0, 200));
    rmSync(place.at("broken", "images", "00000005.png"));
    const run = await synthex("report", place.at("broken"), "--json");
    const report = JSON.parse(run.stdout) as {
      pictures: number;
      findings: { code: string; message: string }[];
    };
    expect(run.code).toBe(1);
    expect(report.pictures).toBe(10);
    expect(report.findings[0].code).toBe("picture-unreadable");
    expect(report.findings[0].message).toMatch(/^2 of the data set's pictures .* images\/00000003\.png: /);
    expect(readFileSync(place.at("broken", "report.html"), "utf8")).toContain("images/00000003.png");
  });

  test("with splits: one CT file behind subjects of two splits is a leak", async () => {
    copied("leak");
    const path = place.at("leak", "recipe.json");
    const content = JSON.parse(readFileSync(path, "utf8")) as { sources: Record<string, { ct: string }> };
    content.sources.two.ct = content.sources.one.ct;
    writeFileSync(path, JSON.stringify(content));
    const { findings } = await reportCard({ directory: place.at("leak"), mostPictures: 10 });
    expect(findings.filter(({ code }) => code === "split-leak")).toEqual([
      expect.objectContaining({
        severity: "error",
        message: expect.stringMatching(/"one" \(train\) and "two" \(test\)/),
      }),
    ]);
  });

  test("with real pictures: no folder, no PNG, none readable; a single damaged one is a finding", async () => {
    const against = (real: string) =>
      reportCard({ directory: place.at("whole"), mostPictures: 100, real: place.at(real) });
    expect(await codeOf(against("nowhere"))).toMatch(/^real-folder: .*no such folder/);
    mkdirSync(place.at("real"));
    expect(await codeOf(against("real"))).toMatch(/^real-folder: .*no PNG/);
    writeFileSync(place.at("real", "a.png"), "no picture");
    expect(await codeOf(against("real"))).toMatch(/^real-pictures: /);
    for (const name of readdirSync(place.at("whole", "images")))
      cpSync(place.at("whole", "images", name), place.at("real", name));
    // Label images beside them are no pictures.
    cpSync(place.at("whole", "classes", "00000000.png"), place.at("real", "00000000_labels.png"));
    const { real, greys, findings } = await against("real");
    expect(real?.greys.pictures).toBe(12);
    // The data set against itself.
    expect(real?.greys.greys).toEqual(greys?.greys);
    expect(findings.map(({ code }) => code)).toContain("real-unreadable");
  });
});
