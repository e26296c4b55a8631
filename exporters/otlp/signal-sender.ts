import type { ISerializer } from '@opentelemetry/otlp-transformer';
import type { SendOutcome } from '../../src/pipeline/deliver.ts';
import type { Log } from '../../src/runtime/log.ts';
import { createPoster } from './http-post.ts';
import { judgeAnswer } from './judge-answer.ts';
import type { Target } from './settings.ts';

/** What a backend says of what it took only in part, a stranger's words; each signal has its own name for the count. */
export interface PartialAnswer {
  readonly partialSuccess?: {
    readonly rejectedLogRecords?: unknown;
    readonly rejectedSpans?: unknown;
    readonly errorMessage?: unknown;
  };
}

/** What a sender is made of. */
export interface SenderParts<T> {
  readonly target: Target;
  readonly serializer: ISerializer<T[], PartialAnswer>;
  readonly version: string;
  readonly now: () => number;
  readonly log: Log;
}

/** Sends spans or records, once. */
export interface Sender<T> {
  /** @throws TransientError or PermanentError, by what the backend answered. */
  readonly send: (items: readonly T[], signal: AbortSignal) => Promise<SendOutcome>;
  readonly close: () => void;
}

/** Puts serializer and poster together: one request for each call, nothing is kept. */
export function createSender<T>({
  target,
  serializer,
  version,
  now,
  log,
}: SenderParts<T>): Sender<T> {
  const poster = createPoster(target, version);
  const send = async (items: readonly T[], signal: AbortSignal): Promise<SendOutcome> => {
    const body = items.length === 0 ? undefined : serializer.serializeRequest([...items]);
    if (body === undefined) return {};
    const answer = await poster.post(body, signal);
    judgeAnswer(answer, target.url.origin, now());
    return outcomeOf(answer.body, items.length);
  };
  const outcomeOf = (body: Buffer | null, sent: number): SendOutcome => {
    const said = body === null || body.length === 0 ? {} : understood(body);
    const { rejectedLogRecords, rejectedSpans, errorMessage = '' } = said.partialSuccess ?? {};
    const rejected = Number(rejectedLogRecords ?? rejectedSpans ?? 0);
    const isCount = Number.isInteger(rejected) && rejected > 0;
    const message = String(errorMessage).slice(0, 500);
    if (!isCount && message !== '')
      log.warn({ url: target.url.origin, message }, 'A backend warns.');
    return isCount ? { rejected: Math.min(rejected, sent), message } : {};
  };
  const understood = (body: Buffer): PartialAnswer => {
    try {
      return serializer.deserializeResponse(body);
    } catch {
      // The status said that it was taken; an answer in another form, such as a page, says nothing more.
      log.debug({ url: target.url.origin }, 'A backend answered in a form that is not OTLP.');
      return {};
    }
  };
  return { send, close: poster.close };
}
