import type { CArmAngles } from "./c-arm.ts";
import { InputError } from "../error/input-error.ts";

const angles = (laoDeg: number, craDeg: number): CArmAngles => ({ laoDeg, craDeg, rollDeg: 0 });

/**
 * Standard views as positions of the panel. Frontal and oblique pelvis views are AP exposures: source in front,
 * panel behind (180° from the front). Inlet and outlet tilt the beam 40° caudally and cranially; the Judet views
 * turn it 45°: obturator oblique with the named side towards the source, iliac oblique with it towards the panel.
 */
export const standardViews: Readonly<Record<string, CArmAngles>> = {
  ap: angles(180, 0),
  pa: angles(0, 0),
  "left-lateral": angles(90, 0),
  "right-lateral": angles(-90, 0),
  inlet: angles(180, -40),
  outlet: angles(180, 40),
  "obturator-oblique-left": angles(-135, 0),
  "obturator-oblique-right": angles(135, 0),
  "iliac-oblique-left": angles(135, 0),
  "iliac-oblique-right": angles(-135, 0),
};

/** Angles of a view by name; case and `_` or spaces for `-` do not matter. */
export function viewByName(name: string): CArmAngles {
  const key = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, "-");
  if (!Object.hasOwn(standardViews, key))
    throw new InputError("unknown-view", `there is no view "${name}"`, {
      remedy: `choose one of ${Object.keys(standardViews).join(", ")}, or give --lao, --cra and --roll`,
    });
  return standardViews[key];
}
