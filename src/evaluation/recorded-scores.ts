import { z } from "zod";
import { InputError } from "../error/input-error.ts";
import type { CaseScore, EvaluatedNames } from "./score-case.ts";

const number = z.number();
const count = z.int().min(0);
const point = z.object({ x: number, y: number });
const candidate = z.object({ x: number, y: number, peak: number, ncc: number });

const landmark = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("compared"),
    truth: point,
    candidate,
    errorPx: number,
    errorMm: number.optional(),
    demagnifiedMm: number.optional(),
  }),
  z.object({ kind: z.literal("missed"), truth: point, candidate: candidate.optional() }),
  z.object({ kind: z.literal("absent"), candidate: candidate.optional() }),
  z.object({ kind: z.literal("unknown"), candidate: candidate.optional() }),
]);

const counts = z.object({
  truePositive: count,
  falsePositive: count,
  falseNegative: count,
  trueNegative: count,
});

const recordSchema = z.object({
  format: z.literal("synthex scores 1"),
  names: z.object({ structures: z.array(z.string()), landmarks: z.array(z.string()) }),
  scores: z.array(
    z.object({
      name: z.string(),
      subject: z.string().optional(),
      structures: z.array(z.object({ counts: counts.optional(), dice: number.optional() })),
      overlaps: z.array(count),
      landmarks: z.array(landmark),
    }),
  ),
});

/** The scores of a run as JSON, so that a later run can be compared with it. */
export const scoresToJson = (scores: readonly CaseScore[], names: EvaluatedNames): string =>
  JSON.stringify({ format: "synthex scores 1", names, scores });

/**
 * Reads what `scoresToJson` wrote.
 *
 * @throws InputError `recorded-scores`
 */
export function readScores(text: string, file: string): { scores: CaseScore[]; names: EvaluatedNames } {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new InputError("recorded-scores", `${file} does not hold the scores of an evaluation: ${reason}`, {
      remedy: "give the scores.json of an earlier evaluation",
      cause,
    });
  };
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    return refuse("it is not JSON", cause);
  }
  const read = recordSchema.safeParse(content);
  if (!read.success) {
    const [{ path, message }] = read.error.issues;
    return refuse(`${path.join(".")}: ${message}`);
  }
  const { names, scores } = read.data;
  for (const { name, structures, overlaps, landmarks } of scores)
    if (
      structures.length !== names.structures.length ||
      overlaps.length !== names.structures.length ** 2 ||
      landmarks.length !== names.landmarks.length
    )
      refuse(`picture "${name}" has other structures or landmarks than are named`);
  // What JSON leaves out is undefined here.
  return { names, scores: scores as CaseScore[] };
}
