import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { mendMesh } from "../../src/instrument/mesh/mesh-doctor.ts";
import { meshSpans } from "../../src/instrument/mesh/mesh-spans.ts";
import { readMesh } from "../../src/instrument/mesh/read-mesh.ts";
import { box } from "../../src/instrument/mesh/ring-surface.ts";
import {
  boundsOf,
  joined,
  scaled,
  signedVolumeMm3,
  type TriangleMesh,
} from "../../src/instrument/mesh/triangle-mesh.ts";
import { meshTool } from "../../src/instrument/tool/mesh-tool.ts";
import { toolPresets } from "../../src/instrument/tool/preset-tools.ts";
import { placedTool } from "../../src/instrument/tool/tool.ts";
import { poseOfTip } from "../../src/instrument/tool/tool-pose.ts";
import { materialByName } from "../../src/material/named-materials.ts";
import { cameraOf, insideOut, moved, volumeOfShadow } from "./cast.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Corners on values that 32 bits hold. */
const brick = box([-10, -2.5, -20], [10, 2.5, 20]);
const triangles = ({ vertices, triangles: corners }: TriangleMesh): number[][] =>
  Array.from(corners, (n) => [...vertices.subarray(3 * n, 3 * n + 3)]);

function binaryStl(mesh: TriangleMesh, header = "any header"): Uint8Array {
  const corners = triangles(mesh);
  const file = new Uint8Array(84 + (50 * corners.length) / 3);
  file.set(bytes(header));
  const view = new DataView(file.buffer);
  view.setUint32(80, corners.length / 3, true);
  corners.forEach((corner, n) =>
    corner.forEach((x, axis) =>
      view.setFloat32(84 + 50 * Math.floor(n / 3) + 12 + 12 * (n % 3) + 4 * axis, x, true),
    ),
  );
  return file;
}

function textStl(mesh: TriangleMesh): Uint8Array {
  const lines = triangles(mesh).map(
    (corner, n) =>
      `${n % 3 === 0 ? "facet normal 0 0 0\nouter loop\n" : ""}vertex ${corner.join(" ")}${n % 3 === 2 ? "\nendloop\nendfacet" : ""}`,
  );
  return bytes(`solid brick\n${lines.join("\n")}\nendsolid brick\n`);
}

const vertexLines = (mesh: TriangleMesh): string[] =>
  Array.from({ length: mesh.vertices.length / 3 }, (_, n) =>
    mesh.vertices.subarray(3 * n, 3 * n + 3).join(" "),
  );
const faces = (mesh: TriangleMesh): number[][] =>
  Array.from({ length: mesh.triangles.length / 3 }, (_, n) => [...mesh.triangles.subarray(3 * n, 3 * n + 3)]);

const obj = (mesh: TriangleMesh): Uint8Array =>
  bytes(
    `# a brick\n${vertexLines(mesh)
      .map((line) => `v ${line}`)
      .join("\n")}\n${faces(mesh)
      .map((face) => `f ${face.map((n) => `${n + 1}//1`).join(" ")}`)
      .join("\n")}\n`,
  );

const plyHeader = (mesh: TriangleMesh, format: string): string =>
  `ply\nformat ${format} 1.0\ncomment a brick\nelement vertex ${mesh.vertices.length / 3}\nproperty float x\nproperty float y\nproperty float z\nproperty uchar red\nelement face ${mesh.triangles.length / 3}\nproperty list uchar int vertex_indices\nend_header\n`;

const textPly = (mesh: TriangleMesh): Uint8Array =>
  bytes(
    `${plyHeader(mesh, "ascii")}${vertexLines(mesh)
      .map((line) => `${line} 9`)
      .join("\n")}\n${faces(mesh)
      .map((face) => `3 ${face.join(" ")}`)
      .join("\n")}\n`,
  );

function binaryPly(mesh: TriangleMesh, isLittle: boolean): Uint8Array {
  const header = bytes(plyHeader(mesh, isLittle ? "binary_little_endian" : "binary_big_endian"));
  const count = mesh.vertices.length / 3;
  const file = new Uint8Array(header.length + 13 * count + 13 * (mesh.triangles.length / 3));
  file.set(header);
  const view = new DataView(file.buffer, header.length);
  mesh.vertices.forEach((x, n) => view.setFloat32(13 * Math.floor(n / 3) + 4 * (n % 3), x, isLittle));
  mesh.triangles.forEach((index, n) => {
    const face = 13 * count + 13 * Math.floor(n / 3);
    view.setUint8(face, 3);
    view.setInt32(face + 1 + 4 * (n % 3), index, isLittle);
  });
  return file;
}

/** In metres, through a node that turns a quarter about z (x to y) and shifts. */
function glb(mesh: TriangleMesh): Uint8Array {
  const positions = Float32Array.from(mesh.vertices, (x) => x / 1000);
  const indices = Uint16Array.from(mesh.triangles);
  const binary = new Uint8Array(positions.byteLength + Math.ceil(indices.byteLength / 4) * 4);
  binary.set(new Uint8Array(positions.buffer));
  binary.set(new Uint8Array(indices.buffer), positions.byteLength);
  const text = JSON.stringify({
    asset: { version: "2.0" },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0, rotation: [0, 0, Math.SQRT1_2, Math.SQRT1_2], translation: [0.1, 0, 0] }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }],
    accessors: [
      { bufferView: 0, componentType: 5126, count: positions.length / 3, type: "VEC3" },
      { bufferView: 1, componentType: 5123, count: indices.length, type: "SCALAR" },
    ],
    bufferViews: [
      { buffer: 0, byteOffset: 0, byteLength: positions.byteLength },
      { buffer: 0, byteOffset: positions.byteLength, byteLength: indices.byteLength },
    ],
    buffers: [{ byteLength: binary.length }],
  });
  const json = bytes(text.padEnd(Math.ceil(text.length / 4) * 4));
  const file = new Uint8Array(28 + json.length + binary.length);
  const view = new DataView(file.buffer);
  [0x46546c67, 2, file.length, json.length, 0x4e4f534a].forEach((word, n) =>
    view.setUint32(4 * n, word, true),
  );
  file.set(json, 20);
  view.setUint32(20 + json.length, binary.length, true);
  view.setUint32(24 + json.length, 0x004e4942, true);
  file.set(binary, 28 + json.length);
  return file;
}

describe("the same brick", () => {
  test.each([
    ["brick.stl", binaryStl(brick)],
    ["solid header.stl", binaryStl(brick, "solid but binary")],
    ["text.stl", textStl(brick)],
    ["brick.obj", obj(brick)],
    ["text.ply", textPly(brick)],
    ["little.ply", binaryPly(brick, true)],
    ["big.ply", binaryPly(brick, false)],
  ])("is read from %s", (name, file) => {
    const { mesh, facts, findings } = readMesh(file, name);
    expect(facts).toMatchObject({
      triangles: brick.triangles.length / 3,
      vertices: 10,
      pieces: 1,
      openEdges: 0,
    });
    expect(facts.volumeMm3).toBeCloseTo(20 * 5 * 40, 9);
    expect(boundsOf(mesh)).toEqual({ low: [-10, -2.5, -20], high: [10, 2.5, 20] });
    expect(findings).toEqual([]);
  });

  test("is read from a GLB in metres, where its node puts it", () => {
    const { mesh, facts } = readMesh(glb(brick), "brick.glb");
    expect(facts.volumeMm3 / 4000).toBeCloseTo(1, 5);
    const { low, high } = boundsOf(mesh);
    [97.5, -10, -20].forEach((x, axis) => expect(low[axis]).toBeCloseTo(x, 4));
    [102.5, 10, 20].forEach((x, axis) => expect(high[axis]).toBeCloseTo(x, 4));
  });

  test("with quadrilaterals and negative numbers is read from an OBJ", () => {
    const corners = [0, 1]
      .flatMap((z) => [`v 0 0 ${z}`, `v 1 0 ${z}`, `v 1 1 ${z}`, `v 0 1 ${z}`])
      .join("\n");
    const { facts } = readMesh(
      bytes(`${corners}\nf 4 3 2 1\nf -4 -3 -2 -1\nf 1 2 6 5\nf 2 3 7 6\nf 3 4 8 7\nf 4 1 5 8\n`),
      "cube.obj",
      "cm",
    );
    expect(facts.volumeMm3).toBeCloseTo(1000, 9);
    expect(facts.openEdges).toBe(0);
  });
});

describe("units", () => {
  test("are mm, metres where no tool is so small, or what is stated", () => {
    const inMetres = readMesh(binaryStl(scaled(brick, 0.001)), "m.stl");
    expect(inMetres.facts.sizeMm[2]).toBeCloseTo(40, 4);
    expect(inMetres.findings.map(({ code }) => code)).toEqual(["mesh-metres"]);
    const inInches = binaryStl(scaled(brick, 1 / 25.4));
    expect(readMesh(inInches, "inch.stl").findings.map(({ code }) => code)).toEqual(["mesh-small"]);
    expect(readMesh(inInches, "inch.stl", "inch").facts.sizeMm[2]).toBeCloseTo(40, 4);
    expect(() => readMesh(binaryStl(scaled(brick, 1000)), "um.stl")).toThrow("longer than any room");
    expect(readMesh(binaryStl(scaled(brick, 1000)), "um.stl", "um").facts.sizeMm[2]).toBeCloseTo(40, 4);
  });
});

describe("the doctor of meshes", () => {
  const codes = (mesh: TriangleMesh) => mendMesh(mesh, "m").findings.map(({ code }) => code);
  const apart = moved(brick, [60, 0, 0]);

  test("turns what is inside out, but not hollows", () => {
    const turned = mendMesh(insideOut(brick), "m");
    expect(turned.findings.map(({ code }) => code)).toEqual(["mesh-inside-out"]);
    expect(turned.facts.volumeMm3).toBeCloseTo(4000, 9);
    expect(signedVolumeMm3(mendMesh(joined([brick, insideOut(apart)]), "m").mesh)).toBeCloseTo(8000, 9);
    const shell = joined([brick, insideOut(scaled(brick, 0.5))]);
    expect(mendMesh(shell, "m")).toMatchObject({ findings: [], facts: { pieces: 2 } });
    expect(signedVolumeMm3(mendMesh(shell, "m").mesh)).toBeCloseTo(3500, 9);
    expect(signedVolumeMm3(mendMesh(insideOut(shell), "m").mesh)).toBeCloseTo(3500, 9);
    // A single triangle the wrong way round among others.
    const one = { ...brick, triangles: brick.triangles.slice() };
    [one.triangles[1], one.triangles[2]] = [one.triangles[2], one.triangles[1]];
    expect(mendMesh(one, "m").facts).toMatchObject({ unbalancedEdges: 0 });
    expect(mendMesh(one, "m").facts.volumeMm3).toBeCloseTo(4000, 9);
  });

  test("drops degenerate and double triangles, and says so", () => {
    const [a, b] = brick.triangles;
    const worse = {
      ...brick,
      triangles: Uint32Array.from([...brick.triangles, a, b, b, ...brick.triangles.subarray(0, 3)]),
    };
    expect(codes(worse)).toEqual(["mesh-degenerate", "mesh-double"]);
    expect(mendMesh(worse, "m").facts).toMatchObject({ triangles: brick.triangles.length / 3, openEdges: 0 });
  });

  test("closes holes with lids, and says how wide: flat ones give the solid back", () => {
    const holed = { ...brick, triangles: brick.triangles.subarray(3) };
    const { facts, findings } = mendMesh(holed, "m");
    expect(findings.map(({ code }) => code)).toEqual(["mesh-closed"]);
    expect(facts).toMatchObject({ openEdges: 0, triangles: brick.triangles.length / 3 });
    expect(facts.volumeMm3).toBeCloseTo(mendMesh(brick, "m").facts.volumeMm3, 9);
    // A prism of 24 sides without its ends, inside out as well: two lids of 24 triangles.
    const sides = 24;
    const [r, h] = [5, 30];
    const ring = (z: number): number[] =>
      Array.from({ length: sides }, (_, n) => (2 * Math.PI * n) / sides).flatMap((t) => [
        r * Math.cos(t),
        r * Math.sin(t),
        z,
      ]);
    const tube = {
      vertices: Float64Array.from([...ring(0), ...ring(h)]),
      triangles: Uint32Array.from(
        Array.from({ length: sides }, (_, n) => {
          const m = (n + 1) % sides;
          return [n, n + sides, m, m, n + sides, m + sides];
        }).flat(),
      ),
    };
    const closed = mendMesh(tube, "m");
    expect(closed.facts).toMatchObject({ openEdges: 0, unbalancedEdges: 0, triangles: 4 * sides });
    expect(closed.facts.volumeMm3).toBeCloseTo(0.5 * sides * r * r * Math.sin((2 * Math.PI) / sides) * h, 6);
    expect(closed.findings[0].message).toContain("2 of them, 10.0 mm across");
  });

  test("leaves holes whose rims touch, and says so", () => {
    // Two faces that share one corner only are gone.
    const isGone = (n: number): boolean => n === 0 || n === touching;
    const corner = (n: number) => [...brick.triangles.subarray(3 * n, 3 * n + 3)];
    const touching = Array.from({ length: brick.triangles.length / 3 }, (_, n) => n).findIndex(
      (n) => corner(n).filter((vertex) => corner(0).includes(vertex)).length === 1,
    );
    const triangles = brick.triangles.filter((_, index) => !isGone(Math.floor(index / 3)));
    expect(codes({ ...brick, triangles })).toEqual(["mesh-open"]);
    expect(mendMesh({ ...brick, triangles }, "m").facts.openEdges).toBe(6);
  });

  test("refuses what is no surface", () => {
    const nothing = { vertices: new Float64Array(0), triangles: new Uint32Array(0) };
    expect(() => mendMesh(nothing, "m")).toThrow("holds no triangles");
    expect(() => readMesh(bytes("solid nothing\nendsolid nothing\n"), "nothing.stl")).toThrow(
      "holds no triangles",
    );
    const wrong = { ...brick, vertices: brick.vertices.with(4, Number.NaN) };
    expect(() => mendMesh(wrong, "m")).toThrow("vertex 1 is not a place, found NaN");
    expect(() => mendMesh({ ...brick, triangles: Uint32Array.of(0, 1, 99) }, "m")).toThrow("names vertex 99");
    expect(() => mendMesh({ ...brick, triangles: Uint32Array.of(0, 0, 1) }, "m")).toThrow(
      "all its triangles are degenerate",
    );
    expect(() => readMesh(binaryStl(brick).subarray(0, 300), "cut.stl")).toThrow("promises");
    expect(() => readMesh(binaryPly(brick, true).subarray(0, 300), "cut.ply")).toThrow("ends before");
    expect(() => readMesh(glb(brick).slice(0, -80), "cut.glb")).toThrow(/past the end|no whole/);
    expect(() => readMesh(bytes("hello"), "hello.txt")).toThrow("no STL, OBJ, PLY or GLB");
    expect(() => readMesh(bytes("v 0 0 0\nf 1 2 3\n"), "m.obj")).toThrow("names a vertex that is not there");
  });

  test.each(toolPresets.map((preset) => preset.name))("finds nothing wrong with %s", (name) => {
    const preset = toolPresets.find((candidate) => candidate.name === name);
    const usual = Object.fromEntries(
      Object.entries(preset?.parameters ?? {}).map(([key, { default: value }]) => [key, value]),
    );
    for (const { mesh } of preset?.build(usual).parts ?? []) {
      const { findings, facts } = mendMesh(mesh, name);
      expect(findings).toEqual([]);
      expect(facts.volumeMm3).toBeGreaterThan(0);
    }
  });
});

const folder = new URL("../../../shared/data/tools/", import.meta.url);
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".stl")) : [];

describe.skipIf(files.length === 0)("every tool at hand", () => {
  test.each(files.length > 0 ? files : ["(none here)"])(
    "%s is sound, and casts the shadow of its volume",
    (name) => {
      const { mesh, facts } = readMesh(readFileSync(new URL(name, folder)), name);
      expect(facts).toMatchObject({ openEdges: 0, unbalancedEdges: 0 });
      const { tool } = meshTool({ mesh, name, material: materialByName("316l") });
      const pose = poseOfTip(tool, { tipLps: [20, 5, 80], direction: [0.3, 0.1, 1], rollDeg: 10 });
      const [part] = placedTool(name, tool, pose).parts;
      const camera = cameraOf(460, 1.1);
      const cast = meshSpans(camera, part.mesh);
      expect(cast.unbalancedRays).toBe(0);
      // Pieces that lie in each other are in the mesh's volume twice, in the shadow once.
      const ratio = volumeOfShadow(camera, part.mesh) / facts.volumeMm3;
      expect(ratio).toBeGreaterThan(cast.overlappingRays > 0 ? 0.9 : 0.995);
      expect(ratio).toBeLessThan(1.005);
    },
  );
});
