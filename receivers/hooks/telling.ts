import type {
  HookOccurrenceType,
  HookTelling,
  OccurrenceRecord,
} from '../../src/records/occurrence.ts';
import type { MonitorRecord } from '../../src/records/record.ts';
import type { SessionFactName } from '../../src/records/session.ts';
import type { HookEvent } from './events.ts';
import type { Payload } from './payload.ts';

/** One payload and what is known of how it came. */
export interface Told {
  readonly payload: Payload;
  /** What the event is; for one that is not known, under its own name. */
  readonly event: Pick<HookEvent, 'category'> & { readonly type: string };
  /** When it was written, in unix milliseconds; the payload itself has no time. */
  readonly atMs: number;
  /** Installation that told of it. */
  readonly scope: string;
  /** Digest of its bytes, worked out when it is needed. */
  readonly digest: () => string;
}

/** What becomes of one payload. */
export type DecodeEvent = (told: Told) => readonly MonitorRecord[];

/** An occurrence with these values in its public `data`; nulls are left out. */
export const occurrence = (
  told: Told,
  data: Readonly<Record<string, unknown>>,
  more: Partial<Pick<HookTelling, 'as' | 'call'>> & {
    readonly type?: HookOccurrenceType | 'user_prompt';
  } = {},
): OccurrenceRecord => {
  const { payload, event, atMs, scope, digest } = told;
  const { sessionId, project, agentId, promptId } = payload;
  const known = Object.entries({ prompt_id: promptId, ...data });
  return {
    kind: 'occurrence',
    key: '',
    type: more.type ?? (event.type as HookOccurrenceType),
    category: event.category,
    sessionId,
    project,
    agentId,
    atMs,
    data: JSON.stringify(Object.fromEntries(known.filter(([, value]) => value !== null))),
    line: 0,
    offsetBytes: 0,
    telling: {
      as: more.as ?? 'firing',
      scope,
      digest: more.as === 'prompt' ? '' : digest(),
      promptId,
      ...(more.call !== undefined && { call: more.call }),
    },
  };
};

/** Something that a payload says of its session as a whole; nothing where the value is null. */
export const fact = (
  { payload, atMs }: Told,
  name: SessionFactName,
  value: string | null,
): readonly MonitorRecord[] =>
  value === null ? [] : [{ kind: 'session_fact', sessionId: payload.sessionId, name, value, atMs }];

/** The session's open calls will not go on after this; those of its agents may, where they are kept. */
export const closing = (
  { payload, atMs }: Told,
  { keepsAgents }: { readonly keepsAgents: boolean },
): MonitorRecord => ({ kind: 'session_closing', sessionId: payload.sessionId, atMs, keepsAgents });
