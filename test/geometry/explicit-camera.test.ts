import { describe, expect, test } from "vitest";
import { cameraFromMatrix, pixelFromLpsOfLargerPixels, project } from "../../src/geometry/camera.ts";
import { cArmAxes, cArmCamera } from "../../src/geometry/c-arm.ts";
import { type CameraAxes, cArmAnglesFromRotation } from "../../src/geometry/c-arm-rotation.ts";
import { deviceById, devices, resizedDevice } from "../../src/geometry/device.ts";
import { grid } from "../../src/geometry/grid.ts";
import { transform } from "../../src/geometry/transform.ts";
import { add, cross, radFromDeg, scale, type Vector3 } from "../../src/geometry/vector.ts";
import { standardViews, viewByName } from "../../src/geometry/view.ts";
import { placeCamera } from "../../src/scene/place-camera.ts";
import { parseScene, type SceneInput } from "../../src/scene/scene.ts";
import type { LabelMap } from "../../src/volume/label-map.ts";

// A volume of 100 × 80 × 60 mm whose middle is (20, −10, 300).
const volumeGrid = grid(
  [50, 40, 30],
  transform("lps", "voxel", [2, 0, 0, -29, 0, 2, 0, -49, 0, 0, 2, 271, 0, 0, 0, 1]),
);
const place = (scene: Omit<SceneInput, "ct">, labelMap?: LabelMap) =>
  placeCamera(parseScene({ ct: "unused", ...scene }), volumeGrid, labelMap);

/** A rotation from angles without the code under test: the axes of the C-arm, turned by the roll. */
function axes(laoDeg: number, craDeg: number, rollDeg: number): CameraAxes {
  const { towardsDetector, up } = cArmAxes({ laoDeg, craDeg, rollDeg: 0 });
  const right = cross(towardsDetector, up);
  const [c, s] = [Math.cos(radFromDeg(rollDeg)), Math.sin(radFromDeg(rollDeg))];
  return [add(scale(right, c), scale(up, -s)), add(scale(up, -c), scale(right, -s)), towardsDetector];
}

describe("the Cios Fusion", () => {
  test("is 1536 × 1536 pixels of 0.194 mm at 1020 mm, centred at 767.5, focal length 5257.73 pixels", () => {
    const { camera } = place({});
    expect([camera.widthPx, camera.heightPx, camera.sourceToDetectorMm]).toEqual([1536, 1536, 1020]);
    expect(camera.pixelPitchMm[0]).toBeCloseTo(0.194, 12);
    const principal = project(camera, [20, 500, 300]);
    expect([principal.u, principal.v]).toEqual([expect.closeTo(767.5, 9), expect.closeTo(767.5, 9)]);
    // 1 mm at 1 m of depth is f/1000 pixels.
    const { sourceLps } = camera;
    const beside = project(camera, [sourceLps[0] + 1, sourceLps[1] + 1000, sourceLps[2]]);
    expect((beside.u - 767.5) * 1000).toBeCloseTo(1020 / 0.194, 6);
    expect(1020 / 0.194).toBeCloseTo(5257.73, 2);
  });

  test.each([16, 100, 128, 512, 1024, 3072])(
    "keeps its field of view at %i pixels, pixel centres included",
    (size) => {
      const [full, small] = [place({ craDeg: 12 }).camera, place({ craDeg: 12, sizePx: size }).camera];
      const factor = 1536 / size;
      for (const point of [
        [0, 0, 250],
        [70, -60, 360],
        [20, -10, 300],
      ] as const) {
        const [a, b] = [project(full, point), project(small, point)];
        expect((a.u + 0.5) / factor - 0.5).toBeCloseTo(b.u, 9);
        expect((a.v + 0.5) / factor - 0.5).toBeCloseTo(b.v, 9);
        expect(a.depthMm).toBeCloseTo(b.depthMm, 9);
      }
    },
  );
});

test("every device keeps the shape of its panel at any size", () => {
  for (const device of devices) {
    const small = resizedDevice(device, 256);
    expect(Math.max(small.widthPx, small.heightPx)).toBe(256);
    expect(small.widthPx * small.pixelPitchMm).toBeCloseTo(device.widthPx * device.pixelPitchMm, 0);
  }
});

describe("views", () => {
  test("are those that the clinic names", () => {
    for (const name of ["AP", "PA", "left-lateral", "right-lateral", "Inlet", "outlet", "left lateral"])
      expect(viewByName(name)).toBeDefined();
    for (const kind of ["obturator", "iliac"])
      for (const side of ["left", "right"]) expect(viewByName(`${kind}_oblique_${side}`)).toBeDefined();
    expect(() => viewByName("frog-leg")).toThrow(/frog-leg/);
  });

  test("take further angles on top, and angles alone are those of the C-arm", () => {
    expect(place({ view: "AP", laoDeg: 10, craDeg: 5 }).pose?.angles).toEqual({
      laoDeg: 190,
      craDeg: 5,
      rollDeg: 0,
    });
    expect(place({ laoDeg: 30 }).pose?.angles).toEqual({ laoDeg: 30, craDeg: 0, rollDeg: 0 });
    expect(place({ craDeg: -20 }).pose?.angles).toEqual({ laoDeg: 0, craDeg: -20, rollDeg: 0 });
    expect(place({ rollDeg: 90 }).pose?.angles).toEqual({ laoDeg: 180, craDeg: 0, rollDeg: 90 });
  });
});

describe("the isocentre", () => {
  const centreOf = (scene: Omit<SceneInput, "ct">, labelMap?: LabelMap) =>
    place(scene, labelMap).pose?.isocentreLps;

  test("is the middle of the volume, a point, or the centroid of a label", () => {
    expect(centreOf({})).toEqual([20, -10, 300]);
    expect(centreOf({ isocentre: [1, 2, 3] })).toEqual([1, 2, 3]);
    const labels = new Uint8Array(50 * 40 * 30);
    labels[(4 * 40 + 3) * 50 + 2] = 7;
    labels[(4 * 40 + 3) * 50 + 4] = 7;
    const labelMap = { grid: volumeGrid, labels, names: new Map([[7, "hip_left"]]) };
    // Voxels (2, 3, 4) and (4, 3, 4).
    expect(centreOf({ isocentre: "label:hip_left" }, labelMap)).toEqual([-29 + 6, -49 + 6, 271 + 8]);
    expect(centreOf({ isocentre: "label:7" }, labelMap)).toEqual([-23, -43, 279]);
    expect(() => centreOf({ isocentre: "label:hip_right" }, labelMap)).toThrow(/hip_right/);
    // A label without a name is called after its number; background is no label.
    const nameless = { ...labelMap, names: new Map<number, string>() };
    expect(centreOf({ isocentre: "label:label_7" }, nameless)).toEqual([-23, -43, 279]);
    expect(centreOf({ isocentre: "label:7" }, nameless)).toEqual([-23, -43, 279]);
    expect(() => centreOf({ isocentre: "label:8" }, nameless)).toThrow(
      expect.objectContaining({ remedy: "labels here: label_7" }),
    );
    expect(() => centreOf({ isocentre: "label:0" }, nameless)).toThrow(/no voxel is labelled/);
    expect(() => centreOf({ isocentre: "label:hip_left" })).toThrow(/no label map/);
  });

  test("lies between source and panel", () => {
    expect(() => place({ sourceToIsocentreMm: 1021 })).toThrow(/between source and detector/);
    expect(place({ sourceToIsocentreMm: 500 }).camera.sourceLps).toEqual([
      expect.closeTo(20, 9),
      expect.closeTo(-510, 9),
      expect.closeTo(300, 9),
    ]);
  });
});

describe("a rotation", () => {
  test("of every C-arm position gives its angles back", () => {
    for (const laoDeg of [-179, -90, -33, 0, 15, 90, 180])
      for (const craDeg of [-89, -25, 0, 40])
        for (const rollDeg of [-170, -45, 0, 90]) {
          const found = cArmAnglesFromRotation(axes(laoDeg, craDeg, rollDeg));
          expect(found.craDeg).toBeCloseTo(craDeg, 8);
          expect(Math.sin(radFromDeg(found.laoDeg - laoDeg))).toBeCloseTo(0, 9);
          expect(Math.sin(radFromDeg(found.rollDeg - rollDeg))).toBeCloseTo(0, 9);
          const again = axes(found.laoDeg, found.craDeg, found.rollDeg).flat();
          again.forEach((value, n) => expect(value).toBeCloseTo(axes(laoDeg, craDeg, rollDeg).flat()[n], 9));
        }
  });

  test("along the body's axis, where LAO means nothing, is met all the same", () => {
    const headwards: CameraAxes = [
      [0, 1, 0],
      [-1, 0, 0],
      [0, 0, 1],
    ];
    const { laoDeg, craDeg, rollDeg } = cArmAnglesFromRotation(headwards);
    expect([laoDeg, craDeg]).toEqual([0, 90]);
    axes(laoDeg, craDeg, rollDeg)
      .flat()
      .forEach((value, n) => expect(value).toBeCloseTo(headwards.flat()[n], 12));
  });

  test("of AP is the view AP, bit for bit of what is recorded", () => {
    const rotation: SceneInput["cameraFromLps"] = [
      [1, 0, 0],
      [0, 0, -1],
      [0, 1, 0],
    ];
    const { camera } = place({ cameraFromLps: rotation });
    camera.pixelFromLps.forEach((value, n) =>
      expect(value).toBeCloseTo(place({ view: "AP" }).camera.pixelFromLps[n], 9),
    );
  });

  test("may be looked at from the panel: left and right change places", () => {
    const seen = (viewedFrom: "source" | "detector") =>
      project(
        place({ cameraFromLps: axes(20, 10, 0) as never, viewedFrom, isocentre: [0, 0, 0] }).camera,
        [9, 4, 7],
      );
    expect(seen("detector").u).toBeCloseTo(1535 - seen("source").u, 8);
    expect(seen("detector").v).toBeCloseTo(seen("source").v, 8);
  });

  test.each([
    [
      "mirrors",
      [
        [1, 0, 0],
        [0, 0, 1],
        [0, 1, 0],
      ],
    ],
    [
      "is not of unit length",
      [
        [2, 0, 0],
        [0, 0, -2],
        [0, 2, 0],
      ],
    ],
    [
      "is skew",
      [
        [1, 0, 0],
        [0.1, 0, -1],
        [0, 1, 0],
      ],
    ],
    [
      "is nothing",
      [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
    ],
  ])("that %s is refused", (_, rows) => {
    expect(() => place({ cameraFromLps: rows as never })).toThrow(/is not a rotation/);
  });

  test("beside a view is one camera too many", () => {
    const rotation = axes(0, 0, 0) as never;
    for (const also of [{ view: "AP" }, { laoDeg: 3 }, { rollDeg: 3 }])
      expect(() => place({ cameraFromLps: rotation, ...also })).toThrow(/cameraFromLps and also/);
  });
});

describe("an explicit matrix", () => {
  const rowsOf = (p: ArrayLike<number>) =>
    [0, 4, 8].map((start) => Array.from({ length: 4 }, (_, n) => p[start + n])) as SceneInput["pixelFromLps"];

  test("is the camera, to the bit", () => {
    const { camera } = place({ view: "outlet", rollDeg: 7 });
    const again = place({ pixelFromLps: rowsOf(camera.pixelFromLps) }).camera;
    expect([...again.pixelFromLps]).toEqual([...camera.pixelFromLps]);
  });

  test("keeps its field of view at another size", () => {
    const matrix = rowsOf(place({ view: "iliac-oblique-left" }).camera.pixelFromLps);
    const small = place({ pixelFromLps: matrix, sizePx: 384 }).camera;
    const same = place({ view: "iliac-oblique-left", sizePx: 384 }).camera;
    expect([small.widthPx, small.heightPx]).toEqual([384, 384]);
    small.pixelFromLps.forEach((value, n) => expect(value).toBeCloseTo(same.pixelFromLps[n], 7));
  });

  test("with larger pixels has the same rays through their corners", () => {
    const { camera } = place({ laoDeg: 20 });
    const larger = cameraFromMatrix({
      ...camera,
      pixelFromLps: pixelFromLpsOfLargerPixels(camera.pixelFromLps, 3),
    });
    const point: Vector3 = [33, 5, 280];
    expect(project(larger, point).u + 0.5).toBeCloseTo((project(camera, point).u + 0.5) / 3, 9);
    expect(project(larger, point).depthMm).toBeCloseTo(project(camera, point).depthMm, 9);
  });

  test("beside a view, or a size of its own without a matrix, is refused", () => {
    const matrix = rowsOf(place({}).camera.pixelFromLps);
    expect(() => place({ pixelFromLps: matrix, view: "AP" })).toThrow(/pixelFromLps and also: view/);
    expect(() => place({ widthPx: 300 })).toThrow(/widthPx/);
    expect(() =>
      place({
        pixelFromLps: [
          [1, 0, 0, 0],
          [2, 0, 0, 0],
          [0, 0, 1, 0],
        ],
      }),
    ).toThrow(/singular/);
  });
});

test("the head is up in every standard view, and frontal ones have the patient's right on the left", () => {
  for (const [name, angles] of Object.entries(standardViews)) {
    const camera = cArmCamera({ device: deviceById("cios-fusion"), angles, isocentreLps: [0, 0, 0] });
    const [head, foot] = [project(camera, [0, 0, 40]), project(camera, [0, 0, -40])];
    expect(head.v, name).toBeLessThan(foot.v);
    const [right, left] = [project(camera, [-40, 0, 0]), project(camera, [40, 0, 0])];
    expect(name.endsWith("lateral") || right.u < left.u, name).toBe(true);
  }
});
