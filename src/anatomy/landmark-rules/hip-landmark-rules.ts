import type { LabelNames, LandmarkRule } from "./landmark-rule.ts";

/**
 * The fourteen landmarks of hip imaging in the order of Gao et al. 2023 (and of Grupp et al. 2020), left before right: femoral head
 * (FH), greater sciatic notch (GSN), inferior and medial rim of the obturator foramen (IOF, MOF), superior and inferior end of the
 * pubic symphysis (SPS, IPS), anterior superior iliac spine (ASIS). Labels are named as TotalSegmentator names them.
 */
export function hipLandmarkRules(): LandmarkRule[] {
  return (["FH", "GSN", "IOF", "MOF", "SPS", "IPS", "ASIS"] as const).flatMap((name) =>
    (["left", "right"] as const).map((side) => hipLandmarkRule(name, side)),
  );
}

type HipLandmark = "FH" | "GSN" | "IOF" | "MOF" | "SPS" | "IPS" | "ASIS";

function hipLandmarkRule(landmark: HipLandmark, side: "left" | "right"): LandmarkRule {
  const other = side === "left" ? "right" : "left";
  const lateral = side === "left" ? 1 : -1;
  const name = `${landmark}-${side[0]}`;
  const hip: LabelNames = [`hip_${side}`];
  const otherHip: LabelNames = [`hip_${other}`];
  switch (landmark) {
    case "FH":
      return {
        name,
        kind: "sphere",
        labels: [`femur_${side}`],
        within: [{ kind: "near", labels: hip, withinMm: 8 }],
        radiusMm: [17, 32],
      };
    case "GSN":
      return { name, kind: "notch", labels: hip, within: [], view: side, opens: "posterior" };
    case "IOF":
    case "MOF":
      return {
        name,
        kind: "foramen",
        labels: hip,
        within: [{ kind: "fraction", along: "superior", from: 0, to: 0.5 }],
        view: [0.6 * lateral, -0.8, 0],
        searchDeg: 40,
        rim: landmark === "IOF" ? "inferior" : other,
      };
    case "SPS":
    case "IPS":
      return {
        name,
        kind: "contact-end",
        labels: hip,
        within: [{ kind: "fraction", along: "posterior", from: 0, to: 0.5 }],
        with: otherHip,
        reachMm: 12,
        direction: landmark === "SPS" ? "superior" : "inferior",
      };
    case "ASIS":
      return {
        name,
        kind: "extreme",
        labels: hip,
        within: [{ kind: "fraction", along: "superior", from: 0.5, to: 1 }],
        direction: "anterior",
      };
    default:
      return landmark satisfies never;
  }
}
