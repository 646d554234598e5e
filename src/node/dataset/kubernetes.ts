import { stringify } from "yaml";
import { shellWords } from "./shell-words.ts";

/** What the indexed Job of a data set runs and where. */
export interface KubernetesJob {
  /** Name of the recipe. */
  readonly name: string;
  /** An image with `synthex` in it. */
  readonly image: string;
  /** Persistent volume claim that every pod may write, and where pods see it; recipe, CTs and data set lie there. */
  readonly claim: string;
  readonly mountPath: string;
  /** As pods see them. */
  readonly recipe: string;
  readonly directory: string;
  readonly shards: number;
  /** Pods at the same time. */
  readonly parallelism: number;
  readonly workers: number;
  readonly generateOptions: readonly string[];
}

/**
 * Manifests of two Jobs, as YAML for `kubectl apply -f -`. The first is indexed: pod i makes shard i + 1 of n, and a pod that is lost is
 * started again. The second makes one data set of the shards; Kubernetes knows no order of Jobs, so it tries until all are there.
 */
export function kubernetesManifests(job: KubernetesJob): string {
  const { shards, parallelism, workers } = job;
  const words = shellWords([
    "synthex",
    "generate",
    job.recipe,
    "--out",
    job.directory,
    ...job.generateOptions,
  ]);
  const generate = jobManifest(job, {
    name: `synthex-${objectName(job.name)}`,
    spec: {
      completions: shards,
      parallelism: Math.min(parallelism, shards),
      completionMode: "Indexed",
      backoffLimit: 3 * shards,
    },
    command: `exec ${words} --workers ${workers} --shard "$((JOB_COMPLETION_INDEX + 1))/${shards}"`,
    cpus: workers,
  });
  const merge = jobManifest(job, {
    name: `synthex-${objectName(job.name)}-merge`,
    spec: { backoffLimit: 3 },
    command: `until ${shellWords(["synthex", "merge", job.directory])}; do sleep 60; done`,
    cpus: 1,
  });
  return [generate, merge].map((manifest) => stringify(manifest, { lineWidth: 0 })).join("---\n");
}

function jobManifest(
  { image, claim, mountPath }: KubernetesJob,
  { name, spec, command, cpus }: { name: string; spec: object; command: string; cpus: number },
): object {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, labels: { app: "synthex" } },
    spec: {
      ...spec,
      template: {
        metadata: { labels: { app: "synthex" } },
        spec: {
          restartPolicy: "Never",
          containers: [
            {
              name: "synthex",
              image,
              command: ["/bin/sh", "-c", command],
              resources: { requests: { cpu: String(cpus) } },
              volumeMounts: [{ name: "data", mountPath }],
            },
          ],
          volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  };
}

/** A name that Kubernetes takes: lower case letters, digits and dashes. */
const objectName = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "") || "data-set";
