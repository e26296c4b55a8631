import type { SecretSpan } from './secret-span.ts';

const MIN_CHARS = 40;
/** Longest stretch that is decoded. */
const MAX_CHARS = 1024 * 1024;
/** What is looked at first: an image or an archive is told by it. */
const SAMPLE_CHARS = 64;
/** Base64, in lines as programs break it; line ends may be escaped. A last line may be short. */
const FIRST_LINE = /[A-Za-z0-9+/]{40,}={0,2}/y;
const NEXT_LINE = /(?:\\+[rn]|[ \t\r\n])+[A-Za-z0-9+/]{40,}={0,2}/y;
const LAST_LINE =
  /(?:\\+[rn]|[ \t\r\n])+(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2,3}={1,2})?(?![A-Za-z0-9])/y;

/** A run of characters that tokens are made of. */
interface Run {
  readonly start: number;
  readonly end: number;
}

/** Reports base64 in a run in which there is a secret when it is decoded; returns how far the text was looked through. */
export const base64Secrets = (
  text: string,
  { start, end }: Run,
  hasSecret: (plain: string) => boolean,
  found: (span: SecretSpan) => void,
): number => {
  let at = start;
  while (at + MIN_CHARS <= end) {
    const first = firstBase64(text, at, end);
    if (first === null) return at;
    if (!looksLikeText(decoded(text.slice(first.start, first.start + SAMPLE_CHARS)))) {
      at = first.end;
      continue;
    }
    const stop = lastLineEnd(text, first.end);
    const plain = decoded(text.slice(first.start, Math.min(stop, first.start + MAX_CHARS)));
    if (hasSecret(plain)) found({ start: first.start, end: stop, type: 'base64' });
    at = stop;
  }
  return at;
};

const firstBase64 = (
  text: string,
  from: number,
  end: number,
): { readonly start: number; readonly end: number } | null => {
  for (let at = from; at + MIN_CHARS <= end;) {
    FIRST_LINE.lastIndex = at;
    if (FIRST_LINE.test(text)) return { start: at, end: FIRST_LINE.lastIndex };
    while (at < end && isBase64(text.charCodeAt(at))) at++;
    while (at < end && !isBase64(text.charCodeAt(at))) at++;
  }
  return null;
};

const isBase64 = (code: number): boolean =>
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  (code >= 47 && code <= 57) ||
  code === 43;

const lastLineEnd = (text: string, from: number): number => {
  let at = from;
  for (;;) {
    NEXT_LINE.lastIndex = at;
    if (!NEXT_LINE.test(text)) break;
    at = NEXT_LINE.lastIndex;
  }
  LAST_LINE.lastIndex = at;
  return LAST_LINE.test(text) ? LAST_LINE.lastIndex : at;
};

const decoded = (base64: string): string =>
  Buffer.from(base64.replaceAll(/\\+[rn]|[ \t\r\n]/g, ''), 'base64').toString('latin1');

/** Nearly all of it is what people write. */
const looksLikeText = (text: string): boolean => {
  let odd = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 126 || (code < 32 && code !== 9 && code !== 10 && code !== 13)) odd++;
  }
  return odd * 20 <= text.length;
};
