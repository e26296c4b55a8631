/**
 * Takes secrets out of text before it is written anywhere. Text goes in, and the same text comes out with
 * `[redacted:<type>]` in place of each secret; everything else stays as it was, to the last character. It may be text as
 * people read it, or lines of JSON: what is escaped stays escaped, and no JSON breaks. Takes time in proportion to the
 * text. Nothing here takes a character beyond ASCII for anything, so that text may also be bytes, one character for each.
 */
import { privateKeySecrets, urlSecrets } from './secret-blocks.ts';
import type { SecretDetector, SecretSpan } from './secret-span.ts';
import { tokenSecrets } from './secret-tokens.ts';
import { valueSecrets } from './secret-values.ts';

/** Text without its secrets, and how many of each type there were. */
export interface Redacted {
  readonly text: string;
  readonly found: ReadonlyMap<string, number>;
}

/** Everything that is looked for. */
export const SECRET_DETECTORS: readonly SecretDetector[] = [
  privateKeySecrets,
  tokenSecrets,
  urlSecrets,
  valueSecrets,
];

/** Type of text that was taken out as a whole because it could not be looked through. */
export const UNREADABLE = 'unreadable';

/** The text without its secrets; all of it is taken out where a detector fails. */
export const redact = (
  text: string,
  detectors: readonly SecretDetector[] = SECRET_DETECTORS,
): Redacted => {
  try {
    return without(text, spansIn(text, detectors));
  } catch {
    return { text: placeOf(UNREADABLE), found: new Map([[UNREADABLE, 1]]) };
  }
};

/**
 * The same for whole lines of JSON, as many as there were; each that was JSON still is. Where a detector fails, only the
 * lines it fails on are taken out.
 */
export const redactLines = (
  lines: string,
  detectors: readonly SecretDetector[] = SECRET_DETECTORS,
): Redacted => {
  try {
    const redacted = without(lines, spansIn(lines, detectors), true);
    if (redacted.found.size === 0) return redacted;
    const before = lines.split('\n');
    const after = redacted.text.split('\n');
    const text = after.map((line, index) => whole(line, before[index] ?? '', detectors)).join('\n');
    return { text, found: redacted.found };
  } catch {
    const each = lines.split('\n').map((line) => redactLine(line, detectors));
    return { text: each.map(({ text }) => text).join('\n'), found: sum(each) };
  }
};

const redactLine = (line: string, detectors: readonly SecretDetector[]): Redacted => {
  const redacted = redact(line, detectors);
  const text = redacted.found.has(UNREADABLE)
    ? JSON.stringify(redacted.text)
    : whole(redacted.text, line, detectors);
  return { ...redacted, text };
};

/** What was taken for a value may have been a piece of JSON between two strings: then each string is looked at alone. */
const whole = (after: string, before: string, detectors: readonly SecretDetector[]): string => {
  if (after === before || isJson(after) || !isJson(before)) return after;
  const alone = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value, detectors).text;
    if (Array.isArray(value)) return value.map(alone);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [redact(key, detectors).text, alone(inner)]),
    );
  };
  try {
    return JSON.stringify(alone(JSON.parse(before)));
  } catch {
    // Nested deeper than can be gone through.
    return JSON.stringify(placeOf(UNREADABLE));
  }
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const sum = (all: readonly Redacted[]): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  for (const one of all)
    for (const [type, count] of one.found) found.set(type, (found.get(type) ?? 0) + count);
  return found;
};

const placeOf = (type: string): string => `[redacted:${type}]`;

const spansIn = (text: string, detectors: readonly SecretDetector[]): readonly SecretSpan[] => {
  const spans: SecretSpan[] = [];
  for (const detect of detectors) detect(text, (span) => void spans.push(span));
  // The sort is stable: of two that begin together the detector that is named first says what it is.
  return spans.toSorted((left, right) => left.start - right.start);
};

const without = (text: string, spans: readonly SecretSpan[], areLinesKept = false): Redacted => {
  const found = new Map<string, number>();
  const parts: string[] = [];
  let done = 0;
  let index = 0;
  while (index < spans.length) {
    const { start, type } = spans[index]!;
    let { end } = spans[index]!;
    for (index++; index < spans.length && spans[index]!.start < end; index++) {
      end = Math.max(end, spans[index]!.end);
    }
    const lines = areLinesKept ? text.slice(start, end).split('\n') : [''];
    parts.push(text.slice(done, start), lines.map(() => placeOf(type)).join('\n'));
    found.set(type, (found.get(type) ?? 0) + 1);
    done = end;
  }
  parts.push(text.slice(done));
  return { text: parts.length === 1 ? text : parts.join(''), found };
};
