import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { readLabelNames } from "../../src/volume/read-label-names.ts";
import { totalSegmentatorLabels } from "../../src/volume/totalsegmentator-labels.ts";

const names = (text: string): [number, string][] => [
  ...readLabelNames(new TextEncoder().encode(text), "names.txt"),
];

const hips: [number, string][] = [
  [1, "hip_left"],
  [2, "hip_right"],
];

describe("names of labels", () => {
  it("from a Slicer colour table: label, name, four numbers of a colour; 0 is the background", () => {
    const table = [
      "# Color table file hips.ctbl",
      "# 3 values",
      "0 background 0 0 0 0",
      "1 hip_left 200 10 10 255",
      "2 hip_right 10 200 10 255",
    ];
    expect(names(table.join("\n"))).toEqual(hips);
    expect(names(table.join("\r\n"))).toEqual(hips);
  });

  it("from a colour table whose names hold blanks or digits, or whose colours run from 0 to 1", () => {
    expect(names("1 Left hip bone 128 174 128 255\n2 L5 vertebra 0.5 0.2 0.1 1\n")).toEqual([
      [1, "Left hip bone"],
      [2, "L5 vertebra"],
    ]);
    expect(names("1 vertebra 5\n")).toEqual([[1, "vertebra 5"]]);
  });

  it("from Slicer's comma-separated colour table", () => {
    const header = "LabelValue,Name,Color_R,Color_G,Color_B,Color_A\n";
    expect(names(`${header}1,hip_left,200,10,10,255\n2,"hip, right",10,200,10,255\n`)).toEqual([
      [1, "hip_left"],
      [2, "hip, right"],
    ]);
  });

  it("from an ITK-SNAP label description: six numbers, then the name in quotes", () => {
    const description = [
      "################################################",
      "# ITK-SnAP Label Description File",
      "################################################",
      '    0     0    0    0        0  0  0    "Clear Label"',
      '    1   255    0    0        1  1  1    "hip_left"',
      '    2     0  255    0      0.5  1  1    "hip_right"',
    ];
    expect(names(description.join("\n"))).toEqual(hips);
  });

  it.each([
    ["label to name", '{"1": "hip_left", "2": "hip_right"}'],
    ["name to label", '{"hip_left": 1, "hip_right": 2}'],
    ["label to object", '{"1": {"name": "hip_left", "colour": [1, 2, 3]}, "2": {"name": "hip_right"}}'],
    ["a list of names from 1 on", '["hip_left", "hip_right"]'],
    ["objects with label", '[{"label": 1, "name": "hip_left"}, {"label": 2, "name": "hip_right"}]'],
    ["objects with value or id", '[{"value": "1", "name": "hip_left"}, {"id": 2, "name": "hip_right"}]'],
    ["one table among others", '{"total": {"1": "hip_left", "2": "hip_right"}, "body": {"1": "body"}}'],
    ["a table called labels", '{"labels": {"background": 0, "hip_left": 1, "hip_right": 2}}'],
    ["with a byte order mark", '\uFEFF{"1": "hip_left", "2": "hip_right"}'],
  ])("from JSON: %s", (_, text) => {
    expect(names(text)).toEqual(hips);
  });

  it.each([
    ["nothing", ""],
    ["only a background", "0 background 0 0 0 0"],
    ["a label with two names", "1 a 1 1 1 1\n1 b 1 1 1 1"],
    ["a line without a label", "hip_left 1"],
    ["a label that is none", '{"hip_left": 1.5}'],
    ["a label too large", '{"hip_left": 65536}'],
    ["a name that is a list", '{"1": ["hip_left"], "x": null}'],
    ["an empty name", '1 255 0 0 1 1 1 ""'],
    ["broken JSON", '{"1": '],
  ])("%s is refused with the name of the file", (_, text) => {
    expect(() => names(text)).toThrow(InputError);
    expect(() => names(text)).toThrow("names.txt");
  });

  const official = new URL("../../../shared/data/ct/totalsegmentator_v2_labels.json", import.meta.url);
  it.skipIf(!existsSync(official))("the built-in table is TotalSegmentator's own, name by name", () => {
    const theirs = readLabelNames(readFileSync(official), "totalsegmentator_v2_labels.json");
    expect(theirs.size).toBe(117);
    expect(new Map(totalSegmentatorLabels)).toEqual(theirs);
  });

  it("the built-in table has 117 classes; some known ones", () => {
    expect([...totalSegmentatorLabels.keys()]).toEqual(Array.from({ length: 117 }, (_, n) => n + 1));
    expect(new Set(totalSegmentatorLabels.values()).size).toBe(117);
    for (const [label, name] of [
      [1, "spleen"],
      [25, "sacrum"],
      [51, "heart"],
      [75, "femur_left"],
      [78, "hip_right"],
      [92, "rib_left_1"],
      [116, "sternum"],
    ] as const)
      expect(totalSegmentatorLabels.get(label)).toBe(name);
  });
});
