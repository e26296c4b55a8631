import type { SubagentRecord } from '../../src/records/session.ts';
import { amount, own } from '../../src/records/foreign-value.ts';
import { word } from './payload.ts';
import { closing, type DecodeEvent, fact, occurrence, type Told } from './telling.ts';

/** Beginnings of a session after which no call of an earlier client process can go on. */
const NEW_PROCESS: ReadonlySet<string> = new Set(['startup', 'resume', 'fork']);
const MAX_NAME = 256;

/** A session begins, or goes on after a resume, `/clear` or compaction. */
export const decodeSessionStart: DecodeEvent = (told) => {
  const { fields } = told.payload;
  const source = word(own(fields, 'source'), 64);
  const model = word(own(fields, 'model'), MAX_NAME);
  const data = {
    source,
    model,
    cwd: told.payload.project === '' ? null : told.payload.project,
    transcript_path: told.payload.transcriptPath,
    agent_type: word(own(fields, 'agent_type')),
    seconds_since_last_response: amount(own(fields, 'seconds_since_last_response')),
    context_tokens: amount(own(fields, 'context_tokens')),
    prompt_cache_likely_expired: own(fields, 'prompt_cache_likely_expired') === true ? true : null,
    estimated_cache_write_usd: amount(own(fields, 'estimated_cache_write_usd')),
  };
  return [
    occurrence(told, data),
    ...fact(told, 'start_source', source ?? 'unknown'),
    ...fact(told, 'model', model),
    ...(source !== null && NEW_PROCESS.has(source) ? [closing(told, { keepsAgents: false })] : []),
  ];
};

/** A session's process ends: nothing that is open in it will go on. */
export const decodeSessionEnd: DecodeEvent = (told) => {
  const reason = word(own(told.payload.fields, 'reason'), 64) ?? 'unknown';
  return [
    occurrence(told, { reason }),
    ...fact(told, 'end_reason', reason),
    closing(told, { keepsAgents: false }),
  ];
};

/** An agent begins; again each time it is resumed or a teammate takes up a message. */
export const decodeSubagentStart: DecodeEvent = (told) => {
  const agentType = word(own(told.payload.fields, 'agent_type'), MAX_NAME);
  return [occurrence(told, { agent_type: agentType }), ...subagent(told, agentType)];
};

/**
 * An agent is done. The client's own agents, for titles and compaction, end so too but never begin: so only a beginning
 * makes a subagent of the session.
 */
export const decodeSubagentStop: DecodeEvent = (told) => {
  const { fields } = told.payload;
  const agentType = word(own(fields, 'agent_type'), MAX_NAME);
  const isInternal = agentType === null || agentType === '';
  const message = own(fields, 'last_assistant_message');
  const data = {
    agent_type: agentType,
    internal: isInternal ? true : null,
    message_bytes: typeof message === 'string' ? Buffer.byteLength(message) : null,
  };
  return [occurrence(told, data)];
};

const subagent = ({ payload }: Told, agentType: string | null): readonly SubagentRecord[] =>
  payload.agentId === null
    ? []
    : [
        {
          kind: 'subagent',
          agentId: payload.agentId,
          sessionId: payload.sessionId,
          agentType,
          toolUseId: null,
          parentAgentId: null,
          spawnDepth: null,
          background: null,
        },
      ];
