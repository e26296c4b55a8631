/** A stretch of text that is a secret: characters [start, end). */
export interface SecretSpan {
  readonly start: number;
  readonly end: number;
  /** What kind of secret, as it is named in its place. */
  readonly type: string;
}

/** Finds secrets of one sort; takes time in proportion to the text, whatever is in it. */
export type SecretDetector = (text: string, found: (span: SecretSpan) => void) => void;

const WORDS = new Set(
  'password passwd passphrase secret token string number boolean unknown undefined null none true false required optional hidden redacted masked removed changeme'.split(
    ' ',
  ),
);
/** What stands for a value that is somewhere else, or for none. */
const REFERENCE =
  /^(?:\[redacted|[<$%]|\\*[<$]|\{\{|#\{|[*.x_-]+$|your|example|placeholder|process\.env|os\.(?:environ|getenv)|env[.[(])/i;

/** Whether a value is only the name of one, or what forms and manuals show in its place. */
export const isPlaceholder = (value: string): boolean =>
  REFERENCE.test(value) || WORDS.has(value.toLowerCase());
