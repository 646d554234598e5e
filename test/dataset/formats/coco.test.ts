import { describe, expect, test } from "vitest";
import { cocoCategories, cocoPart, cocoPartLine, mergeCoco } from "../../../src/dataset/formats/coco.ts";
import type { LabelledPicture } from "../../../src/dataset/formats/labelled-picture.ts";
import { maskFromRunLengths, parseRunText } from "../../../src/dataset/formats/run-lengths.ts";
import { InputError } from "../../../src/error/input-error.ts";
import { HEIGHT_PX, labelledSample, WIDTH_PX } from "./labelled-sample.ts";
import { askOracle, hasOracle } from "./oracle.ts";

const samples = [0, 1, 2, 7].map(labelledSample);
const categories = cocoCategories(
  samples[0].labels.structures.map(({ name }) => name),
  samples[0].labels.landmarks.map(({ name }) => name),
);
const lines = samples.map((sample) => cocoPartLine(cocoPart(sample, `images/${sample.id}.png`)));

async function merged(partLines: readonly string[]): Promise<string> {
  let text = "";
  for await (const piece of mergeCoco({ description: "test", categories, lines: () => partLines }))
    text += piece;
  return text;
}

describe("COCO", () => {
  test("masks overlap and are whole; a structure out of view has no annotation", () => {
    const { annotations } = cocoPart(samples[0], "images/0.png");
    expect(annotations.map(({ category_id }) => category_id)).toEqual([1, 2, 4]);
    const masks = annotations.map(({ segmentation: { size, counts } }) =>
      maskFromRunLengths(parseRunText(counts, size[1], size[0])),
    );
    const [hip, femur] = samples[0].labels.structures;
    expect(masks[0]).toEqual(hip.mask);
    expect(masks[1]).toEqual(femur.mask);
    expect(masks[0].some((value, n) => value === 1 && masks[1][n] === 1)).toBe(true);
    expect(masks[2]).toEqual(hip.mask.map((value, n) => value | femur.mask[n]));
    for (const [index, { area, bbox }] of annotations.slice(0, 2).entries()) {
      const { areaPx, box } = samples[0].labels.structures[index];
      expect(area).toBe(areaPx);
      expect(bbox).toEqual([box?.x, box?.y, box?.w, box?.h]);
    }
  });

  test("keypoints are visible (2) or not in the image (0), in the order of the category's names", () => {
    const patient = cocoPart(samples[1], "images/1.png").annotations.at(-1);
    expect(patient?.keypoints).toEqual([7.25, 8.5, 2, 0, 0, 0, 0, 0, 0]);
    expect(patient?.num_keypoints).toBe(1);
    expect(categories.at(-1)).toMatchObject({ name: "patient", keypoints: ["FH-l", "GSN-l", "IOF-l"] });
  });

  test("without a structure in view the patient is where its landmarks are, and without landmarks nowhere", () => {
    const bare = (landmarks: LabelledPicture["labels"]["landmarks"]): LabelledPicture => ({
      ...samples[0],
      labels: {
        ...samples[0].labels,
        structures: samples[0].labels.structures.map((structure) => ({
          ...structure,
          mask: new Uint8Array(WIDTH_PX * HEIGHT_PX),
          areaPx: 0,
          box: null,
        })),
        landmarks,
      },
    });
    const { landmarks } = samples[0].labels;
    expect(cocoPart(bare(landmarks), "x").annotations).toMatchObject([
      { category_id: 4, bbox: [6, 9, 1, 1] },
    ]);
    expect(cocoPart(bare(landmarks.slice(1)), "x").annotations).toEqual([]);
  });

  test("ids are the samples' own, never repeated, from 1 on", () => {
    const ids = samples.flatMap((sample) => cocoPart(sample, "x").annotations.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.min(...ids)).toBe(1);
    const alone = cocoPart(labelledSample(7), "x").annotations.map(({ id }) => id);
    expect(ids.slice(-alone.length)).toEqual(alone);
  });

  test("part files merge into one valid file, the same bytes each time", async () => {
    const text = await merged(lines);
    expect(
      await merged(samples.map((sample) => cocoPartLine(cocoPart(sample, `images/${sample.id}.png`)))),
    ).toBe(text);
    const whole = JSON.parse(text) as { images: unknown[]; annotations: unknown[]; categories: unknown };
    expect(whole.images).toEqual(samples.map((sample) => cocoPart(sample, `images/${sample.id}.png`).image));
    expect(whole.annotations).toEqual(samples.flatMap((sample) => cocoPart(sample, "x").annotations));
    expect(whole.categories).toEqual(categories);
    expect(JSON.parse(await merged([]))).toMatchObject({ images: [], annotations: [] });
  });

  test("merging keeps nothing of the parts: pieces come before later parts are read", async () => {
    let read = 0;
    const counted = function* () {
      for (const line of lines) {
        read++;
        yield line;
      }
    };
    const pieces = mergeCoco({ description: "", categories, lines: counted });
    for (let n = 0; n < 3; n++) await pieces.next();
    expect(read).toBe(2);
  });

  test("damaged parts and samples given twice are refused", async () => {
    for (const damage of ["{", "null", "3", '{"image":{"id":"1"},"annotations":[]}', '{"image":{"id":9}}'])
      await expect(merged([lines[0], damage])).rejects.toThrow(/line 2/);
    await expect(merged([lines[1], lines[1]])).rejects.toThrow(InputError);
    await expect(merged([lines[2], lines[0]])).rejects.toThrow(/image 0 follows image 2/);
  });

  test.skipIf(!hasOracle("pycocotools.coco", "numpy"))(
    "pycocotools reads images, masks, boxes and keypoints",
    async () => {
      const read = askOracle(
        `
import json, contextlib, io
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from pycocotools import mask as m
with contextlib.redirect_stdout(io.StringIO()):
    coco = COCO("instances.json")
    out = []
    for image in coco.loadImgs(sorted(coco.getImgIds())):
        anns = coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
        out.append({"file": image["file_name"], "masks": [coco.annToMask(a).flatten().tolist() for a in anns],
          "ok": all(m.area(coco.annToRLE(a)) == a["area"] and m.toBbox(coco.annToRLE(a)).tolist() == a["bbox"] for a in anns),
          "keypoints": [a["keypoints"] for a in anns if "keypoints" in a]})
    scores = []
    for kind, ids in (("segm", [1, 2]), ("keypoints", [4])):
        anns = coco.loadAnns(coco.getAnnIds(catIds=ids))
        found = coco.loadRes([{k: a[k] for k in ("image_id", "category_id", "segmentation", "keypoints") if k in a} | {"score": 1.0} for a in anns]
          if kind == "segm" else [{k: a[k] for k in ("image_id", "category_id", "keypoints")} | {"score": 1.0} for a in anns])
        e = COCOeval(coco, found, kind); e.params.catIds = ids
        if kind == "keypoints":
            import numpy as np
            e.params.kpt_oks_sigmas = np.array([0.05] * 3)
        e.evaluate(); e.accumulate(); e.summarize(); scores.append(float(e.stats[0]))
print(json.dumps([out, scores]))`,
        { "instances.json": await merged(lines) },
      );
      const expected = samples.map((sample) => {
        const [hip, femur] = sample.labels.structures;
        return {
          file: `images/${sample.id}.png`,
          masks: [hip.mask, femur.mask, hip.mask.map((value, n) => value | femur.mask[n])].map((mask) => [
            ...mask,
          ]),
          ok: true,
          keypoints: [[6.25 + sample.id, 8.5, 2, 0, 0, 0, 0, 0, 0]],
        };
      });
      // The annotations themselves as results of a detector: perfect scores.
      expect(read).toEqual([expected, [1, 1]]);
    },
  );
});
