/**
 * Batches of steps, or of validation from an example on: as they are, or (`calibration`) randomized at full strength. Each is asked for once
 * at a time.
 */
export type ExampleRequest =
  | {
      readonly kind: "step";
      readonly step: number;
      /** Of the randomization; default that of the step. */
      readonly strength?: number;
    }
  | { readonly kind: "validation" | "calibration"; readonly first: number };

/** Tells a request from all others that are under way. */
export const requestKey = (request: ExampleRequest): string =>
  request.kind === "step" ? `step ${request.step}` : `${request.kind} ${request.first}`;
