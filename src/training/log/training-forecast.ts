/** What a training is, and what a few of its steps took: what a forecast is made of. */
export interface ForecastFacts {
  readonly steps: number;
  readonly batch: number;
  /** Measured time of one optimiser step, in ms. */
  readonly stepMs: number;
  /** Measured time one worker takes to prepare one example, in ms. */
  readonly exampleMs: number;
  readonly workers: number;
  readonly validations: number;
  /** Measured, or taken from `stepMs` by the number of examples. */
  readonly validationMs: number;
  /** Before the first step: data read, graph compiled, in ms. */
  readonly startMs?: number;
  readonly parameters: number;
  /** float32 vectors as long as the parameters that live between steps: parameters, moments, moving average. */
  readonly stateVectors: number;
  /** Activations and gradients of one example while the step runs. */
  readonly activationBytesPerExample: number;
  readonly bytesPerWorker: number;
  /** Process, runtime, kernels, before anything is loaded. */
  readonly baseBytes: number;
  /** What the process and its workers were measured to hold after the steps; told instead of the sum where known. */
  readonly measuredBytes?: number | undefined;
  /** Checkpoints that stay, the best one not counted. */
  readonly keptCheckpoints: number;
}

export interface TrainingForecast {
  readonly steps: number;
  readonly parameters: number;
  /** Of the whole training. */
  readonly seconds: number;
  /** From the start of one step to the start of the next. */
  readonly secondsPerStep: number;
  readonly examplesPerSecond: number;
  /** Share of the time of steps that waits for examples. */
  readonly inputShare: number;
  readonly isInputBound: boolean;
  /** In bytes. */
  readonly memory: {
    readonly state: number;
    readonly activations: number;
    readonly workers: number;
    readonly base: number;
    readonly total: number;
    readonly isMeasured: boolean;
  };
  /** In bytes. */
  readonly disk: { readonly checkpoint: number; readonly total: number };
}

const FLOAT_BYTES = 4;
/** A step that waits longer than this share is told to be bound by its input. */
const INPUT_BOUND = 0.1;

/**
 * Time, memory and disk of a training before it starts.
 *
 * Workers prepare the next batch while a step runs, so a step takes the longer of both:
 *
 *   t = max(stepMs, batch · exampleMs / workers)
 *
 * The state is held twice, since a step reads the old vectors while it writes the new ones. The running statistics of batch norm are left
 * out; they are a thousandth of the parameters.
 */
export function trainingForecast(facts: ForecastFacts): TrainingForecast {
  const { steps, batch, stepMs, parameters, stateVectors, workers } = facts;
  const inputMs = (batch * facts.exampleMs) / Math.max(1, workers);
  const period = Math.max(stepMs, inputMs);
  const inputShare = (period - stepMs) / period;
  const checkpoint = parameters * stateVectors * FLOAT_BYTES;
  const state = 2 * checkpoint;
  const activations = batch * facts.activationBytesPerExample;
  const inWorkers = workers * facts.bytesPerWorker;
  const sum = state + activations + inWorkers + facts.baseBytes;
  return {
    steps,
    parameters,
    seconds: ((facts.startMs ?? 0) + steps * period + facts.validations * facts.validationMs) / 1000,
    secondsPerStep: period / 1000,
    examplesPerSecond: (1000 * batch) / period,
    inputShare,
    isInputBound: inputShare > INPUT_BOUND,
    memory: {
      state,
      activations,
      workers: inWorkers,
      base: facts.baseBytes,
      total: facts.measuredBytes ?? sum,
      isMeasured: facts.measuredBytes !== undefined,
    },
    disk: { checkpoint, total: (facts.keptCheckpoints + 1) * checkpoint },
  };
}
