/**
 * One request to the webhook, and what its answer means. Nothing is repeated here, no redirect is followed and no
 * connection is kept. Words about it have the origin of the address only: the rest of it lets anybody post.
 */
import { Client } from 'undici';
import { PermanentError, TransientError } from '../../src/errors.ts';
import { answerWithin } from '../../src/runtime/answer-within.ts';
import { retryAfterMs } from '../../src/runtime/retry-after.ts';
import type { BudgetMessage } from './message.ts';
import type { Target } from './target.ts';

/** Sends messages to one address. */
export interface Webhook {
  /**
   * Resolves when the far side has the message.
   *
   * @throws TransientError where it is worth another try, PermanentError where the far side refuses it.
   */
  readonly post: (message: BudgetMessage, signal: AbortSignal) => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

const MAX_HEADER_BYTES = 16 * 1024;
/** Nobody reads the body of an answer; so much of it is let through, so that the far side gets to its end. */
const MAX_BODY_BYTES = 16 * 1024;

/** Makes a webhook. */
export const createWebhook = (
  target: Target,
  { version, now }: { readonly version: string; readonly now: () => number },
): Webhook => ({
  post: async (message, signal) => {
    const headers = {
      ...target.headers,
      'content-type': 'application/json',
      'user-agent': `hall-monitor/${version}`,
      'idempotency-key': message.id,
    };
    const answer = await exchange(target, { headers, body: JSON.stringify(message) }, signal);
    judge(answer, target.url.origin, now());
  },
});

async function exchange(
  { url, timeoutMs }: Target,
  request: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  signal: AbortSignal,
): Promise<Answer> {
  const client = new Client(url.origin, {
    // No pipelining, not even of one request: the connection ends with its answer.
    pipelining: 0,
    allowH2: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    connect: { timeout: timeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    return await answerWithin({ origin: url.origin, timeoutMs, signal }, async (limit) => {
      const { statusCode, headers, body } = await client.request({
        ...request,
        path: `${url.pathname}${url.search}`,
        method: 'POST',
        signal: limit,
      });
      // The status has told already; how the body ends changes nothing.
      await body.dump({ limit: MAX_BODY_BYTES, signal: limit }).catch(() => undefined);
      const retryAfter = headers['retry-after'];
      return {
        status: statusCode,
        retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      };
    });
  } finally {
    await client.destroy();
  }
}

/** Passes a success; anything else becomes an error of the sort that says whether to try again. */
function judge({ status, retryAfter }: Answer, origin: string, nowMs: number): void {
  if (status >= 200 && status < 300) return;
  const message = `${origin} answered ${status}.`;
  if (status === 408 || status === 429 || status >= 500) {
    const asked = retryAfterMs(retryAfter, nowMs);
    throw new TransientError(message, asked === undefined ? {} : { retryAfterMs: asked });
  }
  throw new PermanentError(message, {
    hint:
      status < 400
        ? 'Set budgets.webhook.url to where it leads: redirects are not followed.'
        : 'Check budgets.webhook.url and budgets.webhook.headers.',
  });
}
