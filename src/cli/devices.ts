import { devices } from "../geometry/device.ts";
import { standardViews } from "../geometry/view.ts";
import { printJson } from "./failure.ts";

export function devicesCommand(options: { json?: boolean }): void {
  if (options.json) {
    printJson({ devices, views: standardViews });
    return;
  }
  for (const device of devices)
    console.log(
      `${device.id.padEnd(22)} ${`${device.widthPx}×${device.heightPx}`.padEnd(10)} ${device.pixelPitchMm} mm, panel at ${device.sourceToDetectorMm} mm, isocentre at ${device.sourceToIsocentreMm} mm  ${device.name}`,
    );
  console.log(`\nviews: ${Object.keys(standardViews).join(", ")}`);
}
