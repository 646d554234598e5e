import type { Batch } from "./batch.ts";

/** Vectors by name: parameters, moments of the optimiser, averages. */
export type TrainingState = ReadonlyMap<string, Float32Array>;

export interface StepOutcome {
  readonly loss: number;
  /** Parts of the loss, before their weights. */
  readonly terms: Readonly<Record<string, number>>;
  readonly gradientNorm: number;
  /** Name of the first parameter whose gradient is no number, where there is one. */
  readonly firstBroken?: string | undefined;
}

export interface ValidationOutcome {
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  /** B × planes × H × W: of classes with the background first, or of masks. */
  readonly probabilities: Float32Array;
}

/** A network that learns: what the loop sees of the compiled graphs and the engine that runs them. */
export interface TrainingProgram {
  step(batch: Batch, at: { learningRate: number; step: number }): Promise<StepOutcome>;
  /** Loss and predictions of the state that would be exported; changes nothing. */
  validate(batch: Batch): Promise<ValidationOutcome>;
  state(): TrainingState;
  restore(state: TrainingState): void;
  release(): Promise<void>;
}
