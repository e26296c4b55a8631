import { PermanentError, TransientError } from '../../src/errors.ts';
import type { Answer } from './http-post.ts';
import { retryAfterMs } from '../../src/runtime/retry-after.ts';

/** The codes after which OTLP lets a client send again. */
const AGAIN: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Codes that say nothing of what was sent: a person has to act, and nothing may be thrown away until then. */
const HINTS: Readonly<Record<number, string>> = {
  401: 'Check OTEL_EXPORTER_OTLP_HEADERS: the backend does not know who sends.',
  403: 'Check OTEL_EXPORTER_OTLP_HEADERS: the backend does not let this sender in.',
  404: 'Check OTEL_EXPORTER_OTLP_ENDPOINT: the backend has nothing at this address.',
  405: 'Check OTEL_EXPORTER_OTLP_ENDPOINT: the backend takes nothing at this address.',
  407: 'A proxy stands between: set the endpoint to one that can be reached without.',
};
const REDIRECTED = 'Set OTEL_EXPORTER_OTLP_ENDPOINT to where it leads: redirects are not followed.';

const PAGE = 'Check OTEL_EXPORTER_OTLP_ENDPOINT: somebody else answers there.';
/** What every page begins with, and no answer of OTLP in either form. */
const PAGE_BEGINS = '<'.codePointAt(0);

const MAX_WORDS = 200;

/**
 * Passes a success; anything else becomes an error of the sort that says what to do with the payload.
 *
 * Source: OTLP specification 1.9: 429, 502, 503 and 504 are sent again, other codes are not.
 */
export function judgeAnswer(
  { status, retryAfter, body }: Answer,
  origin: string,
  nowMs: number,
): void {
  const isPage = body?.[0] === PAGE_BEGINS;
  if (status >= 200 && status < 300) {
    if (!isPage) return;
    // Whoever shows everybody the same page has thrown away what was sent.
    throw new TransientError(`${origin} answered ${status} with a page.`, { hint: PAGE });
  }
  const message = `${origin} answered ${status}${wordsOf(body)}`;
  if (AGAIN.has(status)) {
    const asked = retryAfterMs(retryAfter, nowMs);
    throw new TransientError(message, asked === undefined ? {} : { retryAfterMs: asked });
  }
  const hint = status < 400 ? REDIRECTED : HINTS[status];
  if (hint !== undefined) throw new TransientError(message, { hint });
  throw new PermanentError(message);
}

/** What a backend says of its own accord, as far as it is text. */
function wordsOf(body: Buffer | null): string {
  const text = body
    ?.toString('utf8', 0, MAX_WORDS * 4)
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, MAX_WORDS);
  return text === undefined || text === '' ? '.' : `: ${text}`;
}
