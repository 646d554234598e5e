import { maskedCrc32c } from "./crc32c.ts";
import { field, joined, varintField } from "./protobuf-message.ts";

/** When something was told: seconds since 1970, and after how many steps. */
export interface EventTime {
  readonly wallTimeSeconds: number;
  readonly step: number;
}

export type HyperparameterValue = string | number | boolean;

/**
 * Bytes of a TensorBoard event file, record by record; a file is any number of them after `versionEvent`.
 *
 * Numbers of fields are those of `event.proto`, `summary.proto` and of the hyper-parameter plugin's `plugin_data.proto`.
 *
 * @see https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto
 */
export function versionEvent(wallTimeSeconds: number): Uint8Array {
  return recordOf(joined([field.double(1, wallTimeSeconds), field.text(3, "brain.Event:2")]));
}

export function scalarsEvent(time: EventTime, scalars: Readonly<Record<string, number>>): Uint8Array {
  return summaryEvent(
    time,
    Object.entries(scalars).map(([tag, value]) => [field.text(1, tag), field.float(2, value)]),
  );
}

export function imageEvent(time: EventTime, tag: string, png: Uint8Array): Uint8Array {
  // The header of a PNG has its size, and how many channels (by its kind of colour) at fixed places.
  const header = new DataView(png.buffer, png.byteOffset, 26);
  const channels = [1, 1, 3, 3, 2, 1, 4][header.getUint8(25)] ?? 3;
  const image = [
    field.varint(1, header.getUint32(20)),
    field.varint(2, header.getUint32(16)),
    field.varint(3, channels),
    field.bytes(4, png),
  ];
  return summaryEvent(time, [[field.text(1, tag), field.message(4, image)]]);
}

/** Text, shown as Markdown. */
export function textEvent(time: EventTime, tag: string, markdown: string): Uint8Array {
  const shape = field.message(2, [field.message(2, [field.varint(1, 1)])]);
  const tensor = [field.varint(1, STRING), shape, field.text(8, markdown)];
  return summaryEvent(time, [
    [field.text(1, tag), field.message(8, tensor), metadataOf("text", new Uint8Array(0))],
  ]);
}

/** What the page of hyper-parameters compares runs by. */
export function hyperparametersEvent(
  time: EventTime,
  run: string,
  values: Readonly<Record<string, HyperparameterValue>>,
): Uint8Array {
  const entries = Object.entries(values).map(([name, value]) =>
    field.message(1, [
      field.text(1, name),
      field.message(2, [
        typeof value === "number"
          ? field.double(2, value)
          : typeof value === "string"
            ? field.text(3, value)
            : field.varint(4, value ? 1 : 0),
      ]),
    ]),
  );
  const start = field.message(3, [...entries, field.text(4, run), field.double(5, time.wallTimeSeconds)]);
  // The plugin reads the metadata alone; a value must be there all the same: an empty array of float32.
  const empty = [field.varint(1, FLOAT), field.message(2, [field.message(2, [field.varint(1, 0)])])];
  return summaryEvent(time, [
    [
      field.text(1, "_hparams_/session_start_info"),
      field.message(8, empty),
      metadataOf("hparams", joined([field.varint(1, 0), start])),
    ],
  ]);
}

/**
 * The part of an event file up to a step, that step included: what a run that is resumed goes on from. Ends where the file is cut off or
 * damaged.
 */
export function eventsUpTo(file: Uint8Array, step: number): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const kept: Uint8Array[] = [];
  for (let at = 0; at + 16 <= file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const end = at + 16 + length;
    if (view.getUint32(at + 8, true) !== maskedCrc32c(file.subarray(at, at + 8)) || end > file.length) break;
    const event = file.subarray(at + 12, end - 4);
    if (view.getUint32(end - 4, true) !== maskedCrc32c(event)) break;
    if ((varintField(event, 2) ?? 0) <= step) kept.push(file.subarray(at, end));
    at = end;
  }
  return joined(kept);
}

// Kinds of numbers in `types.proto`.
const [FLOAT, STRING] = [1, 7];

const metadataOf = (plugin: string, content: Uint8Array): Uint8Array =>
  field.message(9, [field.message(1, [field.text(1, plugin), field.bytes(2, content)])]);

function summaryEvent({ wallTimeSeconds, step }: EventTime, values: readonly Uint8Array[][]): Uint8Array {
  const summary = values.map((parts) => field.message(1, parts));
  return recordOf(
    joined([field.double(1, wallTimeSeconds), field.varint(2, step), field.message(5, summary)]),
  );
}

/** A record of a TFRecord file: length (8 bytes), its check, the bytes, their check. */
function recordOf(event: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(event.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(event.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(event, 12);
  view.setUint32(12 + event.length, maskedCrc32c(event), true);
  return bytes;
}
