import { describe, expect, test } from "vitest";
import { demoCtPath, demoLabelsPath } from "../../src/node/demo-data.ts";
import type { Check } from "../../src/validation/check.ts";
import { synthex, synthexJson } from "./run-synthex.ts";

const ct = demoCtPath("pelvis");

test("synthex inspect gives geometry, HU and findings", async () => {
  const report = await synthexJson<{
    shape: number[];
    spacingMm: number[];
    lpsFromVoxel: number[][];
    huRange: number[];
    findings: { code: string; severity: string; message: string }[];
  }>("inspect", ct, "--labels", demoLabelsPath("pelvis"));
  expect(report.shape).toEqual([122, 101, 112]);
  expect(report.spacingMm).toEqual([3, 3, 3].map((mm) => expect.closeTo(mm, 5)));
  expect(report.lpsFromVoxel.map((row) => row.length)).toEqual([4, 4, 4, 4]);
  expect(report.huRange).toEqual([-1207, 3382]);
  for (const finding of report.findings)
    expect(Object.keys(finding)).toEqual(expect.arrayContaining(["code", "severity", "message"]));
});

test("synthex attenuation gives NIST's number and the density", async () => {
  const water = await synthexJson("attenuation", "water", "--energy", "60");
  expect(water).toMatchObject({ densityGPerCm3: 1, massAttenuationCm2PerG: expect.closeTo(0.2059, 3) });
  const apatite = await synthexJson("attenuation", "Ca10P6O26H2@3.16", "--energy", "60");
  expect(apatite).toMatchObject({ densityGPerCm3: 3.16 });
  const bronze = await synthexJson("attenuation", "Cu:0.88,Sn:0.12", "--density", "8.8", "--energy", "60");
  expect(bronze).toMatchObject({ densityGPerCm3: 8.8 });
});

test("synthex spectrum gives mean energy and half-value layers", async () => {
  const hard = await synthexJson<Record<"meanEnergyKeV" | "hvl1MmAl" | "hvl2MmAl", number>>(
    ..."spectrum --kv 80 --anode-angle 12 --filter Al:2.5 --filter air:950".split(" "),
  );
  expect(hard.meanEnergyKeV).toBeGreaterThan(35);
  expect(hard.meanEnergyKeV).toBeLessThan(55);
  expect(hard.hvl1MmAl).toBeGreaterThan(2);
  expect(hard.hvl2MmAl).toBeGreaterThan(hard.hvl1MmAl);
});

test("synthex devices gives devices and views", async () => {
  const { devices, views } = await synthexJson<{ devices: { id: string }[]; views: object }>("devices");
  expect(devices.map(({ id }) => id)).toContain("cios-fusion");
  expect(Object.keys(views)).toContain("ap");
});

test("synthex validate gives every check with its numbers, and fails when one does", async () => {
  const run = await synthex("validate", "--quick", "--json");
  const { checks } = JSON.parse(run.stdout) as { checks: Check[] };
  expect(checks.length).toBeGreaterThan(100);
  for (const entry of checks) {
    expect(Object.keys(entry)).toEqual(
      expect.arrayContaining(["law", "source", "published", "ours", "deviation", "bound", "passed"]),
    );
    const { kind, ours, published, deviation, bound, passed } = entry;
    expect(deviation).toBeCloseTo(kind === "relative" ? ours / published - 1 : ours - published, 9);
    expect(passed).toBe(Math.abs(deviation) <= bound);
  }
  expect(run.code).toBe(checks.every(({ passed }) => passed) ? 0 : 1);
});

test("without --json people get a table", async () => {
  const { stdout, code } = await synthex("attenuation", "bone", "--energy", "60");
  expect(code).toBe(0);
  expect(stdout).toContain("photoelectric");
});

describe.concurrent("wrong usage or input ends with 2 and one sentence that helps", () => {
  const simulate = (...words: string[]) => [
    "simulate",
    "--ct",
    ct,
    "--size",
    "32",
    "--out",
    "unused",
    ...words,
  ];
  test.each([
    ["an unknown command", ["simulat"], /unknown command 'simulat'.*simulate/s],
    ["an unknown option", ["devices", "--colour"], /unknown option '--colour'/],
    ["an option of another command", ["devices", "--kv", "80"], /unknown option '--kv'/],
    [
      "an unknown material",
      ["attenuation", "wter", "--energy", "60"],
      /no material called "wter"; did you mean water/,
    ],
    ["a bad formula", ["attenuation", "H2(O@1", "--energy", "60"], /leaves a bracket open/],
    ["an energy beyond the tables", ["attenuation", "water", "--energy", "600"], /from 5 to 150 keV/],
    ["an energy that is no number", ["attenuation", "water", "--energy", "x"], /from 5 to 150 keV/],
    [
      "an unknown view",
      simulate("--view", "frog-leg"),
      /no view "frog-leg"; choose one of ap, pa, left-lateral/,
    ],
    ["an unknown device", simulate("--device", "x"), /no device "x"; choose one of cios-fusion/],
    ["an unknown simulator", simulate("--simulator", "x"), /Allowed choices are naive, heuristic, realistic/],
    ["an unknown quantity", simulate("--quantity", "x"), /Allowed choices are radiograph, area-density/],
    ["an unknown filter", simulate("--filter", "Unobtainium:2"), /no material called "Unobtainium"/],
    ["a filter without a thickness", simulate("--filter", "Al"), /MATERIAL:MM/],
    ["a size that is too small", simulate("--size", "8"), /from 16 to 4096 pixels/],
    ["a voltage beyond the model", simulate("--kv", "20"), /from 40 to 150 kV/],
    ["an isocentre of two numbers", simulate("--isocentre", "1,2"), /X,Y,Z in LPS mm, label:NAME, or centre/],
    ["an isocentre without labels", simulate("--isocentre", "label:hip_left"), /no label map; give --labels/],
    ["a rotation that mirrors", simulate("--rotation", "1,0,0,0,0,1,0,1,0"), /is not a rotation/],
    [
      "labels of another CT",
      simulate("--labels", demoLabelsPath("chest")),
      /does not lie on the grid of the CT \(122 × 101 × 112\); resample/,
    ],
    [
      "the rule labels without a material",
      simulate("--labels", demoLabelsPath("pelvis"), "--materials", "labels"),
      /gives no label a material; give materials.byLabel/,
    ],
    [
      "a label that nobody has",
      simulate("--labels", demoLabelsPath("pelvis"), "--label-material", "tail:bone"),
      /no label "tail"; its labels are/,
    ],
    ["a missing CT", ["simulate", "--out", "unused"], /no CT is given; give --ct PATH/],
    ["no place for the results", ["simulate", "--ct", ct], /--out <dir>/],
    [
      "a file that is not there",
      ["inspect", "nowhere.nii.gz"],
      /cannot read nowhere.nii.gz: there is no such file/,
    ],
    ["a file of another kind", ["inspect", "package.json"], /package.json/],
    [
      "a folder that is a file",
      simulate("--out", "package.json/results"),
      /cannot write into package.json.results: a file is in the way .*; give another folder/,
    ],
    [
      "a scene that is not there",
      ["simulate", "nowhere.yaml", "--out", "unused"],
      /cannot read.*nowhere.yaml/,
    ],
  ] as const)("%s", async (_, words, message) => {
    const run = await synthex(...words, "--json");
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(message);
    expect(run.stderr).not.toMatch(/\n\s+at /);
    const { error } = JSON.parse(run.stdout) as { error: { code: string; message: string } };
    expect(error.code).toMatch(/^[a-z0-9-]+$/);
    expect(error.message).not.toContain("\n    at");
  });
});
