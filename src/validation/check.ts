/** One physical claim held against a published or analytic value. */
export interface Check {
  readonly law: string;
  readonly source: string;
  readonly published: number;
  readonly ours: number;
  /** Relative (ours/published − 1) or absolute (ours − published), as `bound` is meant. */
  readonly deviation: number;
  readonly bound: number;
  readonly kind: "relative" | "absolute";
  readonly passed: boolean;
}

/** Compares so that NaN fails. */
export function check(options: {
  law: string;
  source: string;
  published: number;
  ours: number;
  bound: number;
  kind?: "relative" | "absolute";
}): Check {
  const { kind = "relative", published, ours, bound } = options;
  const deviation = kind === "relative" ? ours / published - 1 : ours - published;
  return { ...options, kind, deviation, passed: Math.abs(deviation) <= bound };
}
