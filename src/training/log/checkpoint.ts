import { z } from "zod";
import { InputError } from "../../error/input-error.ts";
import {
  decodeSafetensors,
  safetensorsParts,
  type StoredTensor,
  type StoredTensors,
} from "../../network/weights/safetensors.ts";
import { canonicalJson, type JsonValue, planDifferences } from "./plan-differences.ts";

/** All that a training needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** What must be the same when it goes on; fields that may change are left out. */
  readonly plan: Readonly<Record<string, JsonValue>>;
  /** Steps that are done. */
  readonly step: number;
  readonly epoch: number;
  readonly seed: number;
  /** Of the best validation, if there was one. */
  readonly bestMetric?: number | undefined;
  readonly bestStep?: number | undefined;
  /** What else the loop keeps: validations without an improvement, for example. */
  readonly extra?: JsonValue | undefined;
  /** State of the optimiser step: parameters, moments, moving average, running statistics. */
  readonly vectors: ReadonlyMap<string, StoredTensor>;
}

/** SHA-256 in hexadecimal digits of parts that follow each other. */
export type Sha256 = (parts: readonly Uint8Array[]) => string | Promise<string>;

const FORMAT = "synthex-checkpoint-1";
const NO_DIGITS = "0".repeat(64);
const DIGITS_FOLLOW = '"sha256":"';

/**
 * A checkpoint as parts of a safetensors file, vectors not copied. Its metadata hold the plan, the hash of the plan, and where the training
 * stands, as JSON; and the SHA-256 of the whole file, counted with zeros in place of these 64 digits.
 */
export async function encodeCheckpoint(
  { vectors, ...state }: Checkpoint,
  sha256: Sha256 = sha256OfPlatform,
): Promise<Uint8Array[]> {
  const facts = { ...state, planSha256: await planHash(state.plan, sha256) };
  const parts = safetensorsParts(vectors, {
    format: FORMAT,
    checkpoint: JSON.stringify(facts),
    sha256: NO_DIGITS,
  });
  const digits = await sha256(parts);
  parts[0].set(new TextEncoder().encode(digits), placeOfDigits(parts[0]));
  return parts;
}

/**
 * Reads a checkpoint after its hash has been found right: a file with one wrong bit is refused.
 *
 * @param file for messages
 * @param options.plan of the training that is to go on
 * @throws InputError `checkpoint-damaged`; `checkpoint-other-plan`, naming the fields that differ
 */
export async function decodeCheckpoint(
  bytes: Uint8Array,
  file: string,
  options: { plan?: Readonly<Record<string, JsonValue>> | undefined; sha256?: Sha256 } = {},
): Promise<Checkpoint> {
  const { plan, sha256 = sha256OfPlatform } = options;
  const { tensors, metadata } = readStored(bytes, file);
  if (metadata.format !== FORMAT) throw damaged(file, `its format is ${metadata.format ?? "not told"}`);
  if (metadata.sha256 === undefined || (await hashWithoutDigits(bytes, sha256)) !== metadata.sha256)
    throw damaged(file, "its hash does not fit what it holds");
  const state = stateOf(metadata.checkpoint, file);
  const differences = plan ? planDifferences(state.plan, plan) : [];
  if (differences.length > 0)
    throw new InputError(
      "checkpoint-other-plan",
      `${file} is a checkpoint of another plan: ${differences.slice(0, MOST_DIFFERENCES).join("; ")}${differences.length > MOST_DIFFERENCES ? `; and ${differences.length - MOST_DIFFERENCES} more` : ""}`,
      { remedy: "resume with the plan it was made with, or train the new plan in another folder" },
    );
  return { ...state, vectors: tensors };
}

/** SHA-256 of a plan as JSON with sorted keys: equal for equal plans. */
export async function planHash(
  plan: Readonly<Record<string, JsonValue>>,
  sha256: Sha256 = sha256OfPlatform,
): Promise<string> {
  return await sha256([new TextEncoder().encode(canonicalJson(plan))]);
}

const MOST_DIFFERENCES = 8;

const stateSchema = z.object({
  plan: z.record(z.string(), z.json()),
  planSha256: z.string(),
  step: z.int().min(0),
  epoch: z.number(),
  seed: z.number(),
  bestMetric: z.number().optional(),
  bestStep: z.int().optional(),
  extra: z.json().optional(),
});

const damaged = (file: string, what: string, cause?: unknown): InputError =>
  new InputError("checkpoint-damaged", `${file} is no whole checkpoint: ${what}`, {
    remedy: "remove it: training goes on from the one before; or begin again",
    cause,
  });

/** The hash was right, so what is wrong here was not written by us. */
function stateOf(json: string, file: string): Omit<Checkpoint, "vectors"> {
  try {
    const { planSha256: _, ...state } = stateSchema.parse(JSON.parse(json));
    return state;
  } catch (cause) {
    throw damaged(file, "where the training stood cannot be read", cause);
  }
}

function readStored(bytes: Uint8Array, file: string): StoredTensors {
  try {
    return decodeSafetensors(bytes, file);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw damaged(file, cause.message.replace(`${file}: `, "").replace(`${file} `, "it "), cause);
  }
}

/** The quotes around the name are those of the header: within the JSON of the state they would stand behind backslashes. */
function placeOfDigits(header: Uint8Array): number {
  const at = new TextDecoder("latin1").decode(header).indexOf(DIGITS_FOLLOW);
  return at < 0 ? -1 : at + DIGITS_FOLLOW.length;
}

async function hashWithoutDigits(bytes: Uint8Array, sha256: Sha256): Promise<string | undefined> {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = bytes.slice(0, 8 + length);
  const place = placeOfDigits(header);
  if (place < 0) return undefined;
  header.set(new TextEncoder().encode(NO_DIGITS), place);
  return await sha256([header, bytes.subarray(header.length)]);
}

async function sha256OfPlatform(parts: readonly Uint8Array[]): Promise<string> {
  const bytes = await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
