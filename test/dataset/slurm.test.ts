import { execFile, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { kubernetesManifests } from "../../src/node/dataset/kubernetes.ts";
import {
  arrayList,
  arrayScript,
  parseQueue,
  type SlurmJob,
  tasksOfList,
} from "../../src/node/dataset/slurm.ts";
import { synthex } from "../cli/run-synthex.ts";
import { make, smallPlace, type SmallPlace, treeOf } from "./small-data-set.ts";

const run = promisify(execFile);
const script = (name: string): string =>
  fileURLToPath(new URL(`../../tools/slurm/${name}.sh`, import.meta.url));
const binary = fileURLToPath(new URL("../../bin/synthex.js", import.meta.url));

const isInstalled = (program: string): boolean => {
  try {
    execFileSync("bash", ["-c", `PATH=$PATH:/usr/sbin command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
const hasSlurm = ["munged", "slurmctld", "slurmd", "sbatch", "squeue"].every(isInstalled);

const job: SlurmJob = {
  name: "hip",
  command: ["node", "/opt/synthex/bin/synthex.js"],
  recipe: "/data/it's a recipe.yaml",
  directory: "/data/out",
  shards: 8,
  workers: 2,
  generateOptions: ["--count", "100"],
  sbatchOptions: ["--partition=long", "--comment=for the paper"],
};

describe("what is handed to Slurm", () => {
  test("the array's script is valid bash that runs one shard a task", async () => {
    const text = arrayScript(job);
    expect(text).toContain("#SBATCH --partition=long\n");
    expect(text).toContain('#SBATCH "--comment=for the paper"\n');
    // Bash itself takes the words apart; `exec` becomes a function that prints them.
    const { stdout } = await run("bash", ["-c", `exec() { printf '%s\n' "$@"; }; ${text}`], {
      env: { ...process.env, SLURM_ARRAY_TASK_ID: "3" },
    });
    expect(stdout.trim().split("\n")).toEqual(
      "node|/opt/synthex/bin/synthex.js|generate|/data/it's a recipe.yaml|--out|/data/out|--count|100|--workers|2|--shard|3/8".split(
        "|",
      ),
    );
  });

  test("an option that would end its line is refused", () => {
    expect(() => arrayScript({ ...job, sbatchOptions: ["--mem=4G\nrm -rf /"] })).toThrow(
      /is no option of sbatch/,
    );
    expect(() => arrayScript({ ...job, sbatchOptions: ["partition"] })).toThrow(/is no option of sbatch/);
  });

  test("lists of tasks go there and back", () => {
    expect(arrayList([7, 1, 2, 3, 9, 10])).toBe("1-3,7,9-10");
    expect(tasksOfList("1-3,7,9-10%4")).toEqual([1, 2, 3, 7, 9, 10]);
    expect(tasksOfList("0-9:3")).toEqual([0, 3, 6, 9]);
  });

  test("queues of Slurm 22 and of Slurm 24 are read alike; what has ended is left out", () => {
    const old = (entry: object) => ({
      job_id: 5,
      array_job_id: 4,
      array_task_id: null,
      array_task_string: "",
      state_reason: "None",
      ...entry,
    });
    const set = (number: number) => ({ set: true, infinite: false, number });
    const unset = { set: false, infinite: false, number: 0 };
    const before = parseQueue(
      JSON.stringify({
        jobs: [
          old({ array_task_id: 2, job_state: "RUNNING" }),
          old({ array_task_string: "3-4", job_state: "PENDING", state_reason: "Resources" }),
          old({ array_task_id: 1, job_state: "FAILED" }),
          old({ job_id: 9, array_job_id: 0, job_state: "PENDING", state_reason: "Dependency" }),
        ],
      }),
    );
    const after = parseQueue(
      JSON.stringify({
        jobs: [
          old({ array_job_id: set(4), array_task_id: set(2), job_state: ["RUNNING"] }),
          old({
            array_job_id: set(4),
            array_task_id: unset,
            array_task_string: "3-4",
            job_state: ["PENDING"],
            state_reason: "Resources",
          }),
          old({ array_job_id: set(4), array_task_id: set(1), job_state: ["FAILED"] }),
          old({
            job_id: 9,
            array_job_id: set(0),
            array_task_id: unset,
            job_state: ["PENDING"],
            state_reason: "Dependency",
          }),
        ],
      }),
    );
    expect(before).toEqual([
      { job: 4, tasks: [2], state: "RUNNING", reason: "None" },
      { job: 4, tasks: [3, 4], state: "PENDING", reason: "Resources" },
      { job: 9, tasks: [], state: "PENDING", reason: "Dependency" },
    ]);
    expect(after).toEqual(before);
    expect(() => parseQueue("slurm_load_jobs error")).toThrow(/did not print JSON/);
  });
});

describe("what is handed to Kubernetes", () => {
  const text = kubernetesManifests({
    name: "Hip_2",
    image: "registry.example/synthex:1",
    claim: "xrays",
    mountPath: "/data",
    recipe: "/data/hip.yaml",
    directory: "/data/out",
    shards: 16,
    parallelism: 4,
    workers: 2,
    generateOptions: [],
  });

  test("an indexed Job whose pods make one shard each, counted from 1, and a Job that merges", async () => {
    const [generate, merge] = parseAllDocuments(text).map((document) => document.toJS() as never) as {
      kind: string;
      metadata: { name: string };
      spec: {
        completions?: number;
        parallelism?: number;
        completionMode?: string;
        template: { spec: { containers: { command: string[] }[] } };
      };
    }[];
    expect([generate.kind, merge.kind]).toEqual(["Job", "Job"]);
    expect([generate.metadata.name, merge.metadata.name]).toEqual(["synthex-hip-2", "synthex-hip-2-merge"]);
    expect(generate.spec).toMatchObject({ completions: 16, parallelism: 4, completionMode: "Indexed" });
    // The shell of the pod computes the shard from the index that Kubernetes sets.
    const [shell, option, command] = generate.spec.template.spec.containers[0].command;
    const { stdout } = await run("env", [
      "JOB_COMPLETION_INDEX=15",
      shell,
      option,
      command.replace(/^exec /, "echo "),
    ]);
    expect(stdout.trim()).toBe("synthex generate /data/hip.yaml --out /data/out --workers 2 --shard 16/16");
    expect(merge.spec.template.spec.containers[0].command[2]).toContain("synthex merge /data/out");
  });
});

describe("submit without a cluster", () => {
  let place: SmallPlace;
  beforeAll(() => {
    place = smallPlace();
  });
  afterAll(() => place.remove());

  test("--dry-run prints both scripts, and writes nothing", async () => {
    const run = await synthex(
      "submit",
      place.recipe(),
      "--shards",
      "3",
      "--out",
      place.at("dry"),
      "--dry-run",
    );
    expect(run.stderr).toBe("");
    expect(run.stdout).toMatch(
      /sbatch --array=1-3[\s\S]*--shard "\$SLURM_ARRAY_TASK_ID\/3"[\s\S]*afterok[\s\S]* merge /,
    );
    expect(() => readFileSync(place.at("dry", "recipe.json"))).toThrow(/ENOENT/);
  });

  test("more shards than blocks are refused with the number of blocks", async () => {
    const run = await synthex("submit", place.recipe(), "--shards", "7", "--out", place.at("many"));
    expect([run.code, run.stderr]).toEqual([
      2,
      expect.stringContaining("7 shards are more than the 6 blocks"),
    ]);
  });
});

describe.skipIf(!hasSlurm)("a real Slurm of one node", () => {
  let place: SmallPlace;
  let cluster: string;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    place = smallPlace();
    cluster = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
    const { stdout } = await run("bash", [script("start"), cluster]);
    env = { ...process.env, SLURM_CONF: stdout.trim() };
  });
  afterAll(async () => {
    await run("bash", [script("stop"), cluster]);
    await run("rm", ["-rf", cluster]);
    place.remove();
  });

  test("an array of shards, one of them killed: submitted again, merged, byte for byte what one process makes", async () => {
    const recipe = place.recipe({ count: 60, imagesPerPatient: 4 });
    const directory = place.at("cluster");
    const submitted = spawn(
      process.execPath,
      [binary, "submit", recipe, "--shards", "3", "--out", directory, "--poll", "0.5", "--json"],
      { env, stdio: ["ignore", "pipe", "pipe"] },
    );
    let [stdout, stderr] = ["", ""];
    submitted.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    submitted.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = new Promise<number | null>((resolve) => submitted.on("close", resolve));

    // As soon as a task runs, every process of it is killed.
    let killed: string | undefined;
    while (killed === undefined && submitted.exitCode === null) {
      const queue = parseQueue((await run("squeue", ["--json"], { env, maxBuffer: 1 << 26 })).stdout);
      const running = queue.find(({ tasks, state }) => state === "RUNNING" && tasks.length === 1);
      if (running) killed = `${running.job}_${running.tasks[0]}`;
      else await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await run("scancel", ["--signal=KILL", "--full", killed ?? ""], { env });

    expect([await ended, stderr]).toEqual([0, expect.any(String)]);
    const result = JSON.parse(stdout) as { arrays: number[]; resubmitted: number };
    expect(result.resubmitted).toBe(1);
    expect(result.arrays).toHaveLength(2);

    await make(recipe, place.at("alone"), { workers: 2 });
    const made = Object.entries(treeOf(directory)).filter(([path]) => !path.startsWith("slurm/"));
    expect(Object.fromEntries(made)).toEqual(treeOf(place.at("alone")));
  }, 90_000);

  test("a submit that did not wait is followed by the next, which submits nothing; a third finds all done", async () => {
    const recipe = place.recipe({ count: 8 });
    const submit = async (...words: string[]) => {
      const { stdout } = await run(
        process.execPath,
        [
          binary,
          "submit",
          recipe,
          "--shards",
          "2",
          "--out",
          place.at("later"),
          "--poll",
          "0.5",
          "--json",
          ...words,
        ],
        { env },
      );
      return JSON.parse(stdout) as { arrays: number[]; merge: number | null; resubmitted: number };
    };
    const first = await submit("--no-follow");
    expect(first.arrays).toHaveLength(1);
    expect(await submit()).toMatchObject({ arrays: first.arrays, merge: first.merge, resubmitted: 0 });
    expect(await submit()).toMatchObject({ arrays: [], resubmitted: 0 });
    await make(recipe, place.at("later-alone"));
    const made = Object.entries(treeOf(place.at("later"))).filter(([path]) => !path.startsWith("slurm/"));
    expect(Object.fromEntries(made)).toEqual(treeOf(place.at("later-alone")));
  }, 60_000);

  test("a recipe that fails is given up after its attempts, with the last line of its log", async () => {
    const recipe = place.recipe({ constraints: [{ kind: "joint-limits", laoDeg: [0, 0.001] }] });
    const failed = await run(
      process.execPath,
      [
        binary,
        "submit",
        recipe,
        "--shards",
        "1",
        "--out",
        place.at("bad"),
        "--poll",
        "0.5",
        "--attempts",
        "1",
      ],
      { env },
    ).then(
      () => "it did not fail",
      (error: { stderr: string }) => error.stderr,
    );
    expect(failed).toMatch(/shard 1 of 1 was submitted 1 times .*joint-limits/);
  }, 60_000);
});
