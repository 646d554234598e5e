import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../../bin/synthex.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "synthex-spectrum-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function spectrum(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [program, "spectrum", ...words], { encoding: "utf8" });
}

describe("synthex spectrum", () => {
  it("prints one JSON object of finite numbers", () => {
    const { status, stdout } = spectrum(
      "--kv",
      "80",
      "--anode-angle",
      "20",
      "--filter",
      "Al:2.5",
      "--filter",
      "air:950",
      "--json",
    );
    expect(status).toBe(0);
    const result = JSON.parse(stdout);
    for (const key of [
      "meanEnergyKeV",
      "hvl1MmAl",
      "hvl2MmAl",
      "hvl1MmCu",
      "hvl2MmCu",
      "homogeneity",
      "airKermaMicroGyPerMasAt1m",
      "photonsPerMm2PerMasAt1m",
    ])
      expect(result[key]).toBeGreaterThan(0);
    // PTB's RQR-like 80 kV quality has 2.59 mm Al with 1 mm of beryllium and 0.25 mm of Kapton more, which hardly matter.
    expect(Math.abs(result.hvl1MmAl / 2.59 - 1)).toBeLessThan(0.035);
  });

  it("its table, read again, is the same beam", () => {
    const path = join(folder, "beam.csv");
    const tube = ["--kv", "100", "--filter", "Al:3"];
    writeFileSync(path, spectrum(...tube, "--table").stdout);
    const [first, again] = [spectrum(...tube, "--json"), spectrum("--from", path, "--json")].map(
      ({ stdout }) => JSON.parse(stdout),
    );
    // The table has seven digits.
    for (const key of ["meanEnergyKeV", "hvl1MmAl", "hvl2MmAl", "airKermaMicroGyPerMasAt1m"])
      expect(Math.abs(again[key] / first[key] - 1)).toBeLessThan(1e-6);
  });

  it.each([
    [[]],
    [["--kv", "20"]],
    [["--kv", "80", "--anode-angle", "60"]],
    [["--kv", "80", "--filter", "Al"]],
    [["--kv", "80", "--filter", "unobtainium:1"]],
    [["--kv", "40", "--filter", "Pb:2000"]],
    [["--kv", "80", "--from", "beam.csv"]],
    [["--from", join(folder, "missing.csv")]],
  ])("refuses %j with exit code 2 and one line", (words) => {
    const { status, stdout, stderr } = spectrum(...words);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.trim()).not.toBe("");
  });
});
