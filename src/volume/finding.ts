/** Something a person should know about their data; `code` is stable, `message` says what to do. */
export interface Finding {
  readonly code: string;
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
}
