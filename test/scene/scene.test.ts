import { describe, expect, test } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { parseScene, type SceneInput } from "../../src/scene/scene.ts";
import { withMovableCamera } from "../../src/scene/scene-record.ts";

function refused(input: unknown): InputError {
  try {
    parseScene(input);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("a scene of one line has every default", () => {
  expect(parseScene({ ct: "ct.nii.gz" })).toMatchObject({
    ct: { path: "ct.nii.gz" },
    device: "cios-fusion",
    isocentre: "centre",
    simulator: "realistic",
    materials: { rule: "tissue" },
    beam: {
      kv: 80,
      mas: "automatic",
      detectorKermaMicroGy: 2.5,
      anodeAngleDeg: 12,
      filters: [{ material: "Al", thicknessMm: 3 }],
    },
    noise: true,
    quantity: "radiograph",
    processing: "log",
    structures: "all",
    seed: 0,
  });
});

test("a parsed scene is a scene again, unchanged", () => {
  const scene = parseScene({ ct: "ct.nii.gz", view: "inlet", beam: { kv: 70 }, structures: ["hip_left"] });
  expect(parseScene(JSON.parse(JSON.stringify(scene)))).toEqual(scene);
});

describe("a wrong scene is refused with the path of every wrong field", () => {
  test.each([
    [{}, /ct/],
    [{ ct: "x", beam: { kv: 300 } }, /beam\.kv: .*150/],
    [{ ct: "x", beam: { filters: [{ material: "Al", thicknessMm: -1 }] } }, /beam\.filters\.0\.thicknessMm/],
    [{ ct: "x", beam: { voltage: 80 } }, /beam\.voltage: there is no such field/],
    [{ ct: "x", kv: 80 }, /kv: there is no such field/],
    [{ ct: "x", isocentre: "middle" }, /isocentre: must be \[x, y, z\] in LPS mm, "centre" or "label:NAME"/],
    [{ ct: "x", isocentre: [1, 2] }, /isocentre/],
    [{ ct: "x", simulator: "fancy" }, /simulator: .*naive/],
    [{ ct: "x", sizePx: 100.5 }, /sizePx/],
    [{ ct: "x", seed: -1 }, /seed/],
    [{ ct: "x", laoDeg: 400, craDeg: Number.NaN }, /laoDeg.*craDeg/s],
    [{ ct: { path: "x", sha256: "abc" } }, /ct/],
    [{ ct: "x", structures: [] }, /structures/],
    [{ ct: "x", pixelFromLps: [[1, 2, 3, 4]] }, /pixelFromLps/],
    [null, /scene/],
    ["ct.nii.gz", /scene/],
  ])("%j", (input, message) => {
    const error = refused(input);
    expect(error.code).toBe("scene-invalid");
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("\n");
  });

  test("or the place that the caller knows", () => {
    const place = (path: readonly PropertyKey[]) => `scene.yaml:${path.length}`;
    expect(() => parseScene({ ct: "x", beam: { kv: 300 } }, place)).toThrow(/scene\.yaml:2: /);
  });
});

describe("a recorded camera that is taken apart again", () => {
  const recorded: SceneInput = {
    ct: "x",
    device: "cios-fusion",
    sourceToDetectorMm: 1020,
    widthPx: 300,
    heightPx: 200,
    pixelFromLps: [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ],
    pose: {
      laoDeg: 180,
      craDeg: 5,
      rollDeg: 2,
      isocentreLps: [1, 2, 3],
      sourceToIsocentreMm: 650,
      viewedFrom: "detector",
    },
  };

  test("keeps its size, viewpoint, isocentre and distances", () => {
    expect(withMovableCamera(parseScene(recorded))).toMatchObject({
      sizePx: 300,
      laoDeg: 180,
      craDeg: 5,
      rollDeg: 2,
      viewedFrom: "detector",
      isocentre: [1, 2, 3],
      sourceToIsocentreMm: 650,
      sourceToDetectorMm: 1020,
    });
    expect(withMovableCamera(parseScene(recorded))).not.toHaveProperty("pixelFromLps");
  });

  test("takes the distances of another device with it", () => {
    const moved = withMovableCamera(parseScene(recorded), "radiography-43");
    expect(moved.sourceToDetectorMm).toBeUndefined();
    expect(moved.sourceToIsocentreMm).toBeUndefined();
  });

  test("stays as it is when it was a matrix from the start", () => {
    const { pose: _, ...matrixOnly } = recorded;
    expect(withMovableCamera(parseScene(matrixOnly))).toEqual(parseScene(matrixOnly));
  });
});
