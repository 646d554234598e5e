import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cArmAxes } from "../src/geometry/c-arm.ts";
import { childCpuMs } from "./child.ts";
import { CRA_DEG, LAO_DEG, PANEL_MM, SOURCE_TO_AXIS_MM, SOURCE_TO_PANEL_MM } from "./cases.ts";

/** Pixels of a picture so small that a run is reading and start-up only. */
const TINY_PX = 8;

/** CPU milliseconds of one `plastimatch drr` picture, without reading the CT and starting. */
export async function plastimatchMs(options: {
  ctPath: string;
  folder: string;
  algorithm: "exact" | "uniform";
  sizePx: number;
}): Promise<number> {
  const whole = await childCpuMs("plastimatch", drrArguments(options));
  const nothing = await childCpuMs("plastimatch", drrArguments({ ...options, sizePx: TINY_PX }));
  return whole - nothing;
}

/** The float32 picture of the last run of this size and algorithm. */
export async function plastimatchPicture(options: {
  folder: string;
  algorithm: "exact" | "uniform";
  sizePx: number;
}): Promise<Float32Array> {
  const { sizePx } = options;
  const pfm = await readFile(`${outputPrefix(options)}0000.pfm`);
  return new Float32Array(Uint8Array.from(pfm.subarray(pfm.length - 4 * sizePx * sizePx)).buffer);
}

const outputPrefix = ({ folder, algorithm, sizePx }: { folder: string; algorithm: string; sizePx: number }) =>
  join(folder, `${algorithm}-${sizePx}-`);

function drrArguments(options: {
  ctPath: string;
  folder: string;
  algorithm: string;
  sizePx: number;
}): string[] {
  const { towardsDetector, up } = cArmAxes({ laoDeg: LAO_DEG, craDeg: CRA_DEG, rollDeg: 0 });
  const settings: Readonly<Record<string, string>> = {
    "-A": "cpu",
    "-i": options.algorithm,
    "-t": "pfm",
    "-r": `${options.sizePx} ${options.sizePx}`,
    "-z": `${PANEL_MM} ${PANEL_MM}`,
    "--sad": String(SOURCE_TO_AXIS_MM),
    "--sid": String(SOURCE_TO_PANEL_MM),
    "-o": "0 0 0",
    "--nrm": towardsDetector.map((x) => -x).join(" "),
    "--vup": up.join(" "),
    "-O": outputPrefix(options),
  };
  return ["drr", ...Object.entries(settings).flat(), options.ctPath];
}
