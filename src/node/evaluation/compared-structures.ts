import { InputError } from "../../error/input-error.ts";
import type { LabelledImages } from "../labelled-images/labelled-images.ts";

/** A structure that both a model and a collection know: by its own name, or as several of the model's together. */
export interface ComparedStructure {
  readonly name: string;
  /** Indices of the model's structures whose union it is. */
  readonly members: readonly number[];
}

/** A part of a union that a model may lack. */
const OPTIONAL = "?";
const nameOf = (part: string): string => (part.endsWith(OPTIONAL) ? part.slice(0, -OPTIONAL.length) : part);

/**
 * What of a collection a model can be held against.
 *
 * @throws InputError `evaluation-nothing` where they have no name in common
 */
export function comparedStructures(
  set: Pick<LabelledImages, "name" | "structures" | "unions">,
  structures: readonly string[],
): ComparedStructure[] {
  const found = set.structures.flatMap((name): ComparedStructure[] => {
    const parts = structures.includes(name) ? [name] : (set.unions[name] ?? []);
    const members = parts
      .filter((part) => !part.endsWith(OPTIONAL) || structures.includes(nameOf(part)))
      .map((part) => structures.indexOf(nameOf(part)));
    return members.length > 0 && members.every((member) => member >= 0) ? [{ name, members }] : [];
  });
  if (found.length === 0 && structures.length > 0)
    throw new InputError(
      "evaluation-nothing",
      `the model knows ${structures.join(", ")}; ${set.name} has ${set.structures.join(", ") || "no structures"}`,
      { remedy: "give pictures of what the model was trained for, or describe them in labels.json" },
    );
  return found;
}
