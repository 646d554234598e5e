import { describe, expect, it } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { readYaml } from "../../src/scene/document.ts";
import { readVolume } from "../../src/volume/read-volume.ts";
import { fixtureBytes } from "../volume/volume-fixtures.ts";

/** Seconds, where a parser once took minutes. */
const SOON_MS = 5000;

describe("what fuzzing found stays mended", () => {
  it.each([
    ["keys in keys", `ct: ${"? ".repeat(20_000)}a`],
    ["keys and items in turn", `ct: ${"? - ".repeat(20_000)}a`],
    ["aliases in what they name", `ct: ${"&a [*a,".repeat(20_000)}`],
    ["some hundred of them, closed", `ct: ${"&a [*a,".repeat(400)}b${"]".repeat(400)}`],
    ["lists in lists", "[".repeat(100_000)],
    ["items in items", "- ".repeat(100_000)],
    ["an alias of nothing", "ct: *nothing"],
    ["maps in maps, line by line", Array.from({ length: 1500 }, (_, n) => `${" ".repeat(n)}a:\n`).join("")],
  ])(
    "YAML: %s",
    (_, text) => {
      expect(() => readYaml(text, { name: "scene.yaml", kind: "scene" })).toThrow(InputError);
    },
    SOON_MS,
  );

  it("YAML: marks within quotes and comments are text", () => {
    const text = 'structures: ["[[[[[[[[[[[[[[[[[[[[", "? - ? - ? -"] # {{{{{{{{{{{{{{{{{{{{\n';
    expect(readYaml(text, { name: "scene.yaml", kind: "scene" }).content).toEqual({
      structures: ["[[[[[[[[[[[[[[[[[[[[", "? - ? - ? -"],
    });
  });

  it.each(["constructor", "toString", "__proto__"])("a voxel type called %s is unknown", async (type) => {
    const text = Buffer.from(fixtureBytes("int16.mha")).toString("latin1").replace("MET_SHORT", type);
    await expect(readVolume(Buffer.from(text, "latin1"), { name: "x.mha" })).rejects.toMatchObject({
      code: "metaimage-type",
    });
  });

  it("an error is one sentence, whatever it quotes", () => {
    const { message } = new InputError("test", `before "${"x".repeat(5000)}\n\u0000\u2028" behind`);
    expect(message.length).toBeLessThan(620);
    expect(message).toMatch(/^before "x+ … x+ " behind$/);
  });
});
