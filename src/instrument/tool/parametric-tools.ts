import { InputError } from "../../error/input-error.ts";
import { add, subtract, type Vector3 } from "../../geometry/vector.ts";
import { ball, turnedBody, sweptTube } from "../mesh/ring-surface.ts";
import { platedBody } from "../mesh/plate-surface.ts";
import { joined } from "../mesh/triangle-mesh.ts";
import type { ToolParameter, ToolPreset, ToolShape } from "./tool-preset.ts";

const mm = (usual: number, least: number, most: number, meaning: string): ToolParameter => ({
  default: usual,
  least,
  most,
  meaning: `mm, ${meaning}`,
});

const whole = (usual: number, most: number, meaning: string): ToolParameter => ({
  default: usual,
  least: 0,
  most,
  meaning,
});

/** Tips end in a flat of this radius, narrower than any pixel. */
const POINT_MM = 0.01;

const ends = (lengthMm: number): { name: string; atMm: Vector3 }[] => [
  { name: "tip", atMm: [0, 0, 0] },
  { name: "base", atMm: [0, 0, -lengthMm] },
];

export const kWire: ToolPreset = {
  name: "k-wire",
  description: "Kirschner wire with a pointed tip",
  material: "316l",
  parameters: {
    diameterMm: mm(1.6, 0.6, 5, "of the wire"),
    lengthMm: mm(150, 10, 600, "tip to end"),
  },
  build: ({ diameterMm, lengthMm }) => {
    const r = diameterMm / 2;
    const tip = Math.min(1.8 * diameterMm, lengthMm / 2);
    const mesh = turnedBody([
      { z: -lengthMm, radiusMm: r },
      { z: -tip, radiusMm: r },
      { z: 0, radiusMm: POINT_MM },
    ]);
    return { parts: [{ name: "wire", mesh }], keypoints: ends(lengthMm) };
  },
};

export const screw: ToolPreset = {
  name: "screw",
  description: "bone screw with a swept thread; solid, or with a bore: cannulated",
  material: "ti-6al-4v",
  parameters: {
    diameterMm: mm(6.5, 1.5, 12, "over the thread"),
    coreMm: mm(4.5, 0.8, 11, "of the core"),
    lengthMm: mm(80, 6, 250, "tip to the top of the head"),
    threadMm: mm(32, 2, 250, "length of the thread, from the tip"),
    pitchMm: mm(2.75, 0.4, 6, "from turn to turn"),
    headMm: mm(8, 1.5, 20, "diameter of the head"),
    headHeightMm: mm(4.5, 0.5, 15, "of the head"),
    boreMm: mm(0, 0, 8, "diameter of the bore; 0 is solid"),
  },
  build: (p) => {
    if (p.coreMm >= p.diameterMm || p.boreMm >= p.coreMm)
      throw new InputError(
        "instrument-parameter",
        `a screw needs boreMm < coreMm < diameterMm, got ${p.boreMm}, ${p.coreMm}, ${p.diameterMm}`,
      );
    const [core, outer, head] = [p.coreMm / 2, p.diameterMm / 2, p.headMm / 2];
    const shaftEnd = p.lengthMm - p.headHeightMm;
    const thread = Math.min(p.threadMm, shaftEnd);
    const cone = Math.min(p.diameterMm, thread / 2);
    const bluntMm = p.boreMm > 0 ? p.boreMm / 2 + 0.15 : 0.3;
    const step = p.pitchMm / 10;
    const stations: { z: number; radiusMm: number | ((angle: number) => number) }[] = [
      { z: -p.lengthMm, radiusMm: 0.85 * head },
      { z: -(p.lengthMm - 0.4), radiusMm: head },
      { z: -(shaftEnd + 0.3 * p.headHeightMm), radiusMm: head },
      { z: -shaftEnd, radiusMm: core },
    ];
    if (thread < shaftEnd - 0.1) stations.push({ z: -(thread + 0.05), radiusMm: core });
    const turns = Math.max(Math.ceil(thread / step), 4);
    for (let n = turns; n >= 0; n--) {
      const behind = (thread * n) / turns;
      // Blunt core that grows into a cone; the thread rises over half a pitch at its end.
      const taper = Math.min(behind / cone, 1);
      const base = bluntMm + (core - bluntMm) * taper;
      const height = (outer - core) * taper * Math.min((thread - behind) / (0.5 * p.pitchMm), 1);
      stations.push({
        z: -behind,
        radiusMm: (angle) => {
          const turn = behind / p.pitchMm + angle / (2 * Math.PI);
          const across = Math.abs(turn - Math.floor(turn) - 0.5);
          return base + height * Math.max(1 - across / 0.3, 0);
        },
      });
    }
    const mesh = turnedBody(stations, p.boreMm > 0 ? { boreRadiusMm: p.boreMm / 2 } : {});
    return {
      parts: [{ name: "screw", mesh }],
      keypoints: [...ends(p.lengthMm), { name: "thread end", atMm: [0, 0, -thread] }],
    };
  },
};

export const drillBit: ToolPreset = {
  name: "drill-bit",
  description: "twist drill with two flutes",
  material: "316l",
  parameters: {
    diameterMm: mm(3.2, 1, 12, "of the drill"),
    lengthMm: mm(145, 20, 400, "tip to end"),
    fluteMm: mm(50, 5, 200, "length of the flutes"),
    pitchMm: mm(14, 3, 60, "of the flutes"),
  },
  build: ({ diameterMm, lengthMm, fluteMm, pitchMm }) => {
    const r = diameterMm / 2;
    const flute = Math.min(fluteMm, 0.9 * lengthMm);
    const point = r / Math.tan((59 * Math.PI) / 180);
    const stations: { z: number; radiusMm: number | ((angle: number) => number) }[] = [
      { z: -lengthMm, radiusMm: r },
      { z: -(flute + 0.5 * pitchMm), radiusMm: r },
    ];
    const steps = Math.ceil((flute + 0.5 * pitchMm) / (pitchMm / 24));
    for (let n = steps - 1; n >= 0; n--) {
      const behind = point + ((flute + 0.5 * pitchMm - point) * n) / steps;
      const depth = 0.55 * Math.min((flute + 0.5 * pitchMm - behind) / (0.5 * pitchMm), 1);
      stations.push({
        z: -behind,
        radiusMm: (angle) => {
          const turned = Math.cos(angle * 2 + (4 * Math.PI * behind) / pitchMm);
          return r * (1 - depth * Math.max(turned, 0) ** 2);
        },
      });
    }
    stations.push({ z: 0, radiusMm: POINT_MM });
    return { parts: [{ name: "drill", mesh: turnedBody(stations) }], keypoints: ends(lengthMm) };
  },
};

export const plate: ToolPreset = {
  name: "plate",
  description: "straight bone plate with round holes",
  material: "ti-6al-4v",
  parameters: {
    holes: { default: 6, least: 1, most: 24, meaning: "number of holes (a whole number)" },
    spacingMm: mm(13, 4, 40, "from hole to hole"),
    widthMm: mm(11, 3, 40, "of the plate"),
    thicknessMm: mm(3.5, 0.5, 10, "of the plate"),
    holeMm: mm(5, 1, 20, "diameter of the holes"),
  },
  build: ({ holes, spacingMm, widthMm, thicknessMm, holeMm }) => {
    if (!Number.isInteger(holes) || holeMm >= Math.min(spacingMm, widthMm))
      throw new InputError(
        "instrument-parameter",
        `a plate needs a whole number of holes, and holeMm smaller than spacingMm and widthMm, got ${holes} holes of ${holeMm} mm`,
      );
    const lengthMm = holes * spacingMm;
    return {
      parts: [
        {
          name: "plate",
          mesh: platedBody({ holes, spacingMm, widthMm, thicknessMm, holeRadiusMm: holeMm / 2 }),
        },
      ],
      keypoints: [
        ...ends(lengthMm),
        ...Array.from({ length: holes }, (_, n) => ({
          name: `hole ${n + 1}`,
          atMm: [0, 0, -(n + 0.5) * spacingMm] as const,
        })),
      ],
    };
  },
};

export const nail: ToolPreset = {
  name: "nail",
  description: "intramedullary nail: a tube with the bow of a femur and holes for locking screws across it",
  material: "ti-6al-4v",
  parameters: {
    diameterMm: mm(10, 6, 16, "of the nail"),
    boreMm: mm(4.5, 0, 10, "diameter of the bore; 0 is solid"),
    lengthMm: mm(340, 80, 480, "tip to end, along the nail"),
    bowRadiusMm: mm(1500, 500, 1e6, "radius of the bow; it lies in the tool's xz plane"),
    tipHoles: whole(2, 4, "locking holes near the tip, along the tool's y axis (a whole number)"),
    baseHoles: whole(2, 4, "locking holes near the base (a whole number)"),
    holeMm: mm(5, 1, 9, "diameter of the locking holes"),
    holeSpacingMm: mm(15, 6, 40, "from an end to its first hole, and from hole to hole"),
  },
  build: (p) => {
    const { diameterMm, boreMm, lengthMm, bowRadiusMm, tipHoles, baseHoles, holeMm, holeSpacingMm } = p;
    if (
      !Number.isInteger(tipHoles) ||
      !Number.isInteger(baseHoles) ||
      holeMm >= Math.min(diameterMm, holeSpacingMm)
    )
      throw new InputError(
        "instrument-parameter",
        `a nail needs whole numbers of holes, and holeMm smaller than diameterMm and holeSpacingMm, got ${tipHoles} and ${baseHoles} holes of ${holeMm} mm`,
      );
    const line = arc(lengthMm, bowRadiusMm, 32);
    // By their distance along the nail from its tip.
    const holes = [
      ...Array.from({ length: tipHoles }, (_, n) => (n + 1) * holeSpacingMm),
      ...Array.from({ length: baseHoles }, (_, n) => lengthMm - (baseHoles - n) * holeSpacingMm),
    ].map((mmFromTip): Vector3 => {
      const angle = mmFromTip / bowRadiusMm;
      return [bowRadiusMm * (1 - Math.cos(angle)), 0, -bowRadiusMm * Math.sin(angle)];
    });
    const across: Vector3 = [0, diameterMm, 0];
    return {
      parts: [
        {
          name: "nail",
          mesh: sweptTube(line, diameterMm / 2, { corners: 48, ...boreOf(boreMm, diameterMm) }),
        },
      ],
      keypoints: [
        { name: "tip", atMm: [0, 0, 0] },
        { name: "base", atMm: line[0] },
        ...holes.map((atMm, n) => ({ name: `hole ${n + 1}`, atMm })),
      ],
      centreLine: line,
      voids: holes.map((hole) =>
        sweptTube([subtract(hole, across), add(hole, across)], holeMm / 2, { corners: 32 }),
      ),
    };
  },
};

export const guideWire: ToolPreset = {
  name: "guide-wire",
  description: "straight wire with a J-shaped end",
  material: "nitinol",
  parameters: {
    diameterMm: mm(0.9, 0.2, 4, "of the wire"),
    lengthMm: mm(260, 20, 1500, "along the wire"),
    curlRadiusMm: mm(6, 1, 100, "radius of the J"),
    curlDeg: { default: 150, least: 0, most: 340, meaning: "degrees, how far the end is curled" },
  },
  build: (p) => wireAlong(p, curled(p.lengthMm, p.curlRadiusMm, p.curlDeg)),
  buildAlong: (p, line) => wireAlong(p, line),
};

const wireAlong = (
  { diameterMm }: Readonly<Record<string, number>>,
  line: readonly Vector3[],
): ToolShape => ({
  parts: [{ name: "wire", mesh: sweptTube(line, diameterMm / 2) }],
  keypoints: lineEnds(line),
  centreLine: line,
});

export const catheter: ToolPreset = {
  name: "catheter",
  description: "thin tube with a bent end",
  material: "Ba:0.12,C:0.55,H:0.07,O:0.26@1.4",
  parameters: {
    diameterMm: mm(2, 0.5, 10, "outside"),
    boreMm: mm(1.2, 0, 9, "inside"),
    lengthMm: mm(250, 20, 1500, "along the catheter"),
    curlRadiusMm: mm(12, 2, 200, "radius of the bend"),
    curlDeg: { default: 60, least: 0, most: 340, meaning: "degrees, how far the end is bent" },
  },
  build: (p) => catheterAlong(p, curled(p.lengthMm, p.curlRadiusMm, p.curlDeg)),
  buildAlong: (p, line) => catheterAlong(p, line),
};

const catheterAlong = (
  { diameterMm, boreMm }: Readonly<Record<string, number>>,
  line: readonly Vector3[],
): ToolShape => ({
  parts: [{ name: "catheter", mesh: sweptTube(line, diameterMm / 2, boreOf(boreMm, diameterMm)) }],
  keypoints: lineEnds(line),
  centreLine: line,
});

export const bead: ToolPreset = {
  name: "bead",
  description:
    "ball, such as a marker or a calibration bead; its tip is its foremost point, its base the centre",
  material: "316l",
  parameters: { diameterMm: mm(3, 0.5, 60, "of the ball") },
  build: ({ diameterMm }) => ({
    parts: [{ name: "bead", mesh: ball([0, 0, -diameterMm / 2], diameterMm / 2) }],
    keypoints: ends(diameterMm / 2),
  }),
};

export const markerPhantom: ToolPreset = {
  name: "marker-phantom",
  description: "plastic tube with beads on a helix in its wall, to calibrate a camera by",
  material: "316l",
  parameters: {
    beads: { default: 9, least: 2, most: 60, meaning: "number of beads (a whole number)" },
    beadMm: mm(2.5, 0.5, 10, "diameter of a bead"),
    turns: { default: 1.5, least: 0.1, most: 10, meaning: "turns of the helix" },
    diameterMm: mm(60, 10, 300, "of the helix, in the middle of the wall"),
    wallMm: mm(5, 1, 20, "of the tube"),
    lengthMm: mm(80, 10, 400, "of the tube"),
  },
  build: ({ beads, beadMm, turns, diameterMm, wallMm, lengthMm }) => {
    if (!Number.isInteger(beads) || beadMm >= wallMm || wallMm >= diameterMm)
      throw new InputError(
        "instrument-parameter",
        `a marker phantom needs a whole number of beads, and beadMm < wallMm < diameterMm, got ${beads} beads, ${beadMm}, ${wallMm}, ${diameterMm}`,
      );
    const radiusMm = diameterMm / 2;
    const places = Array.from({ length: beads }, (_, n): Vector3 => {
      const part = n / (beads - 1);
      const angle = 2 * Math.PI * turns * part;
      return [
        radiusMm * Math.cos(angle),
        radiusMm * Math.sin(angle),
        -(wallMm + (lengthMm - 2 * wallMm) * part),
      ];
    });
    const outer = radiusMm + wallMm / 2;
    const tube = turnedBody(
      [
        { z: -lengthMm, radiusMm: outer },
        { z: 0, radiusMm: outer },
      ],
      { corners: 96, boreRadiusMm: radiusMm - wallMm / 2 },
    );
    return {
      // The beads first: they take the place of the plastic.
      parts: [
        { name: "beads", mesh: joined(places.map((place) => ball(place, beadMm / 2, 12))) },
        { name: "tube", mesh: tube, material: "pmma" },
      ],
      keypoints: [...ends(lengthMm), ...places.map((atMm, n) => ({ name: `bead ${n + 1}`, atMm }))],
    };
  },
};

function boreOf(boreMm: number, diameterMm: number): { boreRadiusMm?: number } {
  if (boreMm >= diameterMm)
    throw new InputError(
      "instrument-parameter",
      `boreMm must be smaller than diameterMm, got ${boreMm} and ${diameterMm}`,
    );
  return boreMm > 0 ? { boreRadiusMm: boreMm / 2 } : {};
}

/** A bow in the xz plane from its far end to the origin, where it points along +z. */
function arc(lengthMm: number, radiusMm: number, pieces: number): Vector3[] {
  return Array.from({ length: pieces + 1 }, (_, n): Vector3 => {
    const angle = (lengthMm / radiusMm) * (1 - n / pieces);
    return [radiusMm * (1 - Math.cos(angle)), 0, -radiusMm * Math.sin(angle)];
  });
}

/** A straight line along +z that ends in an arc towards +x; moved so that its last point is the origin. */
function curled(lengthMm: number, radiusMm: number, degrees: number): Vector3[] {
  const angle = Math.min((degrees * Math.PI) / 180, lengthMm / radiusMm);
  const straightMm = lengthMm - angle * radiusMm;
  const pieces = Math.max(Math.ceil(angle / 0.12), 1);
  const bend = Array.from({ length: angle > 0 ? pieces + 1 : 1 }, (_, n): Vector3 => {
    const a = (angle * n) / pieces;
    return [radiusMm * (1 - Math.cos(a)), 0, straightMm + radiusMm * Math.sin(a)];
  });
  const line: Vector3[] = straightMm > 0 ? [[0, 0, 0], ...bend] : bend;
  const tip = line[line.length - 1];
  return line.map((point) => subtract(point, tip));
}

const lineEnds = (line: readonly Vector3[]): { name: string; atMm: Vector3 }[] => [
  { name: "tip", atMm: line[line.length - 1] },
  { name: "base", atMm: line[0] },
];
