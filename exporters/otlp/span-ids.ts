/** Ids follow from what a span is about, so that whatever is sent again is the same span, from a store built anew too. */
import { hash } from 'node:crypto';

const TRACE_DIGITS = 32;
const SPAN_DIGITS = 16;

const digits = (length: number, ...parts: readonly string[]): string =>
  hash('sha256', parts.join('\0')).slice(0, length);

/** Ids that many spans in a row share are worked out once for all of them. */
const MAX_REMEMBERED = 5_000;
const remembered = new Map<string, string>();

function shared(length: number, kind: string, what: string): string {
  const key = `${kind}\0${what}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const id = digits(length, kind, what);
  remembered.set(key, id);
  return id;
}

/** Trace of everything that was done for a prompt; of the session where there is no prompt. */
export const traceIdOf = (sessionId: string, promptId: string | null): string =>
  promptId === null
    ? shared(TRACE_DIGITS, 'session-trace', sessionId)
    : shared(TRACE_DIGITS, 'prompt-trace', promptId);

/** Span of an entry: a prompt, request or tool call, by its public id. */
export const entrySpanId = (entryId: string): string => digits(SPAN_DIGITS, 'entry-span', entryId);

/** Span of a whole session. */
export const sessionSpanId = (sessionId: string): string =>
  shared(SPAN_DIGITS, 'session-span', sessionId);

/** Span of an agent of a session. */
export const agentSpanId = (sessionId: string, agentId: string): string =>
  shared(SPAN_DIGITS, 'agent-span', `${sessionId}\0${agentId}`);

/** The span that others hang below which were done for a prompt: the prompt's own, or the session's where there is none. */
export const rootSpanId = (sessionId: string, promptId: string | null): string =>
  promptId === null ? sessionSpanId(sessionId) : shared(SPAN_DIGITS, 'entry-span', promptId);
