import { z } from "zod";
import { checkedBy } from "../../scene/document.ts";
import { InputError } from "../../error/input-error.ts";
import type { ImagePoint } from "../../augmentation/labelled-image.ts";

const finite = z.number();
const place = z.union([
  z.tuple([finite, finite]).transform(([x, y]) => ({ x, y })),
  z.object({ x: finite, y: finite }).transform(({ x, y }) => ({ x, y })),
]);

/** Places of landmarks in pictures, by the pictures' names. */
const landmarkFile = z.record(
  z.string(),
  z.union([
    z
      .object({ landmarks: z.array(z.object({ name: z.string().nullable(), x: finite, y: finite })) })
      .transform(({ landmarks }) => landmarks),
    z.array(z.object({ name: z.string().nullable(), x: finite, y: finite })),
    z.record(z.string(), place.nullable()),
  ]),
);

/** Landmarks of one picture: undefined is not in the picture; a name that is not there was not annotated. */
export type PictureLandmarks = ReadonlyMap<string, ImagePoint | undefined>;

/**
 * Reads the places of landmarks: `{"NAME": {"FH-l": [x, y], "FH-r": null}}`, null where it is not in the picture, or
 * `{"NAME": [{"name": "FH-l", "x": 1, "y": 2}]}`, in which points without a name are passed over. Whole numbers are centres of pixels.
 *
 * @throws InputError `landmark-file`, `landmark-file-invalid`
 */
export function readLandmarkPlaces(text: string, name: string): ReadonlyMap<string, PictureLandmarks> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new InputError("landmark-file", `${name} is not JSON`, { cause });
  }
  const places = checkedBy(landmarkFile, content, {
    kind: "landmark-file",
    remedy: 'give {"NAME": {"LANDMARK": [column, row]}} for every picture NAME',
    placeOf: (field) => `${name}: ${field.join(".") || "file"}`,
  });
  return new Map(
    Object.entries(places).map(([picture, points]) => [
      picture,
      new Map(
        Array.isArray(points)
          ? points.flatMap(({ name: landmark, x, y }) =>
              landmark === null ? [] : [[landmark, { x, y }] as const],
            )
          : Object.entries(points).map(([landmark, point]) => [landmark, point ?? undefined] as const),
      ),
    ]),
  );
}
