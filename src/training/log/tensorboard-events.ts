import { MessageWriter, messageFields } from "../../network/onnx/wire.ts";
import { maskedCrc32c } from "./crc32c.ts";

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
  return recordOf(new MessageWriter().double(1, wallTimeSeconds).text(3, "brain.Event:2").finish());
}

export function scalarsEvent(time: EventTime, scalars: Readonly<Record<string, number>>): Uint8Array {
  return summaryEvent(time, (summary) => {
    for (const [tag, value] of Object.entries(scalars))
      summary.message(1, (each) => each.text(1, tag).float(2, value));
  });
}

export function imageEvent(time: EventTime, tag: string, png: Uint8Array): Uint8Array {
  // The header of a PNG has its size, and how many channels (by its kind of colour) at fixed places.
  const header = new DataView(png.buffer, png.byteOffset, 26);
  const channels = [1, 1, 3, 3, 2, 1, 4][header.getUint8(25)] ?? 3;
  return summaryEvent(time, (summary) =>
    summary.message(1, (value) =>
      value
        .text(1, tag)
        .message(4, (image) =>
          image
            .integer(1, header.getUint32(20))
            .integer(2, header.getUint32(16))
            .integer(3, channels)
            .bytes(4, png),
        ),
    ),
  );
}

/** Text, shown as Markdown. */
export function textEvent(time: EventTime, tag: string, markdown: string): Uint8Array {
  return summaryEvent(time, (summary) =>
    summary.message(1, (value) => {
      value.text(1, tag);
      value.message(8, (tensor) => arrayOf(tensor, STRING, 1).text(8, markdown));
      metadataOf(value, "text", new Uint8Array(0));
    }),
  );
}

/** What the page of hyper-parameters compares runs by. */
export function hyperparametersEvent(
  time: EventTime,
  run: string,
  values: Readonly<Record<string, HyperparameterValue>>,
): Uint8Array {
  const content = new MessageWriter().integer(1, 0).message(3, (start) => {
    for (const [name, value] of Object.entries(values))
      start.message(1, (entry) =>
        entry.text(1, name).message(2, (each) => {
          if (typeof value === "number") each.double(2, value);
          else if (typeof value === "string") each.text(3, value);
          else each.integer(4, value ? 1 : 0);
        }),
      );
    start.text(4, run).double(5, time.wallTimeSeconds);
  });
  return summaryEvent(time, (summary) =>
    summary.message(1, (value) => {
      value.text(1, "_hparams_/session_start_info");
      // The plugin reads the metadata alone; a value must be there all the same: an empty array.
      value.message(8, (tensor) => arrayOf(tensor, FLOAT, 0));
      metadataOf(value, "hparams", content.finish());
    }),
  );
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
    if (stepOf(event) <= step) kept.push(file.subarray(at, end));
    at = end;
  }
  const bytes = new Uint8Array(kept.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of kept) {
    bytes.set(part, place);
    place += part.length;
  }
  return bytes;
}

// Kinds of numbers in `types.proto`.
const [FLOAT, STRING] = [1, 7];

/** Kind of the values and how many of them. */
const arrayOf = (tensor: MessageWriter, kind: number, count: number): MessageWriter =>
  tensor.integer(1, kind).message(2, (shape) => shape.message(2, (side) => side.integer(1, count)));

const metadataOf = (value: MessageWriter, plugin: string, content: Uint8Array): MessageWriter =>
  value.message(9, (metadata) => metadata.message(1, (data) => data.text(1, plugin).bytes(2, content)));

function stepOf(event: Uint8Array): bigint {
  for (const { field, wireType, integer } of messageFields(event))
    if (field === 2 && wireType === 0) return integer;
  return 0n;
}

function summaryEvent(
  { wallTimeSeconds, step }: EventTime,
  write: (summary: MessageWriter) => void,
): Uint8Array {
  return recordOf(new MessageWriter().double(1, wallTimeSeconds).integer(2, step).message(5, write).finish());
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
