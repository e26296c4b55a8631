import { hash } from 'node:crypto';
import { own } from '../../src/records/foreign-value.ts';
import type { RejectReason } from '../../src/records/record.ts';

/** A JSON object from outside; everything in it is a stranger's. */
export type Fields = Readonly<Record<string, unknown>>;

/** What every hook is told, checked. Source: `BaseHookInput` of Claude Code 2.1.329. */
export interface Payload {
  readonly event: string;
  readonly sessionId: string;
  /** Working directory; '' where it is not told. */
  readonly project: string;
  /** Where the client says that the transcript is. Never opened without a check against the configured folders. */
  readonly transcriptPath: string | null;
  readonly agentId: string | null;
  readonly promptId: string | null;
  /** The whole object. */
  readonly fields: Fields;
}

const SESSION_ID = /^[A-Za-z0-9_-]{1,128}$/;
const EVENT_NAME = /^[A-Za-z][A-Za-z0-9]{0,63}$/;
const TRANSCRIPT = /^(?:\/|[A-Za-z]:[\\/]).*\.jsonl$/s;
const STEPS_UP = /(?:^|[\\/])\.\.?(?:[\\/]|$)/;
/** Names by which an object reaches its prototype; no client sends them. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_PATH_CHARACTERS = 4096;
const MAX_ID_CHARACTERS = 256;

/** A short text that is a name and no message: null where it is absent, of another type or long. */
export const word = (value: unknown, maxCharacters = 128): string | null =>
  typeof value === 'string' && value.length <= maxCharacters ? value.toWellFormed() : null;

/** Text that some payload may leave out but never gives another type. */
const optional = (fields: Fields, name: string): string | null | undefined => {
  const value = own(fields, name);
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : undefined;
};

/** Understands what is told with every event, or says why it cannot be used. */
export const readPayload = (bytes: Uint8Array): Payload | RejectReason => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return 'invalid_json';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_an_object';
  const fields = value as Fields;
  for (const name of RESERVED) if (Object.hasOwn(fields, name)) return 'invalid_field';
  const event = own(fields, 'hook_event_name');
  if (event === undefined) return 'missing_type';
  if (typeof event !== 'string' || !EVENT_NAME.test(event) || RESERVED.has(event))
    return 'invalid_field';
  return readCommon(fields, event);
};

const readCommon = (fields: Fields, event: string): Payload | RejectReason => {
  const sessionId = optional(fields, 'session_id');
  const transcriptPath = optional(fields, 'transcript_path');
  const project = optional(fields, 'cwd');
  const agentId = optional(fields, 'agent_id');
  const promptId = optional(fields, 'prompt_id');
  if (sessionId === null) return 'missing_session';
  if (
    sessionId === undefined ||
    transcriptPath === undefined ||
    project === undefined ||
    agentId === undefined ||
    promptId === undefined
  )
    return 'invalid_field';
  if (!isId(sessionId) || (agentId !== null && !isId(agentId))) return 'invalid_id';
  if (promptId !== null && (promptId.length > MAX_ID_CHARACTERS || promptId === ''))
    return 'invalid_id';
  if (!isTranscriptPath(transcriptPath) || (project?.length ?? 0) > MAX_PATH_CHARACTERS)
    return 'invalid_path';
  return {
    event,
    sessionId,
    project: project?.toWellFormed() ?? '',
    transcriptPath,
    agentId,
    promptId: promptId?.toWellFormed() ?? null,
    fields,
  };
};

const isId = (id: string): boolean => SESSION_ID.test(id) && !RESERVED.has(id);

/** Whether a path looks like a transcript's; an empty one says nothing. */
const isTranscriptPath = (path: string | null): boolean =>
  path === null ||
  path === '' ||
  (path.length <= MAX_PATH_CHARACTERS &&
    TRANSCRIPT.test(path) &&
    !STEPS_UP.test(path) &&
    !path.includes('\0'));

/** The same for the same words, whoever tells them. */
export const digestOf = (text: string | Uint8Array): string =>
  hash('sha256', text, 'base64url').slice(0, 22);
