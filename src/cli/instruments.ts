import { toolPresets } from "../instrument/tool/preset-tools.ts";
import { printJson } from "./failure.ts";

/** Lists the instruments that need no file, with their parameters. */
export function instrumentsCommand(options: { json?: boolean }): void {
  if (options.json)
    return printJson({
      instruments: toolPresets.map(({ name, description, material, parameters }) => ({
        name,
        description,
        material,
        parameters,
      })),
    });
  for (const { name, description, material, parameters } of toolPresets) {
    console.log(`${name}\n  ${description}; ${material}`);
    for (const [key, { default: usual, least, most, meaning }] of Object.entries(parameters))
      console.log(`  ${key.padEnd(14)} ${String(usual).padStart(6)}  ${least} to ${most}; ${meaning}`);
    console.log();
  }
  console.log(
    "synthex simulate --instrument NAME:KEY=VALUE,…@PLACE/DIRECTION/ROLL puts one into a patient; FILE.stl instead of NAME puts in your own",
  );
}
