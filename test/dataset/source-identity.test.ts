import { cpSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawPatient } from "../../src/dataset/draw-patient.ts";
import { loadRecipe } from "../../src/node/dataset/load-recipe.ts";
import { readSubject } from "../../src/node/dataset/open-subject.ts";
import { preparedSubject } from "../../src/node/dataset/prepared-subject.ts";
import { rerenderSample } from "../../src/node/dataset/rerender.ts";
import { hashSources } from "../../src/node/dataset/subject-sources.ts";
import { verifyDataSet } from "../../src/node/dataset/verify.ts";
import { synthex } from "../cli/run-synthex.ts";
import { make, smallPlace, type SmallPlace, treeOf, writePatient } from "./small-data-set.ts";

let place: SmallPlace;
let recipe: string;
let whole: Record<string, string>;

beforeAll(async () => {
  place = smallPlace();
  recipe = place.recipe();
  await make(recipe, place.at("whole"));
  whole = treeOf(place.at("whole"));
});
afterAll(() => place.remove());

describe("patients that change while a data set is made", () => {
  test("a CT that disappears half way: named, nothing lost, resumable to the same bytes", async () => {
    await make(recipe, place.at("lost"), { shard: { index: 1, count: 3 } });
    const before = treeOf(place.at("lost"));
    renameSync(place.at("one.nii"), place.at("away.nii"));
    try {
      const run = await synthex("generate", recipe, "--out", place.at("lost"), "--workers", "1");
      expect(run.code).toBe(2);
      expect(run.stderr).toMatch(/cannot read .*one\.nii: there is no such file/);
      const after = treeOf(place.at("lost"));
      for (const [path, hash] of Object.entries(before)) expect([path, after[path]]).toEqual([path, hash]);
    } finally {
      renameSync(place.at("away.nii"), place.at("one.nii"));
    }
    await make(recipe, place.at("lost"));
    expect(treeOf(place.at("lost"))).toEqual(whole);
  });

  test("a CT or label map that is another one now is refused with its name, on resuming and on rerendering", async () => {
    await make(recipe, place.at("changed"), { shard: { index: 1, count: 3 } });
    const loaded = await loadRecipe(recipe);
    const id = [0, 6].find((first) => drawPatient(loaded.recipe, first / 2).subject.name === "one") ?? 0;
    const subject = drawPatient(loaded.recipe, id / 2).subject.name ?? "";
    writePatient(place.at, subject, 601);
    try {
      const run = await synthex("generate", recipe, "--out", place.at("changed"), "--workers", "1");
      expect(run.code).toBe(2);
      expect(run.stderr).toMatch(
        new RegExp(`${subject}\\.nii \\(ct of subject "${subject}"\\) is not the file`),
      );
      await expect(rerenderSample({ directory: place.at("changed"), id })).rejects.toThrow(
        expect.objectContaining({ code: "source-changed" }),
      );
    } finally {
      writePatient(place.at, subject);
    }
    expect((await rerenderSample({ directory: place.at("changed"), id })).identical).toBe(true);
  });
});

describe("a patient in two splits", () => {
  const labels = { labels: "one-labels.nii", labelNames: "names.json" };
  const subjects = [
    { name: "learned", ct: "one.nii", ...labels },
    { name: "tested", ct: "copy.nii", ...labels, split: "test" as const },
  ];

  test("is refused, though the same CT has two names and two files; with other HU it is another patient", async () => {
    cpSync(place.at("one.nii"), place.at("copy.nii"));
    const run = make(place.recipe({ subjects }), place.at("leaking"));
    await expect(run).rejects.toThrow(/"learned" \(train\) and "tested" \(test\) are the same CT/);
    writePatient(place.at, "copy", 610);
    await make(place.recipe({ subjects }), place.at("split"));
    expect((await verifyDataSet(place.at("split"))).findings).toEqual([]);
  });

  test("is found by verify", async () => {
    cpSync(place.at("whole"), place.at("mixed"), { recursive: true });
    const file = place.at("mixed", "recipe.json");
    const content = JSON.parse(readFileSync(file, "utf8")) as { sources: Record<string, { ct: string }> };
    content.sources["two"].ct = content.sources["one"].ct;
    writeFileSync(file, JSON.stringify(content));
    const { findings } = await verifyDataSet(place.at("mixed"));
    expect(findings.map(({ code }) => code)).toEqual(["split-leak"]);
  });
});

describe("bones that a preparation step puts in", () => {
  test("are hashed with the subject's files, and refused when they are others now", async () => {
    const { recipe: read, folder } = await loadRecipe(
      place.recipe({
        subjects: [
          {
            ct: "one.nii",
            preparation: [{ kind: "composite", bones: { ct: "two.nii", labels: "two-labels.nii" } }],
          },
        ],
      }),
    );
    const [subject] = read.subjects;
    const sources = (await hashSources(read, folder))["one"];
    expect(Object.keys(sources)).toEqual(["ct", "preparation.0.ct", "preparation.0.labels"]);
    const anatomy = await readSubject(subject, folder, sources);
    writePatient(place.at, "two", 602);
    try {
      await expect(preparedSubject({ subject, anatomy, folder, sources })).rejects.toThrow(
        /two\.nii \(preparation\.0\.ct of subject "one"\) is not the file/,
      );
    } finally {
      writePatient(place.at, "two");
    }
  });
});
