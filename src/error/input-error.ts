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
    super(asSentence(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy === undefined ? undefined : asSentence(options.remedy);
  }
}

const LONGEST_SENTENCE = 600;

/**
 * Messages quote what files hold, and a damaged file holds anything: line ends and control characters become blanks, and the
 * middle of what is too long to read is left out.
 */
function asSentence(text: string): string {
  const half = LONGEST_SENTENCE / 2;
  const short = text.length <= LONGEST_SENTENCE ? text : `${text.slice(0, half)} … ${text.slice(-half)}`;
  // oxlint-disable-next-line no-control-regex -- that is what is replaced
  return short.toWellFormed().replace(/[\u0000-\u0020\u007f-\u00a0\u2028\u2029\u202a-\u202e]+/g, " ");
}
