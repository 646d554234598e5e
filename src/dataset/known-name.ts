import { z } from "zod";
import { InputError } from "../error/input-error.ts";
import { deviceById } from "../geometry/device.ts";
import { viewByName } from "../geometry/view.ts";
import { materialByName } from "../material/named-materials.ts";

/** A name that a look-up must know, so that a wrong one is told with its place in the recipe and not when it is first used. */
export const known = (lookUp: (name: string) => unknown) =>
  z.string().superRefine((name, context) => {
    try {
      lookUp(name);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { message, remedy } = error;
      context.addIssue({ code: "custom", message: remedy === undefined ? message : `${message}, ${remedy}` });
    }
  });

export const deviceName = known(deviceById);
export const viewName = known(viewByName);
export const materialName = known(materialByName);
