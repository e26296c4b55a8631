import { TransientError } from '../errors.ts';

/** Whom a request goes to, and for how long its answer is waited for. */
export interface AnswerLimit {
  /** What is said of the address where nothing comes back. */
  readonly origin: string;
  readonly timeoutMs: number;
  /** Ends the waiting early. */
  readonly signal: AbortSignal;
}

/**
 * Does one request, which is to stop when its signal aborts.
 *
 * @throws TransientError where there was no answer, or none in time.
 */
export async function answerWithin<T>(
  { origin, timeoutMs, signal }: AnswerLimit,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const stop = (): void => limit.abort();
  // Not AbortSignal.timeout, which lives on until it fires, long after the answer.
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await ask(limit.signal);
  } catch (cause) {
    const why = isLate ? `there was no answer within ${timeoutMs} ms` : reasonOf(cause);
    throw new TransientError(`No answer from ${origin}: ${why}.`, { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** A failure to reach any of several addresses says why the first one failed. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  const [inner] = cause instanceof AggregateError ? (cause.errors as readonly unknown[]) : [];
  const text = cause.message !== '' ? cause.message : inner instanceof Error ? inner.message : '';
  return text === '' ? (code ?? cause.name) : text;
}
