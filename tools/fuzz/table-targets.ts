import { readLabelNames } from "../../src/volume/read-label-names.ts";
import { readLandmarks } from "../../src/volume/read-landmarks.ts";
import { mutateTextBytes, pick } from "./mutate.ts";
import { type FuzzTarget, must } from "./target.ts";

const slicerColours = [
  "# Color table file pelvis.ctbl\n# 4 values\n0 background 0 0 0 0\n1 hip_left 200 10 10 255\n2 hip_right 10 200 10 255\n75 femur_left 90 90 10 255\n",
  "# colours\n1 Left hip bone 128 174 128 255\n2 tissue 0.5 0.2 0.1 1\n",
  'LabelValue,Name,Color_R,Color_G,Color_B,Color_A\n1,hip_left,200,10,10,255\n2,"hip, right",10,200,10,255\n',
];
const itkSnap = [
  '################################################\n# ITK-SnAP Label Description File\n# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL\n    0     0    0    0        0  0  0    "Clear Label"\n    1   255    0    0        1  1  1    "hip left"\n    2     0  255    0        1  1  1    "hip_right"\n',
  '5 1 2 3 0.5 1 0 "femur: ""left"""\n300 0 0 255 1 1 1 "sacrum"\n',
];
const jsonNames = [
  '{"1": "hip_left", "2": "hip_right", "75": "femur_left"}',
  '{"hip_left": 1, "hip_right": 2}',
  '[{"label": 1, "name": "hip_left"}, {"value": "2", "name": "hip_right"}]',
  '["hip_left", "hip_right"]',
  '{"total": {"1": "spleen", "2": "kidney_right"}, "body": {"1": "body"}}',
];

const fcsv = [
  "# Markups fiducial file version = 4.10\n# CoordinateSystem = 0\n# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID\nvtkMRMLMarkupsFiducialNode_0,-86.1,-22.4,110.7,0,0,0,1,1,1,0,FH-l,,\nvtkMRMLMarkupsFiducialNode_1,92.5,-20.8,111.2,0,0,0,1,1,1,0,FH-r,,\n",
  '# Markups fiducial file version = 5.0\n# CoordinateSystem = LPS\n# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID\n1,86.1,22.4,110.7,0,0,0,1,1,1,0,FH-l,,,2,0\n2,-92.5,20.8,111.2,0,0,0,1,1,1,0,"FH, r",,,2,0\n',
];
const markups = [
  JSON.stringify(
    {
      "@schema": "markups-schema-v1.0.3.json#",
      markups: [
        {
          type: "Fiducial",
          coordinateSystem: "LPS",
          coordinateUnits: "mm",
          controlPoints: [
            {
              id: "1",
              label: "FH-l",
              position: [86.1, 22.4, 110.7],
              positionStatus: "defined",
              selected: true,
            },
            { id: "2", label: "FH-r", position: [-92.5, 20.8, 111.2], positionStatus: "defined" },
            { id: "3", label: "GSN-l", position: [0, 0, 0], positionStatus: "undefined" },
          ],
        },
      ],
    },
    undefined,
    2,
  ),
  JSON.stringify({
    markups: [{ coordinateSystem: "RAS", controlPoints: [{ label: "a", position: [1, 2, 3] }] }],
  }),
];
const csvPoints = [
  "name,x,y,z\nFH-l,86.1,22.4,110.7\nFH-r,-92.5,20.8,111.2\n",
  "name;r;a;s\nFH-l;-86,1;-22,4;110,7\n",
  "label\tr\ta\ts\tdefined\nFH-l\t1\t2\t3\t1\nFH-r\t1\t2\t3\t0\n",
  "FH-l,1,2,3\n",
];
const jsonPoints = [
  '{"FH-l": [86.1, 22.4, 110.7], "FH-r": [-92.5, 20.8, 111.2]}',
  '{"coordinateSystem": "RAS", "landmarks": [{"name": "FH-l", "position": [1, 2, 3]}, {"name": "FH-r", "lpsMm": [4, 5, 6]}]}',
  '[{"name": "FH-l", "position": [1, 2, 3]}]',
];

function textTarget(
  name: string,
  file: string,
  seeds: readonly string[],
  take: (bytes: Uint8Array, name: string) => number,
): FuzzTarget {
  return {
    name,
    make: (random) => ({
      files: [{ name: file, bytes: mutateTextBytes(pick(seeds, random), random, pick(seeds, random)) }],
    }),
    take: async ({ files: [{ name, bytes }] }) => take(bytes, name),
  };
}

function takeNames(bytes: Uint8Array, name: string): number {
  const names = readLabelNames(bytes, name);
  for (const [label, title] of names)
    must(
      Number.isInteger(label) && label > 0 && label <= 65535 && title.trim() !== "",
      `label ${label} is called "${title}"`,
    );
  return [...names.values()].reduce((sum, title) => sum + 2 * title.length + 16, 0);
}

function takeLandmarks(bytes: Uint8Array, name: string): number {
  const landmarks = readLandmarks(bytes, name);
  for (const { name, lpsMm } of landmarks)
    must(
      name !== "" && lpsMm.length === 3 && lpsMm.every(Number.isFinite),
      `"${name}" lies at ${lpsMm.join(", ")}`,
    );
  return landmarks.reduce((sum, { name }) => sum + 2 * name.length + 64, 0);
}

export const tableTargets: readonly FuzzTarget[] = [
  textTarget("label-names-slicer", "pelvis.ctbl", slicerColours, takeNames),
  textTarget("label-names-itk-snap", "pelvis.label", itkSnap, takeNames),
  textTarget("label-names-json", "labels.json", jsonNames, takeNames),
  textTarget("landmarks-fcsv", "points.fcsv", fcsv, takeLandmarks),
  textTarget("landmarks-markups", "points.mrk.json", markups, takeLandmarks),
  textTarget("landmarks-csv", "points.csv", csvPoints, takeLandmarks),
  textTarget("landmarks-json", "points.json", jsonPoints, takeLandmarks),
];
