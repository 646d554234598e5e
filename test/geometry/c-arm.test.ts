import { expect, test } from "vitest";
import { cameraFromMatrix, project, rayDirection } from "../../src/geometry/camera.ts";
import { cArmCamera } from "../../src/geometry/c-arm.ts";
import { deviceById, resizedDevice } from "../../src/geometry/device.ts";
import { standardViews, viewByName } from "../../src/geometry/view.ts";

const cios = deviceById("cios-fusion");
const camera = (view: string, rollDeg = 0) =>
  cArmCamera({ device: cios, angles: { ...viewByName(view), rollDeg }, isocentreLps: [10, -20, 30] });
const offset = (view: string, dx: number, dy: number, dz: number, rollDeg = 0) => {
  const c = camera(view, rollDeg);
  const p = project(c, [10 + dx, -20 + dy, 30 + dz]);
  return { right: p.u - 767.5, down: p.v - 767.5, depthMm: p.depthMm };
};

test("the isocentre falls on the centre of the image at its distance, in every view", () => {
  for (const view of Object.keys(standardViews)) {
    const p = offset(view, 0, 0, 0);
    expect(Math.hypot(p.right, p.down), view).toBeLessThan(1e-9);
    expect(p.depthMm).toBeCloseTo(700, 9);
  }
});

test("AP and PA show the patient's right on the image's left and the head up", () => {
  for (const view of ["AP", "PA", "inlet", "outlet", "obturator-oblique-left", "iliac-oblique-left"]) {
    expect(offset(view, -10, 0, 0).right, view).toBeLessThan(-1);
    expect(offset(view, 0, 0, 10).down, view).toBeLessThan(-1);
  }
});

test("AP magnifies what lies in front, PA what lies behind", () => {
  const front = (view: string) => offset(view, 10, -50, 0).right;
  const behind = (view: string) => offset(view, 10, 50, 0).right;
  expect(front("AP") / behind("AP")).toBeCloseTo(750 / 650, 9);
  expect(front("PA") / behind("PA")).toBeCloseTo(650 / 750, 9);
});

test("a left lateral puts the left side at the panel and the front of the patient on the image's left", () => {
  expect(offset("left-lateral", 20, 0, 0).depthMm).toBeGreaterThan(700);
  expect(offset("left-lateral", 0, -10, 0).right).toBeLessThan(-1);
  expect(offset("right-lateral", 20, 0, 0).depthMm).toBeLessThan(700);
  expect(offset("right-lateral", 0, -10, 0).right).toBeGreaterThan(1);
});

test("LAO brings the panel to the patient's left, CRA towards the head", () => {
  const lao = cArmCamera({
    device: cios,
    angles: { laoDeg: 30, craDeg: 0, rollDeg: 0 },
    isocentreLps: [0, 0, 0],
  });
  expect(project(lao, [10, 0, 0]).depthMm).toBeCloseTo(700 + 10 * Math.sin(Math.PI / 6), 9);
  const cra = cArmCamera({
    device: cios,
    angles: { laoDeg: 0, craDeg: 30, rollDeg: 0 },
    isocentreLps: [0, 0, 0],
  });
  expect(project(cra, [0, 0, 10]).depthMm).toBeCloseTo(705, 9);
});

test("rolling the panel clockwise turns the picture counter-clockwise", () => {
  const head = offset("AP", 0, 0, 10, 90);
  expect(head.right).toBeLessThan(-1);
  expect(Math.abs(head.down)).toBeLessThan(1e-9);
});

test("the Cios Fusion has a focal length of 5257.73 pixels and its centre at 767.5", () => {
  const p = camera("AP").pixelFromLps;
  const centre = [0, 1].map((row) => p[4 * row] * p[8] + p[4 * row + 1] * p[9] + p[4 * row + 2] * p[10]);
  expect(centre[0]).toBeCloseTo(767.5, 9);
  expect(centre[1]).toBeCloseTo(767.5, 9);
  const focal = Math.sqrt(p[0] ** 2 + p[1] ** 2 + p[2] ** 2 - 767.5 ** 2);
  expect(focal).toBeCloseTo(5257.73, 2);
});

test("a smaller image keeps the field of view", () => {
  const small = resizedDevice(cios, 512);
  expect(small.widthPx * small.pixelPitchMm).toBeCloseTo(1536 * 0.194, 9);
  const angles = viewByName("AP");
  const corner = project(cArmCamera({ device: cios, angles, isocentreLps: [0, 0, 0] }), [60, 10, 70]);
  const same = project(cArmCamera({ device: small, angles, isocentreLps: [0, 0, 0] }), [60, 10, 70]);
  expect(same.u + 0.5).toBeCloseTo((corner.u + 0.5) / 3, 9);
});

test("a camera is recovered from its matrix at any scale", () => {
  const c = camera("outlet", 20);
  const again = cameraFromMatrix({
    pixelFromLps: c.pixelFromLps.map((value) => value * 0.037),
    widthPx: 1536,
    heightPx: 1536,
    sourceToDetectorMm: 1020,
  });
  for (let axis = 0; axis < 3; axis++) expect(again.sourceLps[axis]).toBeCloseTo(c.sourceLps[axis], 8);
  expect(again.pixelPitchMm[0]).toBeCloseTo(0.194, 9);
  expect(again.pixelPitchMm[1]).toBeCloseTo(0.194, 9);
});

test("every pixel lies on its own ray", () => {
  const c = camera("iliac-oblique-right", -7);
  for (const [u, v] of [
    [0, 0],
    [1535, 3.5],
    [700.25, 900],
  ]) {
    const direction = rayDirection(c, u, v);
    const point = c.sourceLps.map((s, axis) => s + 812 * direction[axis]) as [number, number, number];
    const p = project(c, point);
    expect(p.u).toBeCloseTo(u, 7);
    expect(p.v).toBeCloseTo(v, 7);
    expect(p.depthMm).toBeCloseTo(812, 8);
  }
});
