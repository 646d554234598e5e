import { describe, expect, it } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { readLandmarks } from "../../src/volume/read-landmarks.ts";

const read = (text: string, name = "points.txt") => readLandmarks(new TextEncoder().encode(text), name);

/** The femoral head of the left hip lies to the left (+x), behind the origin (+y) and above it (+z). */
const points = [
  { name: "FH-l", lpsMm: [86.1, 22.4, 110.7] },
  { name: "FH-r", lpsMm: [-92.5, 20.8, 111.2] },
];

const fcsv = (version: string, system: string, rows: readonly string[]) =>
  [
    `# Markups fiducial file version = ${version}`,
    ...(system === "" ? [] : [`# CoordinateSystem = ${system}`]),
    "# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID",
    ...rows,
    "",
  ].join("\n");

const rasRows = [
  "vtkMRMLMarkupsFiducialNode_0,-86.1,-22.4,110.7,0,0,0,1,1,1,0,FH-l,,vtkMRMLScalarVolumeNode1",
  "vtkMRMLMarkupsFiducialNode_1,92.5,-20.8,111.2,0,0,0,1,1,1,0,FH-r,,",
];
const lpsRows = ["1,86.1,22.4,110.7,0,0,0,1,1,1,0,FH-l,,,2,0", "2,-92.5,20.8,111.2,0,0,0,1,1,1,0,FH-r,,,2,0"];

describe("Slicer's .fcsv", () => {
  it("of version 4: RAS, by number, by name, or because it does not say", () => {
    for (const system of ["0", "RAS", ""]) expect(read(fcsv("4.10", system, rasRows))).toEqual(points);
    expect(read(fcsv("4.6", "1", lpsRows))).toEqual(points);
  });

  it("of version 5: LPS", () => {
    expect(read(fcsv("5.0", "LPS", lpsRows))).toEqual(points);
    expect(read(fcsv("5.0", "RAS", rasRows))).toEqual(points);
    expect(read(fcsv("5.0", "LPS", lpsRows).replaceAll("\n", "\r\n"))).toEqual(points);
  });

  it("names in quotes may hold commas; a point without a name goes by its id", () => {
    const rows = ['1,1,2,3,0,0,0,1,1,1,0,"head, left",,,2,0', "F-2,4,5,6,0,0,0,1,1,1,0,,,,2,0"];
    expect(read(fcsv("5.0", "LPS", rows))).toEqual([
      { name: "head, left", lpsMm: [1, 2, 3] },
      { name: "F-2", lpsMm: [4, 5, 6] },
    ]);
  });
});

describe("Slicer's .mrk.json", () => {
  const markup = (coordinateSystem: string | undefined, sign: 1 | -1) =>
    JSON.stringify({
      "@schema":
        "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/markups-schema-v1.0.3.json#",
      markups: [
        {
          type: "Fiducial",
          ...(coordinateSystem === undefined ? {} : { coordinateSystem }),
          controlPoints: [
            ...points.map(({ name, lpsMm: [x, y, z] }, n) => ({
              id: String(n + 1),
              label: name,
              position: [sign * x, sign * y, z],
              orientation: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
              positionStatus: "defined",
            })),
            { id: "3", label: "not placed yet", position: [0, 0, 0], positionStatus: "undefined" },
          ],
        },
      ],
    });

  it("in LPS, which it is without a word, and in RAS; points not yet placed are left out", () => {
    expect(read(markup("LPS", 1))).toEqual(points);
    expect(read(markup(undefined, 1))).toEqual(points);
    expect(read(markup("RAS", -1))).toEqual(points);
  });

  it("each list keeps its own system", () => {
    const both = JSON.stringify({
      markups: [
        { coordinateSystem: "RAS", controlPoints: [{ label: "a", position: [1, 2, 3] }] },
        { coordinateSystem: "LPS", controlPoints: [{ label: "b", position: [1, 2, 3] }] },
      ],
    });
    expect(read(both)).toEqual([
      { name: "a", lpsMm: [-1, -2, 3] },
      { name: "b", lpsMm: [1, 2, 3] },
    ]);
  });
});

describe("tables", () => {
  it("CSV is LPS, with or without a header, by comma, semicolon or tab", () => {
    expect(read("name,x,y,z\nFH-l,86.1,22.4,110.7\nFH-r,-92.5,20.8,111.2\n")).toEqual(points);
    expect(read("FH-l,86.1,22.4,110.7\nFH-r,-92.5,20.8,111.2")).toEqual(points);
    expect(read("name\tx\ty\tz\nFH-l\t86.1\t22.4\t110.7\nFH-r\t-92.5\t20.8\t111.2\n")).toEqual(points);
  });

  it("decimal commas between semicolons", () => {
    expect(read("name;x;y;z\nFH-l;86,1;22,4;110,7\nFH-r;-92,5;20,8;111,2\n")).toEqual(points);
  });

  it("a header r, a, s says RAS; Slicer's table leaves out what is not defined", () => {
    const table =
      "label\tr\ta\ts\tdefined\nFH-l\t-86.1\t-22.4\t110.7\t1\nFH-r\t92.5\t-20.8\t111.2\t1\nx\t0\t0\t0\t0\n";
    expect(read(table)).toEqual(points);
  });
});

describe("plain JSON", () => {
  it("names to positions, or a list; LPS unless it says RAS", () => {
    expect(read('{"FH-l": [86.1, 22.4, 110.7], "FH-r": [-92.5, 20.8, 111.2]}')).toEqual(points);
    expect(read(JSON.stringify(points))).toEqual(points);
    expect(
      read(
        '{"coordinateSystem": "RAS", "landmarks": {"FH-l": [-86.1, -22.4, 110.7], "FH-r": [92.5, -20.8, 111.2]}}',
      ),
    ).toEqual(points);
    // lpsMm is LPS by its name, whatever the rest is.
    expect(read('{"coordinateSystem": "RAS", "landmarks": [{"name": "a", "lpsMm": [1, 2, 3]}]}')).toEqual([
      { name: "a", lpsMm: [1, 2, 3] },
    ]);
  });

  it("a point without a name is called by its number", () => {
    expect(read('{"": [1, 2, 3]}')).toEqual([{ name: "point 1", lpsMm: [1, 2, 3] }]);
  });

  it("no point lies at minus zero", () => {
    expect(Object.is(read('{"coordinateSystem": "RAS", "landmarks": {"a": [0, 0, 0]}}')[0].lpsMm[0], 0)).toBe(
      true,
    );
  });
});

describe("what is no list of landmarks is refused", () => {
  it.each([
    ["landmarks-none", "", "nothing"],
    ["landmarks-none", "name,x,y,z\n", "a header only"],
    ["landmark-twice", "a,1,2,3\na,4,5,6\n", "a name twice"],
    ["landmark-position", "a,1,2,x\n", "a position that is no number"],
    ["landmark-position", "a,1,2,1e99\n", "a position beyond reason"],
    ["landmark-position", '{"a": [1, null, 3]}', "a hole in a position"],
    ["landmark-row", "a,1,2\n", "a row too short"],
    ["landmark-json", '{"a": [1, 2]}', "two numbers"],
    ["landmark-json", '{"markups": 3}', "markups that are no list"],
    ["landmark-json", "[1, 2", "broken JSON"],
    ["landmark-system", '{"coordinateSystem": "XYZ", "landmarks": {"a": [1, 2, 3]}}', "an unknown system"],
  ])("%s: %s (%s)", (code, text) => {
    const refused = (() => {
      try {
        return read(text);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(InputError);
    expect(refused).toMatchObject({ code });
    expect((refused as InputError).message).toContain("points.txt");
  });
});
