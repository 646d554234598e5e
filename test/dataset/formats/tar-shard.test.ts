import { describe, expect, test } from "vitest";
import { memorySource } from "../../../src/dataset/formats/byte-source.ts";
import { joinBytes } from "../../../src/dataset/formats/join-bytes.ts";
import { maskFromRunLengths, parseRunText } from "../../../src/dataset/formats/run-lengths.ts";
import {
  indexTar,
  readTarMember,
  sampleKeyOf,
  tarEnd,
  tarMembers,
  type TarPlace,
} from "../../../src/dataset/formats/tar-shard.ts";
import { webDatasetFiles } from "../../../src/dataset/formats/web-dataset.ts";
import { InputError } from "../../../src/error/input-error.ts";
import { labelledSample } from "./labelled-sample.ts";
import { askOracle, hasOracle } from "./oracle.ts";

const samples = [0, 5, 12].map(labelledSample);
const members = await Promise.all(samples.map(async (sample) => tarMembers(await webDatasetFiles(sample))));
const shard = joinBytes([...members, tarEnd()]);

async function places(bytes: Uint8Array): Promise<TarPlace[]> {
  const found: TarPlace[] = [];
  for await (const place of indexTar(memorySource(bytes, "shard.tar"))) found.push(place);
  return found;
}

describe("tar shards", () => {
  test("members come back, and belong to samples by their key", async () => {
    const found = await places(shard);
    expect(found.map(({ path }) => path)).toEqual(
      ["00000000", "00000005", "00000012"].flatMap((key) => [`${key}.png`, `${key}.cls.png`, `${key}.json`]),
    );
    const files = await webDatasetFiles(samples[1]);
    for (const [index, { bytes }] of files.entries())
      expect(await readTarMember(memorySource(shard, "shard.tar"), found[3 + index])).toEqual(bytes);
    expect(sampleKeyOf("train/00000005.cls.png")).toEqual({ key: "train/00000005", extension: "cls.png" });
    expect(sampleKeyOf("v1.2/README")).toEqual({ key: "v1.2/README", extension: "" });
  });

  test("whole masks travel in the record, though they overlap", async () => {
    const [, , record] = await webDatasetFiles(samples[0]);
    const { structures } = JSON.parse(new TextDecoder().decode(record.bytes)) as {
      structures: { name: string; mask: { size: [number, number]; counts: string } }[];
    };
    for (const [index, { name, mask }] of samples[0].labels.structures.entries()) {
      const { size, counts } = structures[index].mask;
      expect(structures[index].name).toBe(name);
      expect(maskFromRunLengths(parseRunText(counts, size[1], size[0]))).toEqual(mask);
    }
  });

  test("the same samples give the same bytes, joined or in one go", async () => {
    const again = await Promise.all(samples.map((sample) => webDatasetFiles(sample)));
    expect(joinBytes([await tarMembers(again.flat()), tarEnd()])).toEqual(shard);
  });

  test("a shard that still grows is read as far as it goes; one cut inside a member says where", async () => {
    expect(await places(joinBytes(members.slice(0, 2)))).toHaveLength(6);
    const cut = joinBytes(members).slice(0, members[0].length + 700);
    await expect(places(cut)).rejects.toThrow(`shard.tar, byte ${members[0].length}`);
    await expect(places(shard.slice(0, 100))).rejects.toMatchObject({ code: "tar-truncated" });
  });

  test("a damaged header is noticed", async () => {
    for (let at = 0; at < 512; at++) {
      const damaged = shard.slice();
      damaged[at] ^= 0x15;
      // Bits of the checksum's padding carry nothing.
      if (at >= 154 && at < 156) continue;
      await expect(places(damaged), `byte ${at}`).rejects.toBeInstanceOf(InputError);
    }
  });

  test("names that a shard cannot hold are a defect", async () => {
    for (const path of ["a".repeat(100), "with blank.png", "ä.png"])
      await expect(tarMembers([{ path, bytes: new Uint8Array(1) }])).rejects.toThrow(RangeError);
  });

  test.skipIf(!hasOracle("tarfile"))("tarfile reads what is written", async () => {
    const read = askOracle(
      `
import json, tarfile, hashlib
t = tarfile.open("shard.tar")
print(json.dumps([[m.name, m.size, m.mtime, m.mode, m.uid, m.gid, m.uname, m.gname, hashlib.sha1(t.extractfile(m).read()).hexdigest()] for m in t]))`,
      { "shard.tar": shard },
    );
    const { createHash } = await import("node:crypto");
    const files = (await Promise.all(samples.map((sample) => webDatasetFiles(sample)))).flat();
    expect(read).toEqual(
      files.map(({ path, bytes }) => {
        const digest = createHash("sha1").update(bytes).digest("hex");
        return [path, bytes.length, 0, 0o644, 0, 0, "", "", digest];
      }),
    );
  });

  test.skipIf(!hasOracle("tarfile"))(
    "what tarfile writes is read: long names, folders, fractional times",
    async () => {
      const hex = askOracle(
        `
import json, tarfile, io
out = {}
for kind, fmt in (("pax", tarfile.PAX_FORMAT), ("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT)):
    f = io.BytesIO(); t = tarfile.open(fileobj=f, mode="w", format=fmt)
    d = tarfile.TarInfo("train"); d.type = tarfile.DIRTYPE; t.addfile(d)
    for n, name in enumerate(["train/0.png", "train/" + "x" * 90 + "/1.png"] + (["train/" + "y" * 200 + ".png", "ä.png"] if kind != "ustar" else [])):
        i = tarfile.TarInfo(name); i.size = 700 + n; i.mtime = 1.5 if kind == "pax" else 1; t.addfile(i, io.BytesIO(bytes([n]) * i.size))
    t.close(); out[kind] = f.getvalue().hex()
print(json.dumps(out))`,
        {},
      ) as Record<string, string>;
      for (const [kind, text] of Object.entries(hex)) {
        const bytes = Buffer.from(text, "hex");
        const found = await places(bytes);
        const names = ["train/0.png", `train/${"x".repeat(90)}/1.png`];
        if (kind !== "ustar") names.push(`train/${"y".repeat(200)}.png`, "ä.png");
        expect(found.map(({ path }) => path)).toEqual(names);
        for (const [n, place] of found.entries()) {
          const content = await readTarMember(memorySource(bytes, kind), place);
          expect([content.length, content[0], content.at(-1)]).toEqual([700 + n, n, n]);
        }
      }
    },
  );

  test.skipIf(!hasOracle("webdataset", "PIL", "numpy"))("webdataset groups and decodes the samples", () => {
    const read = askOracle(
      `
import json, webdataset as wds
d = wds.WebDataset("shard.tar", shardshuffle=False)
import io, numpy as np
from PIL import Image
out = []
for s in d:
    a, c = (np.asarray(Image.open(io.BytesIO(s[k]))) for k in ("png", "cls.png"))
    out.append([s["__key__"], json.loads(s["json"])["subject"], a.astype(int).sum().item(), c.astype(int).sum().item(), sorted(k for k in s if not k.startswith("__"))])
print(json.dumps(out))`,
      { "shard.tar": shard },
    );
    const sum = (pixels: Uint16Array): number => pixels.reduce((total, value) => total + value, 0);
    expect(read).toEqual(
      samples.map(({ id, subject, radiograph, labels }) => [
        String(id).padStart(8, "0"),
        subject,
        sum(radiograph.pixels),
        sum(labels.classes),
        ["cls.png", "json", "png"],
      ]),
    );
  });
});
