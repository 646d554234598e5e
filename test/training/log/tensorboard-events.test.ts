import { describe, expect, test } from "vitest";
import { encodePng } from "../../../src/image/encode-png.ts";
import { crc32c, maskedCrc32c } from "../../../src/training/log/crc32c.ts";
import {
  eventsUpTo,
  hyperparametersEvent,
  imageEvent,
  scalarsEvent,
  textEvent,
  versionEvent,
} from "../../../src/training/log/tensorboard-events.ts";
import { askOracle, hasOracle } from "../../dataset/formats/oracle.ts";

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const at = (step: number): { wallTimeSeconds: number; step: number } => ({
  wallTimeSeconds: 1.75e9 + step,
  step,
});
const concat = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

describe("CRC-32C", () => {
  test("of known vectors", () => {
    expect(crc32c(ascii("123456789")).toString(16)).toBe("e3069283");
    // RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and 0 to 31.
    expect(crc32c(new Uint8Array(32)).toString(16)).toBe("8a9136aa");
    expect(crc32c(new Uint8Array(32).fill(255)).toString(16)).toBe("62a8ab43");
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, n) => n)).toString(16)).toBe("46dd794e");
    expect(crc32c(new Uint8Array(0))).toBe(0);
  });

  test("the mask is a rotation by 15 bits and a constant, modulo 2^32", () => {
    const check = 0xe3069283n;
    const rotated = ((check >> 15n) | (check << 17n)) & 0xffffffffn;
    expect(BigInt(maskedCrc32c(ascii("123456789")))).toBe((rotated + 0xa282ead8n) % 2n ** 32n);
  });
});

describe("TensorBoard event files", () => {
  test.skipIf(!hasOracle("tensorboard"))("TensorBoard's own reader finds what was written", async () => {
    const png = await encodePng({
      widthPx: 3,
      heightPx: 2,
      channels: 1,
      pixels: Uint8Array.of(0, 50, 100, 150, 200, 255),
    });
    const file = concat(
      versionEvent(1.75e9),
      hyperparametersEvent(at(0), "hip", { learningRate: 0.003, optimiser: "adamw", flip: true, batch: 16 }),
      textEvent(at(0), "plan", "name: hip\n# größe"),
      // 2^33 steps do not fit 32 bits.
      ...[1, 2, 300, 2 ** 33].map((step) => scalarsEvent(at(step), { loss: 1 / step, "dice/hip_left": 0.5 })),
      imageEvent(at(300), "predictions", png),
    );
    const read = askOracle(
      `
import json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2
a = EventAccumulator(".", size_guidance={"scalars": 0, "images": 0, "tensors": 0}).Reload()
tags = a.Tags()
image = a.Images("predictions")[0]
content = a.SummaryMetadata("_hparams_/session_start_info").plugin_data
info = plugin_data_pb2.HParamsPluginData.FromString(content.content).session_start_info
print(json.dumps({
  "scalars": {tag: [[e.step, e.wall_time, e.value] for e in a.Scalars(tag)] for tag in tags["scalars"]},
  "image": [image.step, image.width, image.height, image.encoded_image_string.hex()],
  "text": a.Tensors("plan/text_summary" if "plan/text_summary" in tags["tensors"] else "plan")[0].tensor_proto.string_val[0].decode(),
  "textPlugin": a.SummaryMetadata("plan").plugin_data.plugin_name,
  "hparamsPlugin": content.plugin_name,
  "hyperparameters": {k: getattr(v, v.WhichOneof("kind")) for k, v in info.hparams.items()},
  "group": info.group_name}))`,
      { "events.out.tfevents.1750000000.synthex": file },
    );
    const series = (value: (step: number) => number): number[][] =>
      [1, 2, 300, 2 ** 33].map((step) => [step, 1.75e9 + step, Math.fround(value(step))]);
    expect(read).toEqual({
      scalars: { loss: series((step) => 1 / step), "dice/hip_left": series(() => 0.5) },
      image: [300, 3, 2, Buffer.from(png).toString("hex")],
      text: "name: hip\n# größe",
      textPlugin: "text",
      hparamsPlugin: "hparams",
      hyperparameters: { learningRate: 0.003, optimiser: "adamw", flip: true, batch: 16 },
      group: "hip",
    });
  });

  const events = [1, 2, 3, 4].map((step) => scalarsEvent(at(step), { loss: step }));
  const file = concat(versionEvent(1), ...events);

  test("what came after a step is cut off, the step itself stays", () => {
    expect(eventsUpTo(file, 2)).toEqual(concat(versionEvent(1), events[0], events[1]));
    expect(eventsUpTo(file, 0)).toEqual(versionEvent(1));
    expect(eventsUpTo(file, 9)).toEqual(file);
  });

  test("of a file cut anywhere, whole events stay", () => {
    const ends = [versionEvent(1).length];
    for (const event of events) ends.push((ends.at(-1) as number) + event.length);
    for (let length = 0; length <= file.length; length++)
      expect(eventsUpTo(file.subarray(0, length), 9).length).toBe(ends.findLast((end) => end <= length) ?? 0);
  });
});
