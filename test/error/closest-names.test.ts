import { expect, test } from "vitest";
import { closestNames, namesHere } from "../../src/error/closest-names.ts";
import { totalSegmentatorLabels } from "../../src/volume/totalsegmentator-labels.ts";

const labels = [...totalSegmentatorLabels.values()];

test("the name that was meant comes first, whatever its case and separators", () => {
  for (const asked of ["hip_lft", "Hip Left", "HIP-LEFT", "left hip left", "hip_left"])
    expect(closestNames(asked, labels, 3), asked).toContain("hip_left");
  expect(closestNames("Hip Left", labels, 1)).toEqual(["hip_left"]);
});

test("a long table is cut after twelve names, and says how many there are", () => {
  const text = namesHere("femur", labels);
  expect(text.split(", ")).toHaveLength(13);
  expect(text).toMatch(/^femur_left, .*, … \(117 in all\)$/);
  expect(namesHere("c", ["a", "b"])).toBe("a, b");
});

test("what is asked for may be empty or very long", () => {
  expect(closestNames("", ["ab", "a"], 2)).toEqual(["a", "ab"]);
  expect(closestNames("x".repeat(100_000), ["ab", "a"], 2)).toHaveLength(2);
});
