/** What somebody should know before believing the numbers; `code` is stable. */
export interface EvaluationFinding {
  readonly code: string;
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
}

export const finding = (
  severity: EvaluationFinding["severity"],
  code: string,
  message: string,
): EvaluationFinding => ({ code, severity, message });

/** "3 of 111 pictures". */
export const ofPictures = (count: number, all: number): string =>
  `${count} of ${all} ${all === 1 ? "picture" : "pictures"}`;

/** The first eight names, and how many more there are. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
