/**
 * What SyntheX costs and what others cost, in ratios from one run: `npm run bench`.
 *
 *   --json        one JSON object on stdout: {machine, cases, ratios, notMeasured}
 *   --case a|b    only 256 × 256 × 256 to 512 × 512, or only 512 × 512 × 400 to 1024 × 1024
 *   --rounds N    default 3
 *   --quick       one round of case a, without other renderers
 *   --python P    a Python that has PyTorch; default $SYNTHEX_BENCH_PYTHON, then python3
 *
 * Contenders take turns within every round; ratios are medians over the rounds. CPU time, so that other work on the
 * machine disturbs little, but for the two threads. It measures and never judges.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bestKernelBuild } from "../src/projector/wasm/kernel.ts";
import { benchCases } from "./cases.ts";
import { isInstalled } from "./child.ts";
import { measureCase, type Peers } from "./measure-case.ts";
import { compileNativeKernel } from "./native-kernel.ts";
import { loadNow, machine, type Report, table } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    case: { type: "string" },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    python: { type: "string", default: process.env.SYNTHEX_BENCH_PYTHON ?? "python3" },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));
const chosen = benchCases.filter(({ id }) => id === (options.case ?? (options.quick ? "a" : id)));
if (!Number.isInteger(rounds) || rounds < 1 || chosen.length === 0) {
  console.error("usage: npm run bench -- [--json] [--case a|b] [--rounds N] [--quick] [--python PATH]");
  process.exit(2);
}

const loadAtStart = loadNow();
const progress = (text: string): void => console.error(text);
const folder = await mkdtemp(join(tmpdir(), "synthex-bench-"));
try {
  const { peers, notMeasured } = await findPeers();
  const parts: Pick<Report, "cases" | "ratios">[] = [];
  for (const bench of chosen) parts.push(await measureCase(bench, { rounds, folder, peers, progress }));
  const report: Report = {
    machine: machine(bestKernelBuild(), loadAtStart),
    cases: parts.flatMap((part) => part.cases),
    ratios: parts.flatMap((part) => part.ratios),
    notMeasured,
  };
  console.log(options.json ? JSON.stringify(report) : table(report));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Which other programs are there to compare with. */
async function findPeers(): Promise<{ peers: Peers; notMeasured: string[] }> {
  const notMeasured = ["GPU: run bench/webgpu.ts on a machine with one"];
  if (options.quick) return { peers: {}, notMeasured: [...notMeasured, "other renderers (--quick)"] };
  const hasPlastimatch = await isInstalled("plastimatch", ["--version"]);
  if (!hasPlastimatch) notMeasured.push("plastimatch is not installed (apt-get install plastimatch)");
  const hasTorch = await isInstalled(options.python, ["-c", "import torch, numpy"]);
  if (!hasTorch)
    notMeasured.push(`PyTorch: ${options.python} has no torch (give --python or SYNTHEX_BENCH_PYTHON)`);
  const native = await compileNativeKernel(folder).catch((): undefined => {
    notMeasured.push("native kernel: cc with -march=native did not compile it");
  });
  return {
    peers: {
      hasPlastimatch,
      ...(hasTorch ? { python: options.python } : {}),
      ...(native === undefined ? {} : { native }),
    },
    notMeasured,
  };
}
