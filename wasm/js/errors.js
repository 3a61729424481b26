/** A refusal of the engine: `message` is the whole sentence, the rest says what it is about. */
export class EngineError extends Error {
  /**
   * @param {object} failure
   * @param {string} failure.code  one of the catalogue's error codes, or 'unsupported' when the module cannot be loaded
   * @param {string} failure.message  what went wrong, without the place
   * @param {string} [failure.subject]  what kind of thing it is about
   * @param {string} [failure.path]  JSON pointer to the place
   * @param {string} [failure.text]  the whole sentence
   * @param {unknown} [cause]
   */
  constructor({ code, message, subject = '', path = '', text }, cause) {
    super(text ?? (subject ? `[${subject}] ${message}` : message), cause === undefined ? undefined : { cause });
    this.name = 'EngineError';
    this.code = code;
    this.subject = subject;
    this.path = path;
    /** The message alone, without subject and place. */
    this.reason = message;
  }
}

/**
 * A number that survives the way into C.
 * @param {unknown} value
 * @param {string} subject
 * @param {number} [most]
 * @returns {number}
 */
export function wholeNumber(value, subject, most = 2 ** 31 - 1) {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new EngineError({
    code: 'invalid_value',
    subject,
    message: `must be a whole number from 0 to ${most}. Got ${String(value)}.`,
  });
}
