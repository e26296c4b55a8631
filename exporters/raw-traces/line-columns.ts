import type { TranscriptPlace } from '../../src/records/transcript-path.ts';
import { createHash } from 'node:crypto';
import { amount, own } from '../../src/records/foreign-value.ts';

type Text = string | null;

/** What most lines of a session have in common; as in the table `place`. */
export interface Place {
  readonly session: Text;
  readonly agentId: Text;
  readonly workspaceHash: Text;
  readonly projectName: Text;
  readonly userType: Text;
  readonly cwd: Text;
  readonly version: Text;
  readonly gitBranch: Text;
}

/** What lines of one sort have in common; as in the table `kind`. */
export interface Kind {
  readonly eventType: string;
  readonly messageRole: Text;
  readonly messageModel: Text;
  readonly messageType: Text;
  readonly stopReason: Text;
  readonly stopSequence: Text;
  readonly serviceTier: Text;
  readonly operation: Text;
  readonly subtype: Text;
  readonly level: Text;
  readonly isMeta: number | null;
  readonly isSidechain: number | null;
}

/** What the lines of one response have in common; as in the table `message`. */
export interface Message {
  readonly messageId: Text;
  readonly requestId: Text;
  readonly inputTokens: number | null;
  readonly cacheCreationInputTokens: number | null;
  readonly cacheReadInputTokens: number | null;
  readonly cache5mTokens: number | null;
  readonly cache1hTokens: number | null;
}

/** Everything that is told of a line beside its text. */
export interface LineColumns {
  readonly place: Place;
  readonly kind: Kind;
  readonly message: Message | null;
  readonly outputTokens: number | null;
  /** Time as the line gives it. */
  readonly timestamp: Text;
  readonly atMs: number | null;
  readonly uuid: Text;
  readonly parentUuid: Text;
  readonly durationMs: number | null;
  readonly toolCallsCount: number | null;
  readonly summary: Text;
  readonly leafUuid: Text;
}

/** Event type of a line that is no JSON object. */
const INVALID = 'invalid';
const MAX_TEXT = 1024;
const MAX_DEPTH = 2_000;

/** Reads the columns of one line; one that is no JSON object has hardly any, but for what the file's place says. */
export const lineColumns = (line: string, place: TranscriptPlace): LineColumns => {
  const value = parsed(line);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const text = (name: string): Text => textOf(own(value, name));
  const message = own(value, 'message');
  const timestamp = text('timestamp');
  const cwd = text('cwd');
  return {
    place: {
      session: text('sessionId') ?? place.sessionId,
      agentId: text('agentId') ?? place.agentId,
      workspaceHash: cwd === null ? null : workspaceHash(cwd),
      projectName: cwd?.split(/[\\/]/).findLast((part) => part !== '') ?? null,
      userType: text('userType'),
      cwd,
      version: text('version'),
      gitBranch: text('gitBranch'),
    },
    kind: {
      eventType: text('type') ?? (isObject ? 'unknown' : INVALID),
      messageRole: textOf(own(message, 'role')),
      messageModel: textOf(own(message, 'model')),
      messageType: textOf(own(message, 'type')),
      stopReason: textOf(own(message, 'stop_reason')),
      stopSequence: textOf(own(message, 'stop_sequence')),
      serviceTier: textOf(own(own(message, 'usage'), 'service_tier')),
      operation: text('operation'),
      subtype: text('subtype'),
      level: text('level'),
      isMeta: flagOf(own(value, 'isMeta')),
      isSidechain: flagOf(own(value, 'isSidechain')),
    },
    message: messageOf(message, text('requestId')),
    outputTokens: countOf(own(own(message, 'usage'), 'output_tokens')),
    timestamp,
    atMs: timestamp === null ? null : timeOf(timestamp),
    uuid: text('uuid'),
    parentUuid: text('parentUuid'),
    durationMs: countOf(
      own(value, 'durationMs') ??
        own(own(value, 'toolUseResult'), 'totalDurationMs') ??
        own(own(value, 'toolUseResult'), 'durationMs'),
    ),
    toolCallsCount: toolCalls(own(message, 'content')),
    summary: text('summary'),
    leafUuid: text('leafUuid'),
  };
};

const parsed = (line: string): unknown => {
  if (isTooDeep(line)) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** Whether there may be so many brackets within each other that parsing would cost far more than the line is long. */
const isTooDeep = (line: string): boolean => {
  if (line.length < 64 * 1024) return false;
  let depth = 0;
  let isString = false;
  for (let at = 0; at < line.length; at++) {
    const char = line.charCodeAt(at);
    if (isString) {
      if (char === 92) at++;
      else if (char === 34) isString = false;
    } else if (char === 34) isString = true;
    else if (char === 91 || char === 123) {
      if (++depth > MAX_DEPTH) return true;
    } else if (char === 93 || char === 125) depth--;
  }
  return false;
};

const messageOf = (message: unknown, requestId: Text): Message | null => {
  const usage = own(message, 'usage');
  const creation = own(usage, 'cache_creation');
  const found: Message = {
    messageId: textOf(own(message, 'id')),
    requestId,
    inputTokens: countOf(own(usage, 'input_tokens')),
    cacheCreationInputTokens: countOf(own(usage, 'cache_creation_input_tokens')),
    cacheReadInputTokens: countOf(own(usage, 'cache_read_input_tokens')),
    cache5mTokens: countOf(own(creation, 'ephemeral_5m_input_tokens')),
    cache1hTokens: countOf(own(creation, 'ephemeral_1h_input_tokens')),
  };
  return Object.values(found).every((value) => value === null) ? null : found;
};

const toolCalls = (content: unknown): number | null => {
  if (!Array.isArray(content)) return null;
  const count = content.filter((part) => own(part, 'type') === 'tool_use').length;
  return count === 0 ? null : count;
};

/** The same for every line of a folder, and no longer path. */
const workspaceHash = (cwd: string): string =>
  createHash('sha256').update(cwd).digest('hex').slice(0, 16);

const textOf = (value: unknown): Text =>
  typeof value === 'string' ? value.slice(0, MAX_TEXT).toWellFormed() : null;

const flagOf = (value: unknown): number | null =>
  typeof value === 'boolean' ? Number(value) : null;

const countOf = (value: unknown): number | null => {
  const count = amount(value);
  return count === null ? null : Math.min(Math.round(count), Number.MAX_SAFE_INTEGER);
};

const timeOf = (timestamp: string): number | null => {
  const atMs = /^\d{4}-\d\d-\d\dT/.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  return Number.isFinite(atMs) ? atMs : null;
};
