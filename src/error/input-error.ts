/**
 * What a user can cause and can mend: bad files, bad options, impossible scenes.
 *
 * `message` is one sentence that says what is wrong, where, and what was found; `remedy` says what to do.
 * Anything else that is thrown is a defect of ours.
 */
export class InputError extends Error {
  override readonly name = "InputError";
  /** Stable, machine-readable, kebab-case: `nifti-truncated`, `dicom-missing-slice`. */
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
  }
}
